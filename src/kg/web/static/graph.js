// Draws the neighbourhood of a record (Cytoscape.js); the table below it says the same without scripts.
(() => {
  const box = document.getElementById("graph");
  if (!box || typeof cytoscape === "undefined") return;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("graph-data");
  const words = read("graph-words");
  const canvas = document.getElementById("graph-canvas");
  const said = box.querySelector("[data-said]");
  const open = box.querySelector("[data-open]");
  const kind = box.querySelector("[data-kind]");
  const expandButton = box.querySelector('[data-do="expand"]');
  const legend = box.querySelector(".graph-legend");
  const FEW = 15; // relations that one step further adds at most
  const LETTERS = 22; // in a line of a name
  const LINES = 3;
  const SHAPES = {
    practice: "ellipse", decision: "rectangle", document: "cut-rectangle", publication: "diamond", concept: "round-rectangle",
    country: "hexagon", region: "octagon", framework: "star", criterion: "triangle", entity: "pentagon", case: "rhomboid",
  };
  box.hidden = false;

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Lines of a name, each marked with its direction: the library draws them where no language is known.
  const wide = (letter) => (/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 2 : 1);
  const room = (text) => [...text].reduce((sum, letter) => sum + wide(letter), 0);
  const lines = (text) => {
    const mark = /[\u0590-\u08ff]/.test(text) ? "\u200f" : "\u200e";
    const parts = text.match(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]+\s*/g) || [text];
    const found = [""];
    for (const part of parts) {
      if (found.at(-1) && room(found.at(-1) + part.trimEnd()) > LETTERS) found.push("");
      found[found.length - 1] += part;
    }
    if (found.length > LINES) found[LINES - 1] = `${found[LINES - 1].trimEnd()}…`;
    return found.slice(0, LINES).map((line) => mark + line.trimEnd() + mark).join("\n");
  };
  const node = (each) => ({ group: "nodes", data: { ...each, short: lines(each.label) } });
  const edge = (each) => ({
    group: "edges",
    data: { id: `${each.source} ${each.relation} ${each.target}`, source: each.source, target: each.target, label: each.label },
  });

  let scale = 1;
  const style = () => {
    const size = (units) => units * scale;
    const ink = token("--ink");
    const paper = token("--paper");
    const line = token("--line-strong");
    const font = getComputedStyle(document.body).fontFamily;
    return [
      {
        selector: "node",
        style: {
          width: size(26), height: size(26), "background-color": token("--k-concept"), "border-width": 1, "border-color": paper,
          label: "data(short)", "font-family": font, "font-size": size(11), color: ink, "text-valign": "bottom", "text-margin-y": 4,
          "text-wrap": "wrap", "text-max-width": 400, "text-background-color": paper, "text-background-opacity": 0.8,
          "text-background-padding": 1,
        },
      },
      ...Object.entries(SHAPES).map(([name, shape]) => ({
        selector: `node[kind = "${name}"]`,
        style: { shape, "background-color": token(`--k-${name}`) },
      })),
      { selector: "node.centre", style: { width: size(38), height: size(38), "font-size": size(13), "font-weight": "bold" } },
      { selector: "node:selected", style: { "border-width": 4, "border-color": token("--sun"), "overlay-opacity": 0 } },
      {
        selector: "edge",
        style: {
          width: 1.2, "line-color": line, "target-arrow-color": line, "target-arrow-shape": "triangle", "arrow-scale": 0.8,
          "curve-style": "bezier", label: "data(label)", "font-family": font, "font-size": size(9), color: token("--quiet"),
          "text-rotation": "autorotate", "text-background-color": paper, "text-background-opacity": 0.9, "text-background-padding": 1,
          "min-zoomed-font-size": 6,
        },
      },
      { selector: "edge.near", style: { width: 2.4, "line-color": token("--link"), "target-arrow-color": token("--link"), color: ink, "font-size": size(10), "z-index": 9 } },
    ];
  };

  // Neighbours begin on a ring around the record in the order of the table, so that the same page always looks the same.
  const ring = data.nodes.length - 1;
  const elements = [
    ...data.nodes.map((each, place) => {
      const turn = (2 * Math.PI * place) / Math.max(1, ring);
      const away = place ? 120 + 6 * ring : 0;
      return { ...node(each), position: { x: away * Math.cos(turn), y: away * Math.sin(turn) } };
    }),
    ...data.edges.map(edge),
  ];
  const cy = cytoscape({
    container: canvas, elements, style: style(), layout: { name: "preset" }, minZoom: 0.15, maxZoom: 3,
    userZoomingEnabled: false, boxSelectionEnabled: false, selectionType: "single",
  });
  const arrange = () => {
    cy.layout({
      name: "cose", animate: false, randomize: false, fit: false, nodeDimensionsIncludeLabels: true,
      nodeRepulsion: () => 160000, idealEdgeLength: () => 110, edgeElasticity: () => 90, gravity: 0.35, numIter: 1200, nodeOverlap: 24,
    }).run();
    // The layout is about as high as wide; the frame is not, and names need the width.
    const { w, h } = cy.nodes().boundingBox();
    const times = Math.min(2, Math.max(0.5, cy.width() / cy.height() / (w / h)));
    const [across, down] = times > 1 ? [times, 1] : [1, 1 / times];
    cy.nodes().positions((each) => ({ x: each.position("x") * across, y: each.position("y") * down }));
    cy.fit(undefined, 30);
    // Where much has to fit in, names and signs grow against the scale.
    scale = Math.min(2.8, Math.max(1, 0.85 / cy.zoom()));
    cy.style(style());
    cy.fit(undefined, 30);
  };

  let chosen = cy.getElementById(data.record);
  chosen.addClass("centre");
  const done = new Set([data.record]);
  const tell = (text) => { said.textContent = text; };
  const choose = (one, aloud = true) => {
    cy.batch(() => {
      cy.elements().unselect();
      cy.edges().removeClass("near");
      one.select();
      one.connectedEdges().addClass("near");
    });
    chosen = one;
    open.textContent = one.data("label");
    open.href = one.data("page");
    open.lang = one.data("language") || "";
    kind.textContent = one.data("kindLabel");
    expandButton.hidden = done.has(one.id()) || !one.data("graph");
    if (!aloud) return;
    const links = one.edgesWith(cy.getElementById(data.record)).map((each) => each.data("label"));
    const count = words.relations.replace("{count}", one.connectedEdges().length);
    tell([one.data("kindLabel"), one.data("label"), [...new Set(links)].join(", "), count].filter(Boolean).join(". "));
  };

  const visible = (one) => {
    const at = one.renderedPosition();
    if (at.x < 20 || at.y < 20 || at.x > cy.width() - 20 || at.y > cy.height() - 20) cy.center(one);
  };
  const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const step = ([right, down]) => {
    const from = chosen.position();
    let best = null;
    let least = Infinity;
    cy.nodes().forEach((each) => {
      const x = each.position("x") - from.x;
      const y = each.position("y") - from.y;
      const along = x * right + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * right);
      if (along > 1 && along + 2 * aside < least) [best, least] = [each, along + 2 * aside];
    });
    if (best) {
      choose(best);
      visible(best);
    }
  };

  const showKinds = (nodes) => {
    for (const each of nodes) {
      const row = legend.querySelector(`[data-legend="${each.kind}"]`);
      if (row) row.hidden = false;
    }
  };
  const expand = async () => {
    const one = chosen;
    if (done.has(one.id()) || !one.data("graph")) return;
    const asked = new URLSearchParams({ iri: one.id(), lang: box.dataset.language, limit: FEW });
    let found;
    try {
      const answer = await fetch(`${box.dataset.api}?${asked}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      found = await answer.json();
    } catch {
      tell(words.failed);
      return;
    }
    done.add(one.id());
    const at = one.position();
    const fresh = found.nodes.filter((each) => cy.getElementById(each.id).empty());
    cy.add(fresh.map((each, place) => {
      const turn = (2 * Math.PI * place) / fresh.length;
      return { ...node(each), position: { x: at.x + 90 * Math.cos(turn), y: at.y + 90 * Math.sin(turn) } };
    }));
    cy.add(found.edges.map(edge).filter((each) => cy.getElementById(each.data.id).empty()));
    showKinds(fresh);
    arrange();
    choose(one, false);
    const left = found.count - found.shown;
    const more = left > 0 ? ` ${words.more.replace("{count}", left)}.` : "";
    tell(fresh.length ? `${words.expanded.replace("{count}", fresh.length)}.${more}` : words.nothing);
  };

  const zoom = (times) => cy.zoom({ level: cy.zoom() * times, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  const png = async () => {
    const picture = await cy.png({ output: "blob-promise", full: true, scale: 2, maxWidth: 5000, maxHeight: 5000, bg: token("--paper") });
    const link = document.createElement("a");
    link.download = `landkg-graph-${data.record.split("/").pop()}.png`;
    link.href = URL.createObjectURL(picture);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const actions = { in: () => zoom(1.3), out: () => zoom(1 / 1.3), fit: () => cy.fit(undefined, 30), png, expand };
  for (const button of box.querySelectorAll("[data-do]")) button.addEventListener("click", () => actions[button.dataset.do]());
  const go = () => location.assign(chosen.data("page"));
  const keys = { Enter: go, " ": expand, "+": actions.in, "=": actions.in, "-": actions.out, 0: actions.fit, Home: () => choose(cy.getElementById(data.record)) };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = STEPS[event.key] ? () => step(STEPS[event.key]) : keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  // The wheel scrolls the page until the drawing is in use.
  canvas.addEventListener("focus", () => { cy.userZoomingEnabled(true); choose(chosen); });
  canvas.addEventListener("blur", () => cy.userZoomingEnabled(false));
  cy.on("tap", "node", (event) => {
    canvas.focus({ preventScroll: true });
    if (event.target.id() === chosen.id() && event.target.selected()) go();
    else choose(event.target);
  });
  cy.on("mouseover", "node", () => { canvas.style.cursor = "pointer"; });
  cy.on("mouseout", "node", () => { canvas.style.cursor = ""; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));

  arrange();
  choose(chosen, false);
  box.graph = cy;
})();
