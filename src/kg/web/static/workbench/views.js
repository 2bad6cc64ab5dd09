// Views of answers for the workbench: bars, points on a map, things and their relations.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NUMBER = /#(integer|decimal|double|float|int|long|short|nonNegativeInteger|gYear)$/;
  const POINT = /^\s*(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)/i;
  const [MOST_BARS, MOST_NODES, MOST_POINTS] = [60, 120, 5000];

  function draw(name, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function titled(element, text) {
    element.append(draw("title", {}, text));
    return element;
  }

  function shorten(text, most = 42) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  }

  function local(iri) {
    return decodeURI(iri).replace(/\/$/, "").split(/[/#]/).pop() || iri;
  }

  function words(term) {
    if (!term) return "";
    return term.type === "uri" ? local(term.value) : term.value;
  }

  function linked(term, element) {
    if (!term || term.type !== "uri" || !/^https?:/.test(term.value)) return element;
    return draw("a", { href: window.kgWorkbench.page(term.value) }, element);
  }

  class View {
    constructor(yasr) {
      this.yasr = yasr;
      this.priority = 4;
    }

    rows() {
      return (this.yasr.results && this.yasr.results.getBindings()) || [];
    }

    names() {
      return (this.yasr.results && this.yasr.results.getVariables()) || [];
    }

    getIcon() {
      const icon = draw("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" });
      icon.append(draw("path", { d: this.constructor.icon, fill: "currentColor" }));
      return icon;
    }

    put(picture, note) {
      const place = document.createElement("div");
      place.className = "kg-view";
      place.append(picture);
      if (note) {
        const line = document.createElement("p");
        line.className = "quiet";
        line.textContent = note;
        place.append(line);
      }
      this.yasr.resultsEl.append(place);
    }

    // The column of names: of those with texts (else of all) the one whose values differ most.
    naming(except = []) {
      const rows = this.rows().slice(0, 200);
      const first = rows[0] || {};
      const open = this.names().filter((name) => !except.includes(name) && first[name]);
      const texts = open.filter((name) => first[name].type !== "uri" && !NUMBER.test(first[name].datatype || ""));
      const variety = (name) => new Set(rows.map((row) => (row[name] || {}).value)).size;
      return (texts.length ? texts : open).sort((one, other) => variety(other) - variety(one))[0];
    }
  }

  class Chart extends View {
    static icon = "M1 14h14v1H1zM2 8h3v5H2zM6.5 3h3v10h-3zM11 6h3v7h-3z";
    label = "Chart";

    column() {
      const first = this.rows()[0];
      return first && this.names().find((name) => first[name] && NUMBER.test(first[name].datatype || ""));
    }

    canHandleResults() {
      return Boolean(this.column() && this.naming([this.column()]));
    }

    draw() {
      const column = this.column();
      const naming = this.naming([column]);
      const iri = this.names().find((name) => (this.rows()[0][name] || {}).type === "uri");
      const bars = this.rows()
        .slice(0, MOST_BARS)
        .map((row) => ({ row, value: Number((row[column] || {}).value) }))
        .filter((bar) => Number.isFinite(bar.value));
      const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), 1e-9);
      const height = 22;
      const picture = draw("svg", {
        viewBox: `0 0 800 ${bars.length * height + 4}`,
        class: "kg-chart",
        role: "img",
        "aria-label": `${column} by ${naming}`,
      });
      bars.forEach(({ row, value }, place) => {
        const y = place * height;
        const name = words(row[naming]);
        const text = draw("text", { x: 292, y: y + 15, "text-anchor": "end" }, shorten(name));
        const bar = draw("rect", { x: 300, y: y + 3, height: 16, width: (420 * Math.abs(value)) / most });
        picture.append(
          linked(row[iri], titled(text, name)),
          titled(bar, `${name}: ${value}`),
          draw("text", { x: 306 + (420 * Math.abs(value)) / most, y: y + 15 }, row[column].value),
        );
      });
      const all = this.rows().length;
      this.put(picture, all > bars.length ? `${bars.length} / ${all}` : "");
    }
  }

  class Map extends View {
    static icon = "M8 1a5 5 0 0 1 5 5c0 4-5 9-5 9S3 10 3 6a5 5 0 0 1 5-5zm0 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4z";
    label = "Map";

    column() {
      for (const row of this.rows().slice(0, 50)) {
        const name = this.names().find((each) => row[each] && POINT.test(row[each].value));
        if (name) return name;
      }
      return undefined;
    }

    canHandleResults() {
      return Boolean(this.column());
    }

    async draw() {
      const column = this.column();
      const naming = this.naming([column]);
      const points = [];
      for (const row of this.rows().slice(0, MOST_POINTS)) {
        const found = row[column] && POINT.exec(row[column].value);
        if (found) points.push({ row, x: Number(found[1]), y: -Number(found[2]) });
      }
      const land = await (await fetch(window.kgWorkbench.land)).json();
      const [xs, ys] = [points.map((each) => each.x), points.map((each) => each.y)];
      const width = Math.min(360, Math.max(20, (Math.max(...xs) - Math.min(...xs)) * 1.3));
      const height = Math.min(180, Math.max(width / 2, (Math.max(...ys) - Math.min(...ys)) * 1.3));
      const left = (Math.max(...xs) + Math.min(...xs)) / 2 - width / 2;
      const top = (Math.max(...ys) + Math.min(...ys)) / 2 - height / 2;
      const picture = draw("svg", {
        viewBox: `${left} ${top} ${width} ${height}`,
        class: "kg-map",
        role: "img",
        "aria-label": `${points.length} places`,
      });
      picture.append(draw("path", { d: land.path, class: "kg-land", "vector-effect": "non-scaling-stroke" }));
      const iri = this.names().find((name) => (this.rows()[0][name] || {}).type === "uri");
      for (const { row, x, y } of points) {
        const dot = draw("circle", { cx: x, cy: y, r: Math.max(width, height) / 140 });
        picture.append(linked(row[iri], titled(dot, words(row[naming]))));
      }
      this.put(picture, "Natural Earth");
    }
  }

  class Graph extends View {
    static icon = "M3 1a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm10 5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4 11a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4.5 4l7 3-.4 1-7-3zm.6 7.3 6-3.6.5.8-6 3.6z";
    label = "Graph";

    // Triples as [subject, label, object]: of an RDF answer, of ?s ?p ?o, or of the first two IRIs of rows.
    edges() {
      const results = this.yasr.results;
      const statements = results && !results.hasError() && results.getType() === "ttl" && results.getStatements();
      if (statements) {
        const term = (each) => ({ type: each.termType === "Literal" ? "literal" : "uri", value: each.value });
        return statements.map((each) => [term(each.subject), local(each.predicate.value), term(each.object)]);
      }
      const first = this.rows()[0];
      const iris = first ? this.names().filter((name) => first[name] && first[name].type === "uri") : [];
      if (iris.length < 2) return [];
      const [from, middle, to] = iris.length > 2 ? iris : [iris[0], null, iris[1]];
      const found = this.rows().filter((row) => row[from] && row[to]);
      return found.map((row) => [row[from], middle ? words(row[middle]) : to, row[to]]);
    }

    canHandleResults() {
      return this.edges().length > 0;
    }

    draw() {
      const nodes = new globalThis.Map();
      const node = (term) => {
        if (!nodes.has(term.value) && nodes.size < MOST_NODES) {
          const turn = nodes.size * 2.399963; // the golden angle spreads the beginning
          const far = 12 * Math.sqrt(nodes.size);
          nodes.set(term.value, { term, x: far * Math.cos(turn), y: far * Math.sin(turn), dx: 0, dy: 0 });
        }
        return nodes.get(term.value);
      };
      const all = this.edges();
      const edges = all.map(([from, label, to]) => ({ from: node(from), label, to: node(to) })).filter((each) => each.from && each.to);
      settle([...nodes.values()], edges);
      this.put(this.picture([...nodes.values()], edges), all.length > edges.length ? `${edges.length} / ${all.length}` : "");
    }

    picture(nodes, edges) {
      const [xs, ys] = [nodes.map((each) => each.x), nodes.map((each) => each.y)];
      const width = Math.max(800, Math.max(...xs) - Math.min(...xs) + 260);
      const height = Math.max(360, Math.max(...ys) - Math.min(...ys) + 60);
      const left = (Math.max(...xs) + Math.min(...xs) + 140 - width) / 2;
      const top = (Math.max(...ys) + Math.min(...ys) - height) / 2;
      const picture = draw("svg", {
        viewBox: `${left} ${top} ${width} ${height}`,
        class: "kg-graph",
        role: "img",
        "aria-label": `${nodes.length} things, ${edges.length} relations`,
      });
      for (const { from, label, to } of edges) {
        picture.append(titled(draw("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y }), label));
      }
      for (const { term, x, y } of nodes) {
        const dot = draw("circle", { cx: x, cy: y, r: 4, class: term.type === "uri" ? "" : "kg-literal" });
        const text = draw("text", { x: x + 6, y: y + 4 }, shorten(words(term), 28));
        picture.append(linked(term, titled(draw("g", {}, dot, text), term.value)));
      }
      return picture;
    }
  }

  // Fruchterman and Reingold's layout: all push, related pull, and steps grow smaller.
  function settle(nodes, edges) {
    const ideal = 70;
    for (let step = 120; step > 0; step -= 1) {
      for (const one of nodes) [one.dx, one.dy] = [0, 0];
      nodes.forEach((one, place) => {
        for (const other of nodes.slice(place + 1)) push(one, other, (far) => (ideal * ideal) / far);
      });
      for (const { from, to } of edges) if (from !== to) push(from, to, (far) => (-far * far) / ideal);
      for (const one of nodes) {
        const far = Math.hypot(one.dx, one.dy) || 1;
        const most = Math.min(far, step / 4);
        one.x += (one.dx / far) * most;
        one.y += (one.dy / far) * most;
      }
    }
  }

  function push(one, other, force) {
    const [dx, dy] = [one.x - other.x || 0.01, one.y - other.y || 0.01];
    const far = Math.hypot(dx, dy);
    const strength = force(far) / far;
    one.dx += dx * strength;
    one.dy += dy * strength;
    other.dx -= dx * strength;
    other.dy -= dy * strength;
  }

  window.kgViews = { chart: Chart, graph: Graph, map: Map };
})();
