// The search box in the head of each page: a list to choose from while one types, by mouse or keyboard. Without it the form works all the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-find]");
  if (!form) return;
  const input = form.querySelector("input");
  const list = form.querySelector('[role="listbox"]');
  const said = form.querySelector("[data-find-said]");
  const options = () => [...list.querySelectorAll('[role="option"]')];
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function choose(option) {
    options().forEach((item) => item.setAttribute("aria-selected", String(item === option)));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  }

  list.addEventListener("htmx:afterSwap", () => {
    const count = list.querySelector("[data-find-count]");
    const open = options().length > 0 && document.activeElement === input && input.value.trim() !== "";
    show(open);
    said.textContent = open && count ? count.dataset.findCount : "";
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter and arrows belong to whoever is composing Chinese characters
    const all = options();
    const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      if (list.hidden) show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place before the first is the text itself, as in every box of this kind.
      const next = ((at + 1 + step + all.length + 1) % (all.length + 1)) - 1;
      choose(next < 0 ? null : all[next]);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      all[at].click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });

  input.addEventListener("input", () => { if (input.value.trim() === "") show(false); });
  input.addEventListener("focus", () => { if (options().length && input.value.trim() !== "") show(true); });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus, so that the click arrives

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector('main input[type="search"]')) return;
    if (input.offsetParent === null) return; // on narrow screens there is a link
    event.preventDefault();
    input.focus();
  });
})();
