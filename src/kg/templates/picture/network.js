"use strict";
// Shows the network that Python laid out. Text enters the page only as text.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const looks = read("looks");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tone = () => (dark.matches
    ? { ink: "#f0f0f0", paper: "#16181b", line: "#8f8f8f", cause: "#ff8a80", band: "#1f2226", quiet: "#b8b8b8" }
    : { ink: "#1a1a1a", paper: "#ffffff", line: "#767676", cause: "#b3261e", band: "#f4f4f2", quiet: "#595959" });
  let tones = tone();
  let chosen = null;
  let near = new Set();

  function outline(context, points, x, y, size) {
    context.beginPath();
    points.forEach(([px, py], n) => context[n ? "lineTo" : "moveTo"](x + px * size, y + py * size));
    context.closePath();
  }
  function drawNode({ ctx, id, x, y, state }) {
    const node = nodes.get(id);
    const look = looks.groups[node.group];
    return {
      drawNode() {
        ctx.globalAlpha = chosen === null || id === chosen || near.has(id) ? 1 : 0.25;
        outline(ctx, looks.shapes[look.shape], x, y, node.size);
        ctx.fillStyle = look.colour;
        ctx.fill();
        ctx.lineWidth = state.selected ? 4 : 1.5;
        ctx.strokeStyle = tones.ink;
        if (node.then === "uncertain") ctx.setLineDash([4, 3]);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.globalAlpha = 1;
      },
      nodeDimensions: { width: node.size * 2, height: node.size * 2 },
    };
  }
  const lineOf = (edge) => {
    const own = chosen !== null && (edge.from === chosen || edge.to === chosen);
    const opacity = own ? 1 : chosen !== null ? 0.08 : edge.cause ? 0.8 : 0.28;
    const colour = edge.cause ? tones.cause : tones.line;
    return { color: colour, highlight: colour, hover: colour, opacity };
  };
  const nodes = new vis.DataSet(read("nodes").map(({ color, ...node }) => ({ ...node, name: node.label, label: undefined, ctxRenderer: drawNode })));
  const pairs = new Map();
  const edges = new vis.DataSet(read("edges").map((edge) => {
    // Parallel links would hide each other: each gets its own bend.
    const pair = [edge.from, edge.to].sort().join();
    const n = pairs.get(pair) || 0;
    pairs.set(pair, n + 1);
    const bend = { enabled: true, type: edge.from < edge.to ? "curvedCW" : "curvedCCW", roundness: 0.1 * n };
    return { ...edge, arrows: "to", color: lineOf(edge), width: edge.cause ? 2.5 : 1, smooth: n ? bend : false };
  }));
  const box = document.getElementById("picture");
  const network = new vis.Network(box, { nodes, edges }, {
    physics: false,
    layout: { improvedLayout: false },
    interaction: { hover: false, keyboard: { enabled: true, bindToWindow: false }, tooltipDelay: 1e6, selectConnectedEdges: false },
    edges: { font: { size: 0 }, smooth: false, arrows: { to: { scaleFactor: 0.6 } }, selectionWidth: 2 },
  });

  // Bands of time behind, names in front: the most joined things first, and none over another.
  const family = "system-ui, sans-serif";
  const widths = new Map();
  const order = nodes.get().sort((a, b) => a.rank - b.rank).map((node) => node.id);
  network.on("beforeDrawing", (context) => {
    const scale = network.getScale();
    const left = network.DOMtoCanvas({ x: 0, y: 0 }).x;
    const right = network.DOMtoCanvas({ x: box.clientWidth, y: 0 }).x;
    let free = -Infinity;
    context.font = `${12 / scale}px ${family}`;
    context.textAlign = "left";
    context.textBaseline = "top";
    looks.bands.forEach(([label, top, bottom], n) => {
      if (n % 2 === 0) {
        context.fillStyle = tones.band;
        context.fillRect(left, top, right - left, bottom - top);
      }
      if (top >= free) {
        context.fillStyle = tones.quiet;
        context.fillText(label, left + 6 / scale, top + 3 / scale);
        free = top + 15 / scale;
      }
    });
  });
  network.on("afterDrawing", (context) => {
    const scale = network.getScale();
    const size = 12 / scale;
    const from = network.DOMtoCanvas({ x: 0, y: 0 });
    const to = network.DOMtoCanvas({ x: box.clientWidth, y: box.clientHeight });
    const inside = (node) => !node.hidden && node.x >= from.x && node.x <= to.x && node.y >= from.y && node.y <= to.y;
    const around = (node) => ({ left: node.x - node.size, right: node.x + node.size, top: node.y - node.size, bottom: node.y + node.size });
    const first = (chosen === null ? order : [chosen, ...order.filter((id) => near.has(id))]).map((id) => nodes.get(id)).filter(inside);
    // A name hides neither another name nor a year; only the thirty most joined things may hide signs, those of lesser ones.
    const taken = [...looks.bands.map(([, top]) => ({ left: from.x, right: from.x + 44 / scale, top, bottom: top + 16 / scale }))];
    const clear = (r) => taken.every((p) => r.right < p.left || r.left > p.right || r.bottom < p.top || r.top > p.bottom);
    let names = 0;
    context.font = `${size}px ${family}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3 / scale;
    for (const [n, node] of first.slice(0, 300).entries()) {
      if (n < 30) taken.push(around(node));
      else if (n === 30) taken.push(...first.slice(30).map(around));
      const text = node.name.length > 40 ? `${node.name.slice(0, 38).trimEnd()} …` : node.name;
      if (!widths.has(node.id)) widths.set(node.id, context.measureText(text).width * scale);
      const width = widths.get(node.id) / scale;
      const under = node.size + size * 0.8;
      for (const [dx, dy] of [[0, under], [0, -under], [node.size + width / 2 + size / 3, 0], [-node.size - width / 2 - size / 3, 0]]) {
        const x = Math.min(Math.max(node.x + dx, from.x + width / 2 + size / 3), to.x - width / 2 - size / 3);
        const y = node.y + dy;
        const rect = { left: x - width / 2 - size * 0.3, right: x + width / 2 + size * 0.3, top: y - size * 0.6, bottom: y + size * 0.6 };
        if (!clear(rect)) continue;
        taken.push(rect);
        names += 1;
        context.strokeStyle = tones.paper;
        context.strokeText(text, x, y);
        context.fillStyle = tones.ink;
        context.fillText(text, x, y);
        break;
      }
    }
    box.dataset.names = names;
  });

  const card = document.getElementById("card");
  const put = (parent, name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const told = (edge) => [edge.passage, edge.who && `according to ${edge.who}`, edge.certainty, edge.basis, edge.then && `${edge.then} that day`].filter(Boolean).join(" · ");
  function list(own) {
    const items = put(card, "ul", "");
    for (const edge of own) {
      const item = put(items, "li", `${nodes.get(edge.from).name} — ${edge.kind} — ${nodes.get(edge.to).name} `);
      put(item, "small", told(edge));
    }
  }
  function paint() {
    tones = tone();
    edges.update(edges.get().map((edge) => {
      const own = chosen !== null && (edge.from === chosen || edge.to === chosen);
      const font = { size: 12, color: tones.ink, strokeWidth: 3, strokeColor: tones.paper };
      return { id: edge.id, color: lineOf(edge), label: own ? edge.kind : "", font: own ? font : { size: 0 } };
    }));
  }
  function choose(id) {
    chosen = id;
    near = new Set(id === null ? [] : network.getConnectedNodes(id));
    paint();
  }
  function pick(id) {
    const node = nodes.get(id);
    if (!node) return;
    choose(id);
    network.selectNodes([id]);
    network.focus(id, { scale: Math.max(network.getScale(), 0.8) });
    card.replaceChildren();
    put(card, "h2", node.name);
    put(card, "p", [node.kind, node.earliest && `from ${node.earliest}`, node.latest && `until ${node.latest}`, node.then && `${node.then} that day`].filter(Boolean).join(", "));
    list(edges.get({ filter: (edge) => edge.from === id || edge.to === id }));
    put(card, "p", node.iri).className = "iri";
    const all = put(card, "button", "Show all again");
    all.addEventListener("click", whole);
  }
  function whole() {
    choose(null);
    network.unselectAll();
    network.fit();
    card.replaceChildren();
    put(card, "h2", "A thing");
    put(card, "p", "Choose a thing in the picture, or find it by name.");
  }
  network.on("click", (event) => {
    if (event.nodes.length) pick(event.nodes[0]);
    else if (event.edges.length) {
      const one = edges.get(event.edges[0]);
      const both = edges.get({ filter: (edge) => [one.from, one.to].includes(edge.from) && [one.from, one.to].includes(edge.to) });
      card.replaceChildren();
      put(card, "h2", `${nodes.get(one.from).name} and ${nodes.get(one.to).name}`);
      list(both);
    } else if (chosen !== null) choose(null);
  });
  const zoom = (by) => network.moveTo({ scale: Math.min(4, Math.max(0.05, network.getScale() * by)) });
  document.getElementById("closer").addEventListener("click", () => zoom(1.3));
  document.getElementById("wider").addEventListener("click", () => zoom(1 / 1.3));
  document.getElementById("whole").addEventListener("click", whole);
  document.querySelectorAll("[data-node]").forEach((button) => button.addEventListener("click", () => { pick(button.dataset.node); box.scrollIntoView({ block: "nearest" }); }));
  document.getElementById("finder").addEventListener("submit", (event) => {
    event.preventDefault();
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const wanted = plain(document.getElementById("find").value.trim());
    const all = order.map((id) => nodes.get(id));
    const hit = wanted && (all.find((node) => plain(node.name) === wanted) || all.find((node) => plain(node.name).includes(wanted)));
    if (hit) pick(hit.id);
    else { card.replaceChildren(); put(card, "p", "Nothing of that name is drawn here."); }
  });
  const shown = (id) => !nodes.get(id).hidden;
  document.querySelectorAll("input[data-group]").forEach((input) => input.addEventListener("change", () => {
    nodes.update(nodes.get({ filter: (node) => node.group === input.dataset.group }).map((node) => ({ id: node.id, hidden: !input.checked })));
    // The tables hold what the picture shows.
    document.querySelectorAll("tr[data-id]").forEach((row) => { row.hidden = !shown(row.dataset.id); });
    document.querySelectorAll("tr[data-from]").forEach((row) => { row.hidden = !(shown(row.dataset.from) && shown(row.dataset.to)); });
    const count = (rows) => document.querySelectorAll(`${rows}:not([hidden])`).length;
    document.getElementById("count").textContent = `${count("tr[data-id]")} things, ${count("tr[data-from]")} links`;
  }));
  dark.addEventListener("change", () => { paint(); network.redraw(); });
  network.once("afterDrawing", () => { network.fit(); document.body.dataset.ready = "yes"; });
  // For tests and for those who want to look inside; nothing on the page depends on it.
  window.kgPicture = { network, nodes, edges, pick };
})();
