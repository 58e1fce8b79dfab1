// Draws every [data-chart] from the JSON beside it. The words are the page's; without this file the tables stay open.
"use strict";
(() => {
  const drawn = new Map(); // figure → { picture, payload }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const COLOURS = new Set(["color", "borderColor", "backgroundColor", "areaColor", "pageIconColor", "pageIconInactiveColor", "textBorderColor"]);
  const names = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 2 });

  // "@lake" under a key that holds a colour becomes the theme's colour; text that people read is never touched.
  function coloured(node, style, isColour = false) {
    if (typeof node === "string") return isColour && node.startsWith("@") ? style.getPropertyValue(`--${node.slice(1)}`).trim() : node;
    if (Array.isArray(node)) return node.map((part) => coloured(part, style, isColour));
    if (node === null || typeof node !== "object") return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, coloured(part, style, COLOURS.has(key))]));
  }

  // In rich text "{name|words}" would be markup, so a brace that somebody typed is kept apart from what follows.
  const literal = (text) => String(text ?? "").replaceAll("{", "{\u200b");

  function tip(unit) {
    const number = (part) => [part.data?.shown, part.data?.known === false || part.value === "-" ? "" : unit].filter(Boolean).join(" ");
    return (given) => {
      const parts = (Array.isArray(given) ? given : [given]).filter((part) => part.data?.shown !== undefined);
      if (!parts.length) return "";
      const several = Array.isArray(given);
      const lines = parts.map((part) => (several || part.data.tip === undefined
        ? [part.seriesName?.startsWith("series") ? "" : part.seriesName, number(part)].filter(Boolean).join("  ")
        : `${number(part)}`));
      const head = parts[0].data.tip ?? parts[0].name;
      return literal([head, ...lines].filter(Boolean).join("\n"));
    };
  }

  function completed(payload) {
    const style = getComputedStyle(document.documentElement);
    const option = coloured(payload.option, style);
    option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily, color: style.getPropertyValue("--ink").trim() };
    option.animation = false;
    option.aria = { enabled: false };
    if (option.tooltip) option.tooltip.formatter = tip(payload.unit);
    for (const series of [].concat(option.series ?? [])) {
      series.label = { ...series.label, formatter: (part) => part.data?.shown ?? "" };
      for (const datum of series.data ?? []) if (datum?.label) datum.label.formatter = series.label.formatter;
      if (series.detail) series.detail.formatter = () => series.data[0].shown;
      if (series.axisLabel) series.axisLabel.formatter = (value) => names.format(value);
    }
    for (const axis of [].concat(option.xAxis ?? [], option.yAxis ?? [])) {
      if (axis.type === "value" && axis.axisLabel) axis.axisLabel.formatter = (value) => (Math.abs(value) >= 10000 ? short : names).format(value);
    }
    if (option.visualMap) option.visualMap.formatter = (value) => names.format(Number(value.toPrecision(4)));
    return option;
  }

  function paint(figure, animated) {
    const { picture, payload } = drawn.get(figure);
    const option = completed(payload);
    if (animated && !still.matches) Object.assign(option, { animation: true, animationDuration: 300 });
    picture.setOption(option, { notMerge: true });
  }

  function start(figure) {
    if (drawn.has(figure)) return;
    const payload = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const place = figure.querySelector("[data-picture]");
    const table = figure.querySelector("[data-table]");
    figure.querySelector("[data-downloads]").hidden = false;
    drawn.set(figure, { picture: null, payload });
    if (!place) return;
    try {
      for (const [name, land] of Object.entries(payload.maps ?? {})) echarts.registerMap(name, land);
      drawn.set(figure, { picture: echarts.init(place, null, { renderer: "canvas" }), payload });
      paint(figure, true);
      table.open = false;
      figure.dataset.drawn = "";
      sizes.observe(place);
    } catch (fault) {
      console.warn(fault);
      drawn.get(figure).picture?.dispose();
      drawn.set(figure, { picture: null, payload });
      place.hidden = true;
      place.classList.add("d-none");
      figure.querySelector("[data-fault]").hidden = false;
    }
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const picture = drawn.get(target.closest("[data-chart]"))?.picture;
      if (picture && contentRect.width && (picture.getWidth() !== Math.round(contentRect.width) || picture.getHeight() !== Math.round(contentRect.height))) picture.resize();
    }
  });

  const each = (act) => {
    for (const [figure, { picture }] of drawn) {
      if (figure.isConnected) {
        if (picture) act(figure, picture);
      } else { // swapped out of the page
        picture?.dispose();
        drawn.delete(figure);
      }
    }
  };
  const begin = (root) => {
    each(() => {});
    for (const figure of root.querySelectorAll("[data-chart]")) start(figure);
    if (root.matches?.("[data-chart]")) start(root);
  };

  // -- downloads ---------------------------------------------------------------------------------

  // A text that a spreadsheet would take for a formula gets an apostrophe; exact numbers are plain.
  function field(cell) {
    const text = Array.isArray(cell) ? cell[1] || cell[0] : cell;
    const number = Array.isArray(cell) && cell[1] !== "";
    const safe = !number && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  const csv = ({ columns, rows }) => `\ufeff${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
  const fileName = (title, ending) => `${title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim().slice(0, 80) || "chart"}.${ending}`;

  function save(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-download]");
    const figure = button?.closest("[data-chart]");
    if (!figure || !drawn.has(figure)) return;
    const { picture, payload } = drawn.get(figure);
    if (button.dataset.download === "csv") {
      const address = URL.createObjectURL(new Blob([csv(payload.table)], { type: "text/csv;charset=utf-8" }));
      save(address, fileName(payload.file, "csv"));
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    } else if (picture) {
      const backgroundColor = getComputedStyle(document.documentElement).getPropertyValue("--sheet").trim();
      save(picture.getDataURL({ type: "png", pixelRatio: 2, backgroundColor }), fileName(payload.file, "png"));
    }
  });

  // -- when to draw ------------------------------------------------------------------------------

  const again = () => each((figure) => paint(figure, false));
  document.addEventListener("DOMContentLoaded", () => begin(document));
  document.addEventListener("htmx:load", (event) => begin(event.target));
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("beforeprint", () => each((figure, picture) => { picture.resize({ animation: { duration: 0 } }); paint(figure, false); }));
  addEventListener("afterprint", () => each((figure, picture) => { picture.resize(); paint(figure, false); }));
})();
