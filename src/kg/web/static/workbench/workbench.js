// Puts YASGUI in the place of the plain form; without this script the form works by itself.
"use strict";

(() => {
  const place = document.getElementById("workbench");
  const plain = document.getElementById("plain-query");
  if (!place || !plain || typeof Yasgui === "undefined") return;

  const data = place.dataset;
  const endpoint = new URL(data.endpoint, location.href).href;
  const prefixes = JSON.parse(data.prefixes);

  window.kgWorkbench = {
    land: data.land,
    // Our identifiers have pages here; other addresses stay as they are.
    page: (iri) => (iri.startsWith(data.base) ? data.pages + iri.slice(data.base.length) : iri),
  };
  for (const [name, view] of Object.entries(window.kgViews)) Yasgui.Yasr.registerPlugin(name, view);

  // Completion offers the graph's own prefixes, and typing one declares it.
  const declared = Object.entries(prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`);
  Object.assign(Yasgui.Yasqe.Autocompleters.prefixes, {
    persistenceId: "landkg-prefixes",
    get: () => Promise.resolve(declared.sort()),
  });

  // The table's column resizer would add a style element, which the pages' policy forbids, unless one with
  // the number of its rules is there; this one is none of HTML's. The rules stand in workbench.css.
  const rules = document.createElementNS("urn:x-landkg:none", "style");
  rules.gripid = "573462389";
  document.head.append(rules);

  // A shared link may carry a query and how to show it, but not another endpoint, headers or arguments.
  function takeLink(config) {
    config.requestConfig = { ...config.requestConfig, endpoint, headers: {}, args: [], method: "GET" };
    return config;
  }

  place.hidden = false;
  const yasgui = new Yasgui(place, {
    persistenceId: "landkg",
    copyEndpointOnNewTab: false,
    autofocus: false,
    populateFromUrl: takeLink,
    endpointCatalogueOptions: { getData: () => [] },
    requestConfig: {
      endpoint: () => endpoint,
      // Answers to GET can be kept by caches; long queries do not fit into an address.
      method: (gui) => (gui.getTab().getYasqe().getValue().length < 3000 ? "GET" : "POST"),
      acceptHeaderGraph: "text/turtle",
      acceptHeaderSelect: "application/sparql-results+json",
    },
    yasqe: { value: plain.elements.query.defaultValue, autocompleters: ["prefixes", "variables"] },
    yasr: { prefixes, pluginOrder: ["table", "chart", "map", "graph", "response"] },
  });
  plain.hidden = true;

  function show(query, name) {
    yasgui.addTab(true, { ...Yasgui.Tab.getDefaults(yasgui), name, yasqe: { value: query } }, { avoidDuplicateTabs: true });
  }

  const asked = new URLSearchParams(location.search);
  if (asked.has("query") || asked.has("example")) {
    show(plain.elements.query.defaultValue, asked.get("example") || data.name);
  }

  // An example opens in a tab of its own, without leaving the page.
  let examples;
  document.querySelector(".examples").addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-example]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    examples ??= await (await fetch(data.queries)).json();
    const found = examples.queries.find((each) => each.name === link.dataset.example);
    if (found) show(found.example, found.name);
    place.scrollIntoView({ block: "start" });
  });

  // The table links identifiers to themselves; lead to their pages here instead.
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a.iri");
    if (link) link.href = window.kgWorkbench.page(link.getAttribute("href"));
  }, true);
})();
