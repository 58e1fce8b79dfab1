// Draws the charts of a page. Their data stands beside them in the page; colours are CSS variables, so that a chart
// follows the theme. Without this script, or where it fails, the table below each chart says the same.
"use strict";

const charts = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

// "@lake" anywhere in an option is the value of --lake now.
function resolved(part, style) {
  if (typeof part === "string" && /^@[a-z-]+$/.test(part)) return style.getPropertyValue("--" + part.slice(1)).trim();
  if (Array.isArray(part)) return part.map((item) => resolved(item, style));
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, resolved(item, style)]));
  }
  return part;
}

function optionOf(payload) {
  const option = resolved(payload.option, getComputedStyle(document.documentElement));
  if (option.tooltip) option.tooltip.formatter = (item) => (item.data && item.data.tip) || item.name;
  if (calm) option.animation = false;
  return option;
}

function draw(figure) {
  const canvas = figure.querySelector(".chart-canvas");
  const data = figure.querySelector('script[type="application/json"]');
  if (!canvas || !data || charts.has(canvas)) return;
  const payload = JSON.parse(data.textContent);
  try {
    for (const [name, map] of Object.entries(payload.maps)) echarts.registerMap(name, map);
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(optionOf(payload));
    chart.on("click", (item) => {
      if (item.data && item.data.url) location.assign(item.data.url);
    });
    charts.set(canvas, { chart, payload });
    figure.querySelector(".chart-downloads").hidden = false;
    figure.dataset.drawn = "";
  } catch (fault) {
    canvas.hidden = true;
    figure.querySelector(".chart-table").open = true;
    console.error(fault);
  }
}

function drawAll(root) {
  for (const [canvas, { chart }] of charts) {
    if (!canvas.isConnected) {
      chart.dispose();
      charts.delete(canvas);
    }
  }
  for (const figure of root.querySelectorAll("[data-chart]")) draw(figure);
}

function redraw() {
  for (const { chart, payload } of charts.values()) chart.setOption(optionOf(payload), { notMerge: true });
}

function resize() {
  for (const { chart } of charts.values()) chart.resize({ animation: { duration: 0 } });
}

// Excel would read such a cell as a formula.
function csvCell(text) {
  const guarded = /^[=+\-@\t\r]/.test(text) && !/^[+\-]?[\d.,]+%?$/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(guarded) ? '"' + guarded.replaceAll('"', '""') + '"' : guarded;
}

function save(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

function download(button) {
  const { chart, payload } = charts.get(button.closest("[data-chart]").querySelector(".chart-canvas"));
  if (button.dataset.download === "png") {
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--sheet").trim();
    save(payload.key + ".png", chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: ground }));
  } else {
    const lines = payload.table.map((row) => row.map(csvCell).join(",") + "\r\n");
    const url = URL.createObjectURL(new Blob(["\ufeff", ...lines], { type: "text/csv;charset=utf-8" }));
    save(payload.key + ".csv", url);
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-download]");
  if (button) download(button);
});
document.addEventListener("DOMContentLoaded", () => drawAll(document));
document.addEventListener("htmx:load", (event) => drawAll(event.target.parentElement || document));
addEventListener("resize", resize);
addEventListener("beforeprint", resize);
addEventListener("afterprint", resize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(redraw));
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
