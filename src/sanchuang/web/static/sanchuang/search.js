// Suggestions under the field at the top: the server makes them, htmx fetches them, this moves through them.
"use strict";
(() => {
  const field = document.getElementById("site-search");
  const list = document.getElementById("site-suggestions");
  if (!field || !list) return;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !list.hidden;

  function choose(index) {
    const all = options();
    chosen = index;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    if (index < 0) {
      field.removeAttribute("aria-activedescendant");
    } else {
      field.setAttribute("aria-activedescendant", all[index].id);
      all[index].scrollIntoView({ block: "nearest" });
    }
  }

  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    choose(-1);
  }

  // From here on the field is a combobox; without script it is a field in a form.
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!count) return;
      event.preventDefault();
      if (!isOpen()) show(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: the field itself.
      choose(((chosen + 1 + by + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && isOpen() && chosen >= 0) {
      event.preventDefault();
      location.assign(options()[chosen].href);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    } else if (event.key === "Tab") {
      show(false);
    }
  });
  // An answer that comes after the field was left or emptied is late.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== list) return;
    const failed = event.detail.xhr.status !== 200 || event.detail.xhr.responseURL.includes("next=");
    if (failed || document.activeElement !== field || !field.value.trim()) event.detail.shouldSwap = false;
    // A suggestion that did not come is no fault to tell: the form still searches.
    if (failed) event.detail.isError = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === list) show(options().length > 0);
  });
  field.addEventListener("input", () => { if (!field.value.trim()) show(false); });
  field.addEventListener("focus", () => { if (options().length && field.value.trim()) show(true); });
  field.form.addEventListener("submit", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("click", (event) => { if (!field.form.contains(event.target)) show(false); });
})();
