"use strict";
// Shows the network that Python laid out. Text enters the page only as text.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const ink = () => (dark.matches ? "#f0f0f0" : "#1a1a1a");
  const line = (edge) => (edge.cause ? (dark.matches ? "#ff8a80" : "#b3261e") : dark.matches ? "#8f8f8f" : "#767676");
  const onColour = { box: true };
  const nodes = new vis.DataSet(data.nodes.map((node) => ({
    ...node,
    title: undefined,
    color: { background: data.groups[node.group], border: ink(), highlight: { background: data.groups[node.group], border: ink() } },
    font: { color: onColour[node.shape] ? "#000" : ink(), size: 14 + Math.min(node.value, 30) / 2, strokeWidth: onColour[node.shape] ? 0 : 3, strokeColor: dark.matches ? "#16181b" : "#fff" },
  })));
  const edges = new vis.DataSet(data.edges.map((edge) => ({ ...edge, arrows: "to", color: { color: line(edge), highlight: line(edge) }, width: edge.cause ? 2.5 : 1 })));
  const box = document.getElementById("picture");
  const network = new vis.Network(box, { nodes, edges }, {
    physics: false,
    layout: { improvedLayout: false },
    interaction: { hover: false, keyboard: { enabled: true, bindToWindow: false }, navigationButtons: false, tooltipDelay: 100000 },
    nodes: { borderWidth: 1, scaling: { min: 8, max: 26, label: { enabled: true, min: 12, max: 22, drawThreshold: 7, maxVisible: 26 } } },
    edges: { font: { size: 0 }, smooth: { type: "dynamic", enabled: false }, arrows: { to: { scaleFactor: 0.6 } } },
  });
  // Parallel links would hide each other: each gets its own bend.
  const pairs = new Map();
  edges.forEach((edge) => {
    const pair = [edge.from, edge.to].sort().join();
    const n = pairs.get(pair) || 0;
    pairs.set(pair, n + 1);
    if (n) edges.update({ id: edge.id, smooth: { enabled: true, type: "curvedCW", roundness: 0.12 * n } });
  });
  const card = document.getElementById("card");
  const put = (parent, name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  let labelled = [];
  function pick(id) {
    const node = nodes.get(id);
    if (!node) return;
    edges.update(labelled.map((edge) => ({ id: edge, label: undefined })));
    const own = edges.get({ filter: (edge) => edge.from === id || edge.to === id });
    labelled = own.map((edge) => edge.id);
    edges.update(own.map((edge) => ({ id: edge.id, label: edge.kind, font: { size: 12, color: ink(), strokeWidth: 3, strokeColor: dark.matches ? "#16181b" : "#fff" } })));
    network.selectNodes([id]);
    network.focus(id, { scale: Math.max(network.getScale(), 0.7) });
    card.replaceChildren();
    put(card, "h2", node.name);
    put(card, "p", [node.kind, node.earliest && `from ${node.earliest}`, node.latest && `until ${node.latest}`].filter(Boolean).join(", "));
    const list = put(card, "ul", "");
    for (const edge of own) {
      const item = put(list, "li", `${nodes.get(edge.from).name} — ${edge.kind} — ${nodes.get(edge.to).name} `);
      put(item, "small", [edge.passage, edge.who && `according to ${edge.who}`, edge.certainty, edge.basis].filter(Boolean).join(" · "));
    }
    put(card, "p", node.iri);
  }
  network.on("click", (event) => event.nodes.length && pick(event.nodes[0]));
  document.querySelectorAll("[data-node]").forEach((button) => button.addEventListener("click", () => { pick(button.dataset.node); box.scrollIntoView({ block: "nearest" }); }));
  document.getElementById("finder").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = document.getElementById("find").value.trim().toLowerCase();
    const all = nodes.get();
    const hit = all.find((node) => node.name.toLowerCase() === wanted) || (wanted && all.find((node) => node.name.toLowerCase().includes(wanted)));
    if (hit) pick(hit.id);
    else { card.replaceChildren(); put(card, "p", "Nothing of that name is drawn here."); }
  });
  document.querySelectorAll("input[data-group]").forEach((box) => box.addEventListener("change", () => {
    nodes.update(nodes.get({ filter: (node) => node.group === box.dataset.group }).map((node) => ({ id: node.id, hidden: !box.checked })));
    document.querySelectorAll("tr[data-group]").forEach((row) => { if (row.dataset.group === box.dataset.group) row.hidden = !box.checked; });
  }));
  dark.addEventListener("change", () => location.reload());
  network.once("afterDrawing", () => { network.fit(); document.body.dataset.ready = "yes"; });
})();
