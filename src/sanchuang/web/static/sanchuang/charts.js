// Draws the charts of a page. Their data stands beside them in the page; colours are CSS variables, so that a chart
// follows the theme. Without this script, or where it fails, the table below each chart says the same.
"use strict";
(() => {
const charts = new Map(); // figure → its picture, null where there is none, and its payload
const ROLES = /^(color|borderColor|backgroundColor|areaColor|textBorderColor|pageIconColor|pageIconInactiveColor|fontFamily)$/;

// "@lake" where an option holds a colour is the value of --lake now; words that people read are never touched.
function resolved(part, style, role = false) {
  if (typeof part === "string") return role && /^@[a-z-]+$/.test(part) ? style.getPropertyValue("--" + part.slice(1)).trim() : part;
  if (Array.isArray(part)) return part.map((item) => resolved(item, style, role));
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, resolved(item, style, ROLES.test(name))]));
  }
  return part;
}

// ECharts reads "{b}" in a text as a template; what a function returns it leaves alone.
function literal(part) {
  if (!part || typeof part !== "object") return;
  if (typeof part.formatter === "string") {
    const words = part.formatter;
    part.formatter = () => words;
  }
  Object.values(part).forEach(literal);
}

// In the tooltip's rich text "{name|words}" is markup, so a brace is kept apart from what follows it.
const tip = (item) => {
  const data = (Array.isArray(item) ? item[0] : item).data;
  return String((data && data.tip) ?? item.name ?? "").replaceAll("{", "{\u200b");
};

function optionOf(payload) {
  const style = getComputedStyle(document.documentElement);
  const option = resolved(payload.option, style);
  literal(option);
  if (option.tooltip) option.tooltip.formatter = tip;
  option.animation = false; // nothing moves: a picture is whole at once, for eyes, paper and files alike
  return option;
}

function draw(figure) {
  const data = figure.querySelector('script[type="application/json"]');
  if (!data || charts.has(figure)) return;
  const canvas = figure.querySelector(".chart-canvas");
  const payload = JSON.parse(data.textContent);
  const downloads = figure.querySelector(".chart-downloads");
  const table = figure.querySelector(".chart-table");
  let chart = null;
  if (canvas) {
    try {
      for (const [name, map] of Object.entries(payload.maps)) echarts.registerMap(name, map);
      chart = echarts.init(canvas, null, { renderer: "canvas" });
      chart.setOption(optionOf(payload));
      chart.on("click", (item) => { // to a page of this site only
        const url = item.data && item.data.url;
        if (typeof url === "string" && /^\/(?!\/)/.test(url)) location.assign(url);
      });
      figure.dataset.drawn = "";
      if (table) table.open = false;
      sizes.observe(canvas);
    } catch (fault) {
      if (chart) chart.dispose();
      chart = null;
      canvas.hidden = true;
      figure.querySelector(".chart-fault").hidden = false;
      console.warn(fault);
    }
  }
  charts.set(figure, { chart, payload });
  if (downloads) {
    downloads.hidden = false;
    if (!chart) downloads.querySelector('[data-download="png"]')?.remove();
  }
}

function drawAll(root) {
  for (const [figure, { chart }] of charts) {
    if (figure.isConnected) continue;
    if (chart) chart.dispose();
    charts.delete(figure);
  }
  for (const figure of root.querySelectorAll("[data-chart]")) draw(figure);
}

function redraw() {
  for (const { chart, payload } of charts.values()) if (chart) chart.setOption(optionOf(payload), { notMerge: true });
}

function resize() {
  for (const { chart } of charts.values()) if (chart) chart.resize({ animation: { duration: 0 } });
}

const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const chart = echarts.getInstanceByDom(target);
    if (chart && contentRect.width && Math.round(contentRect.width) !== chart.getWidth()) chart.resize({ animation: { duration: 0 } });
  }
});

// Excel would read such a cell as a formula.
function csvCell(cell) {
  const [text, exact] = Array.isArray(cell) ? cell : [cell, ""];
  if (exact) return exact;
  const guarded = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(guarded) ? '"' + guarded.replaceAll('"', '""') + '"' : guarded;
}

function save(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

function download(button) {
  const { chart, payload } = charts.get(button.closest("[data-chart]"));
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
addEventListener("beforeprint", () => { resize(); redraw(); });
addEventListener("afterprint", () => { resize(); redraw(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(redraw));
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
