"use strict";
// Keys of the review page; without this script the forms work as they are.
(() => {
  const items = [...document.querySelectorAll(".link-item")];
  let at = 0;
  const show = (step) => {
    at = Math.max(0, Math.min(items.length - 1, at + step));
    const link = items[at] && items[at].querySelector("h3 a");
    if (link) { link.focus(); items[at].scrollIntoView({ block: "center" }); }
  };
  items.forEach((item, place) => item.addEventListener("focusin", () => { at = place; }));
  document.addEventListener("keydown", (event) => {
    if (!items.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) return;
    const item = items[at];
    const press = (value) => item.querySelector(`button[value=${value}]`).click();
    const keys = {
      j: () => show(1),
      k: () => show(-1),
      a: () => press("accept"),
      r: () => { const reason = item.querySelector("[name=reason]"); reason.value.trim() ? press("reject") : reason.focus(); },
      e: () => item.querySelector("select").focus(),
      o: () => item.querySelectorAll("a").forEach((link) => window.open(link.href, "_blank", "noopener")),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  show(0);
})();
