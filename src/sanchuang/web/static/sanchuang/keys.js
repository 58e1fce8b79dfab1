// Keyboard shortcuts. Where they lead stands in the dialog's links, made by the server; one switch turns single keys off.
"use strict";
(() => {
  const KEPT = "sanchuang-keys";
  const WAIT = 1500; // milliseconds in which the second key of "g o" is awaited
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const toggle = document.getElementById("keys-on");
  let leading = 0;

  const kept = () => { try { return localStorage.getItem(KEPT); } catch { return null; } };
  const keep = (value) => { try { localStorage.setItem(KEPT, value); } catch { /* a browser that keeps nothing */ } };
  toggle.checked = kept() !== "off";
  toggle.addEventListener("change", () => keep(toggle.checked ? "on" : "off"));

  const typing = (target) => target instanceof Element &&
    (target.isContentEditable || Boolean(target.closest("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit]), [role=textbox], [role=combobox]")));
  const visible = (element) => element.getClientRects().length > 0;

  function search() {
    const field = document.getElementById("site-search");
    if (!field || !visible(field)) return false;
    field.focus();
    field.select();
    return true;
  }

  function step(by) {
    const links = [...document.querySelectorAll("#rows tbody tr, main [data-rows] > *")]
      .map((row) => row.querySelector(".lead a[href]") || row.querySelector("a[href]"))
      .filter((link) => link && visible(link));
    if (!links.length) return false;
    const row = document.activeElement && document.activeElement.closest("tr, [data-rows] > *");
    const here = links.findIndex((link) => row && row.contains(link));
    const next = links[Math.min(Math.max(here + by, 0), links.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function act(key) {
    if (Date.now() - leading < WAIT) {
      leading = 0;
      const link = dialog.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) location.assign(link.href);
      return Boolean(link);
    }
    if (key === "g") { leading = Date.now(); return true; }
    if (key === "/") return search();
    if (key === "?") { dialog.showModal(); return true; }
    if (key === "j") return step(1);
    if (key === "k") return step(-1);
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (dialog.open || document.querySelector("dialog[open]") || typing(event.target)) return;
    if ((event.ctrlKey !== event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (search()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !toggle.checked) return;
    if (act(event.key)) event.preventDefault();
  });
})();
