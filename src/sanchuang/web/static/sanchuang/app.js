// The little that HTML cannot do alone. Every page works without it.
"use strict";

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    const target = document.getElementById(toggle.dataset.toggle);
    const open = target.classList.toggle("show");
    toggle.setAttribute("aria-expanded", String(open));
  }
  const fill = event.target.closest("[data-fill]");
  if (fill) {
    document.getElementById(fill.dataset.fill).value = fill.dataset.value;
    document.getElementById(fill.dataset.focus).focus();
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) document.getElementById(dismiss.dataset.dismiss).hidden = true;
  if (event.target.closest("[data-reload]")) location.reload();
  if (event.target.tagName === "DIALOG") event.target.close(); // a click beside its content
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A file that the server would not take is told before it is sent.
document.addEventListener("change", (event) => {
  const { dataset, files } = event.target;
  if (!dataset.most || !files) return;
  const large = [...files].some((file) => file.size > Number(dataset.most));
  event.target.setCustomValidity(large ? dataset.tooLarge : "");
  event.target.reportValidity();
});

// A filter that is not set has no place in the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});

// What htmx could not fetch is told, with what to do; the words are in the page.
function tell(fault, told = "") {
  const notice = document.getElementById("notice");
  const place = notice.querySelector("[data-told]");
  place.replaceChildren(...new DOMParser().parseFromString(told, "text/html").body.childNodes);
  for (const words of notice.querySelectorAll("[data-fault]")) words.hidden = Boolean(told) || words.dataset.fault !== fault;
  const back = notice.querySelector("[data-back]");
  back.search = new URLSearchParams({ next: location.pathname + location.search });
  notice.hidden = false;
}
document.addEventListener("htmx:sendError", () => tell("network"));
document.addEventListener("htmx:timeout", () => tell("slow"));
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  const told = event.detail.xhr.getResponseHeader("Sanchuang-Told") ? responseText : "";
  tell({ 401: "signed-out", 403: "refused", 404: "missing" }[status] || "server", told);
});
document.addEventListener("htmx:afterSwap", () => { document.getElementById("notice").hidden = true; });

// A link to a part inside closed <details> opens them.
function openTarget() {
  if (location.hash.length < 2) return;
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // An address ending in "#%" names nothing.
  }
  const target = document.getElementById(name);
  for (let part = target; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
addEventListener("DOMContentLoaded", openTarget);

// Reasons that are folded away on the screen are wanted on paper; the articles' words stay behind their names.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("main details:not([open], .article)")) {
    part.open = true;
    part.dataset.opened = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-opened]")) {
    part.open = false;
    delete part.dataset.opened;
  }
});
