"use strict";
// Keys of the review page; without this script the forms work as they are. A key acts only while the focus
// is in a link of the list and in no field (WCAG 2.1.4), so it gets in nobody's way.
(() => {
  const items = [...document.querySelectorAll(".link-item")];
  const help = document.getElementById("keys");
  const title = (item) => item.querySelector("h3");
  const show = (item) => {
    if (!item) return;
    title(item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const press = (item, action) => item.querySelector(`button[value=${action}]`).click();
  const keys = {
    j: (item) => show(items[items.indexOf(item) + 1]),
    k: (item) => show(items[items.indexOf(item) - 1]),
    a: (item) => press(item, "accept"),
    r: (item) => item.querySelector("[name=reason]").focus(),
    e: (item) => item.querySelector("select").focus(),
    o: (item) => item.querySelectorAll("dd > a").forEach((link) => window.open(link.href, "_blank", "noopener")),
    "?": (item) => {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus(); else show(item || items[0]);
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const item = event.target.closest(".link-item");
    const inField = event.target.matches("input, select, textarea");
    if (item && inField && event.key === "Escape") {
      show(item);
    } else if (item && event.target.name === "reason" && event.key === "Enter") {
      event.preventDefault();
      if (event.target.value.trim()) press(item, "reject");
      return;
    } else if (!inField && (item || (event.key === "?" && help.contains(event.target))) && keys[event.key]) {
      event.preventDefault();
      keys[event.key](item);
    }
  });
  // After a decision the address names the place of the next link, which the browser focuses by itself.
  const place = /^#at-(\d+)$/.exec(window.location.hash);
  show(items[Math.min(place ? Number(place[1]) : 0, items.length - 1)]);
})();
