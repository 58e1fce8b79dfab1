// Zooming the map by buttons, so that neither a wheel nor a finger that scrolls the page is caught by it. Once zoomed
// in, the map can be dragged.
"use strict";

const STEP = 1.5;

function mapOf(button) {
  const canvas = button.closest("section").querySelector(".chart-canvas");
  return window.echarts && echarts.getInstanceByDom(canvas);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  const chart = button && mapOf(button);
  if (!chart) return;
  const geo = chart.getOption().geo[0];
  const zoom = button.dataset.zoom === "all" ? 1 : (geo.zoom || 1) * (button.dataset.zoom === "in" ? STEP : 1 / STEP);
  const near = Math.min(8, Math.max(1, zoom));
  chart.setOption({ geo: { zoom: near, roam: near > 1 ? "move" : false, ...(near === 1 ? { center: null } : {}) } });
});

addEventListener("load", () => {
  for (const zoom of document.querySelectorAll(".map-zoom")) {
    if (zoom.parentElement.querySelector("[data-drawn]")) zoom.hidden = false;
  }
});
