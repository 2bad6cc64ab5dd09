// Copies and keeps links of searches; without it the page has links for all.
(() => {
  const STORE = "landkg.searches";
  const saved = () => {
    try {
      const found = JSON.parse(localStorage.getItem(STORE));
      return Array.isArray(found) ? found.filter((each) => String(each.path).startsWith("/") && !String(each.path).startsWith("//")) : [];
    } catch {
      return [];
    }
  };
  const keep = (list) => {
    try {
      localStorage.setItem(STORE, JSON.stringify(list.slice(0, 20)));
      return true;
    } catch {
      return false;
    }
  };
  const say = (button) => {
    button.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
  };

  const show = () => {
    for (const box of document.querySelectorAll(".saved")) {
      const list = box.querySelector("ul");
      const found = saved();
      box.hidden = !found.length;
      list.replaceChildren(
        ...found.map((each) => {
          const row = document.createElement("li");
          const link = Object.assign(document.createElement("a"), { href: each.path, textContent: each.title, dir: "auto" });
          const remove = Object.assign(document.createElement("button"), { type: "button", className: "as-link", textContent: box.dataset.remove });
          remove.setAttribute("aria-label", `${box.dataset.remove}: ${each.title}`);
          remove.addEventListener("click", () => {
            keep(saved().filter((one) => one.path !== each.path));
            show();
          });
          row.append(link, remove);
          return row;
        }),
      );
    }
  };

  for (const row of document.querySelectorAll(".keep-buttons")) row.hidden = false;
  // The link to share is the one that this browser used: it also works where the service has no public address.
  for (const field of document.querySelectorAll("#shared")) field.value = location.href.split("#")[0];
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      say(button);
    });
  }
  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => {
      const path = location.pathname + location.search;
      const others = saved().filter((each) => each.path !== path);
      const chips = [...document.querySelectorAll(".understood .chip-on")].map((each) => each.textContent.trim().replace(/\s+/g, " "));
      if (keep([{ path, title: [button.dataset.save, ...chips].join(" · ") }, ...others])) say(button);
      show();
    });
  }
  show();
})();
