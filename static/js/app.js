// What a script adds to pages that work without one: the theme at once, copying, menus that close, toasts, drafts that survive.
// No text lives here: every word comes from a data attribute that the server has translated.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");

  // Theme: apply first, tell the server second; it keeps the cookie, so that the next page comes in the right colours.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const chosen = event.submitter;
    root.dataset.theme = chosen.value;
    const meta = document.querySelector('meta[name="color-scheme"]');
    if (meta) meta.content = chosen.value === "system" ? "light dark" : chosen.value;
    form.querySelectorAll("[aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));
    fetch(form.action, { method: "POST", body: new FormData(form, chosen) })
      .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); })
      .catch(() => toast(document.body.dataset.toastFailed, "bad"));
  });

  // Menus: one at a time; Escape or a click elsewhere closes, and Escape gives the focus back.
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("focusin", (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const search = document.querySelector('main input[type="search"]');
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  // Dialogs: <button data-dialog="id"> opens; a <form method="dialog"> or Escape closes; the browser returns the focus.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && !dialog.open) { event.preventDefault(); dialog.showModal(); }
  });

  // Copying: the word on the button answers, and the live region says it too.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return selectBeside(button); // no permission, or not a secure origin: select it, so that the keyboard can copy
    }
    toast(document.body.dataset.copied, "ok", 1600);
  });

  function selectBeside(button) {
    const source = button.parentElement.querySelector(".copy__value, code");
    if (!source) return;
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  // Toasts. `level` is a tone: ok, bad, warn, info. The same words are not said twice at a time.
  function toast(text, level = "info", milliseconds = 6000) {
    const region = document.getElementById("toasts");
    const shown = [...region.querySelectorAll("p")].some((words) => words.textContent === text);
    if (!text || shown) return;
    const box = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    box.classList.add(`tone-${level}`);
    box.querySelector("p").textContent = text;
    box.querySelectorAll("[data-sign]").forEach((sign) => {
      if (sign.dataset.sign === level) sign.replaceWith(...sign.childNodes);
      else sign.remove();
    });
    region.append(box);
    if (level !== "bad") setTimeout(() => box.remove(), milliseconds); // an error stays until it was read
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss-notice]");
    if (button) button.closest(".notice").remove();
  });

  // htmx: failures are said aloud; views may send HX-Trigger: {"toast": {"text": "…", "level": "ok"}}.
  document.addEventListener("htmx:sendError", () => toast(document.body.dataset.toastFailed, "bad"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const text = status >= 500 ? document.body.dataset.toastFailed : document.body.dataset.toastRefused;
    toast(text.replace("%(status)s", status), "bad");
  });
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
  document.addEventListener("htmx:afterSettle", (event) => {
    const said = event.target.closest && event.target.closest("[data-announce]");
    if (said) toast(said.dataset.announce, said.dataset.jobState === "done" ? "ok" : "bad");
    const heading = event.target.querySelector && event.target.querySelector("[data-focus]");
    if (heading) heading.focus();
    restoreDrafts(event.target);
  });

  // Drafts: <textarea data-draft="request rq_…"> keeps its text in this tab until its form is accepted.
  const draftKey = (field) => `draft ${location.pathname} ${field.dataset.draft}`;
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) sessionStorage.setItem(draftKey(event.target), event.target.value);
  });
  function restoreDrafts(within) {
    if (!within.querySelectorAll) return;
    within.querySelectorAll("[data-draft]").forEach((field) => {
      const kept = sessionStorage.getItem(draftKey(field));
      if (kept && !field.value) {
        field.value = kept;
        toast(document.body.dataset.draftRestored, "info");
      }
    });
  }
  // The page after a success carries data-draft-done with the draft's name: only then is the text let go.
  document.querySelectorAll("[data-draft-done]").forEach((mark) => {
    sessionStorage.removeItem(`draft ${location.pathname} ${mark.dataset.draftDone}`);
  });
  restoreDrafts(document);

  // The open tab is in view on narrow screens.
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    const bar = tab.closest(".tabs");
    bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  });

  // After a refused form the errors get the focus; who followed a link to a field from elsewhere gets that field.
  const from = document.referrer ? new URL(document.referrer).pathname : "";
  const named = from !== location.pathname && location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const field = named && named.matches("input, select, textarea") ? named : null;
  const errors = field || document.querySelector("[data-focus]");
  if (errors) errors.focus();
  // An address that names a place on the page, as after a comment, takes the focus there once the page is complete, which is nowhere.
  const again = () => {
    if (document.activeElement === document.body) errors.focus({ preventScroll: !field });
  };
  if (errors && location.hash) addEventListener("load", () => setTimeout(again));
})();
