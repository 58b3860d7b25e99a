"use strict";
// The network itself: vis-network shows what Python laid out; signs, bands of time and names are drawn here.
const dark = matchMedia("(prefers-color-scheme: dark)");
const tones = (name) => ({
  light: { ink: "#1a1a1a", paper: "#ffffff", line: "#767676", cause: "#b3261e", band: "#f4f4f2", quiet: "#595959", mark: "#0b57d0" },
  dark: { ink: "#f0f0f0", paper: "#16181b", line: "#8f8f8f", cause: "#ff8a80", band: "#1f2226", quiet: "#b8b8b8", mark: "#8ab4f8" },
})[name || (dark.matches ? "dark" : "light")];

const picture = (() => {
  const box = document.getElementById("picture");
  const family = "system-ui, sans-serif";
  let tone = tones();

  function outline(context, points, x, y, size) {
    context.beginPath();
    points.forEach(([px, py], n) => context[n ? "lineTo" : "moveTo"](x + px * size, y + py * size));
    context.closePath();
  }
  /** Half the width of a sign: never so small on the screen that its shape is lost. */
  const sizeOf = (thing) => Math.max(thing.size, (2.5 + thing.size / 6) * Math.min(1, box.clientWidth / 700) / network.getScale());
  /** How a sign looks, on the screen as in a file. */
  function signOf(id, inTone = tone) {
    const { group, then } = things.get(id);
    const { id: own, cause, effect } = view.state;
    const chosen = id === own || id === cause || id === effect;
    const over = then === "over";
    const uncertain = then === "uncertain" || view.standing(id) === "uncertain";
    return {
      colour: looks.groups[group].colour, fill: over ? 0.4 : 1,
      stroke: chosen ? inTone.mark : inTone.ink, strong: over && !chosen ? 0.6 : 1,
      width: chosen ? 5 : 1.5, dash: uncertain ? [4, 3] : over ? [1.5, 2.5] : [],
      opacity: !view.focus || view.focus.has(id) ? 1 : 0.2,
    };
  }
  function drawNode({ ctx, id, x, y }) {
    const size = sizeOf(things.get(id));
    return {
      drawNode() {
        const look = signOf(id);
        outline(ctx, looks.shapes[looks.groups[things.get(id).group].shape], x, y, size);
        ctx.globalAlpha = look.opacity * look.fill;
        ctx.fillStyle = look.colour;
        ctx.fill();
        ctx.globalAlpha = look.opacity * look.strong;
        ctx.lineWidth = look.width;
        ctx.strokeStyle = look.stroke;
        ctx.setLineDash(look.dash);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.globalAlpha = 1;
      },
      nodeDimensions: { width: size * 2, height: size * 2 },
    };
  }
  const nodes = new vis.DataSet([...things.values()].map(({ id, x, y, group, size }) => ({ id, x, y, group, size, shape: "custom", ctxRenderer: drawNode })));

  // Links that join the same two things are one line, until it is opened.
  const bundles = new Map();
  for (const link of links) {
    const key = pairOf(link.from, link.to);
    if (!bundles.has(key)) bundles.set(key, []);
    bundles.get(key).push(link);
  }
  const lit = (from, to) => view.focus && view.focus.has(from) && view.focus.has(to)
    && (view.state.pair || view.state.follow || (view.state.cause && view.state.effect) || from === view.state.id || to === view.state.id);
  const kindsOf = (some) => {
    const [first, ...rest] = [...new Set(some.map((link) => link.kind))];
    return rest.length ? `${first} + ${rest.length}` : first;
  };
  /** How wide lines are drawn at a scale, in steps: never so thin on the screen that they are lost (on a narrow one a little thinner). */
  const thickness = (scale) => 2 ** (Math.round(2 * Math.log2(Math.max(1, 0.8 * Math.min(1, (box.clientWidth || 900) / 700) / Math.max(scale, 0.02)))) / 2);
  const breadth = (k, room) => { const all = [...things.values()].map((thing) => thing[k]); return room / (Math.max(...all) - Math.min(...all) + 100); };
  let thick = thickness(Math.min(breadth("x", box.clientWidth || 900), breadth("y", box.clientHeight || 500)));
  /** How strong a line is that is no cause: few are seen well, a thousand would hide all else. */
  const strength = () => Math.round(Math.min(0.9, Math.max(0.35, 0.9 * (200 / view.shownLinks.length) ** 0.5)) * 20) / 20;
  /** How one line looks, whether it stands for one link or for many. */
  function line(some) {
    const cause = some.some((link) => link.cause);
    const on = lit(some[0].from, some[0].to);
    const colour = cause ? tone.cause : tone.line;
    const opacity = on ? 1 : view.focus && !view.state.only ? 0.06 : Math.max(cause ? 0.8 : 0, strength());
    const named = on && (view.focus.size < 40 || some[0].from === view.state.id || some[0].to === view.state.id);
    return {
      cause,
      color: { color: colour, highlight: colour, hover: colour, opacity },
      width: thick * ((cause ? 1.6 : 0.8) + 0.3 * Math.min(some.length, 8)),
      dashes: some.every((link) => link.dashes || view.linkStanding(link.id) === "uncertain"),
      label: named ? kindsOf(some) : "",
      font: named ? { size: 12, color: tone.ink, strokeWidth: 3, strokeColor: tone.paper } : { size: 0 },
    };
  }
  const arrows = (some, from) => ({ to: some.some((link) => link.from === from), from: some.some((link) => link.from !== from) });
  function asBundle(key, some) {
    const [from, to] = key.split(" ");
    return { id: key, from, to, arrows: arrows(some, from), smooth: false, ...line(some) };
  }
  function asOpened(link, n) {
    const side = link.from === view.state.pair.split(" ")[0] ? "curvedCW" : "curvedCCW";
    const bend = { enabled: true, type: n % 2 ? (side === "curvedCW" ? "curvedCCW" : "curvedCW") : side, roundness: 0.12 * Math.ceil(n / 2) };
    const { label, ...looks } = line([link]);
    return { id: link.id, from: link.from, to: link.to, arrows: "to", smooth: n ? bend : false, ...looks, label: link.kind, font: { ...looks.font, size: 12, color: tone.ink, strokeWidth: 3, strokeColor: tone.paper, align: "middle" } };
  }
  /** All lines that are to be there now, by their name. */
  function wanted() {
    const shown = new Map();
    for (const link of view.shownLinks) {
      const key = pairOf(link.from, link.to);
      if (!shown.has(key)) shown.set(key, []);
      shown.get(key).push(link);
    }
    const found = new Map();
    for (const [key, some] of shown) {
      if (key === view.state.pair) some.forEach((link, n) => found.set(link.id, asOpened(link, n)));
      else found.set(key, asBundle(key, some));
    }
    return found;
  }
  // Before anything is chosen or hidden, every line is there as it is.
  const first = [...bundles].map(([key, some]) => asBundle(key, some));
  const edges = new vis.DataSet(first);
  let signs = new Map(first.map((edge) => [edge.id, JSON.stringify(edge)]));

  const network = new vis.Network(box, { nodes, edges }, {
    physics: false,
    layout: { improvedLayout: false },
    interaction: {
      hover: false, keyboard: false, tooltipDelay: 1e6, selectConnectedEdges: false,
      hideEdgesOnDrag: things.size > 1500, hideEdgesOnZoom: things.size > 1500,
    },
    edges: { font: { size: 0 }, smooth: false, arrows: { to: { scaleFactor: 0.6 }, from: { scaleFactor: 0.6 } }, selectionWidth: 2 },
  });

  // Bands of time behind, names in front: the most joined things first, and none over another.
  const order = [...things.values()].sort((a, b) => a.rank - b.rank);
  const widths = new Map();
  const measurer = document.createElement("canvas").getContext("2d");
  function width(text) {
    if (!widths.has(text)) {
      measurer.font = `12px ${family}`;
      widths.set(text, measurer.measureText(text).width);
    }
    return widths.get(text);
  }
  const short = (text) => (text.length > 40 ? `${text.slice(0, 38).trimEnd()} …` : text);
  /** Where names stand in the part from…to of the picture at a scale: { text, x, y }, none over another. */
  function names(scale, from, to) {
    const size = 12 / scale;
    const inside = (thing) => view.shows(thing.id) && thing.x >= from.x && thing.x <= to.x && thing.y >= from.y && thing.y <= to.y;
    const around = (thing) => { const half = sizeOf(thing); return { left: thing.x - half, right: thing.x + half, top: thing.y - half, bottom: thing.y + half }; };
    const { id, cause, effect } = view.state;
    const before = [id, cause, effect].filter((one) => one !== null).map((one) => things.get(one));
    const some = (view.focus ? [...before, ...order.filter((thing) => view.focus.has(thing.id) && !before.includes(thing))] : order).filter(inside);
    // A name hides neither another name nor a year; only the thirty most joined things may hide signs, those of lesser ones.
    const taken = looks.bands.map(([, top]) => ({ left: from.x, right: from.x + 44 / scale, top, bottom: top + 16 / scale }));
    const clear = (r) => taken.every((p) => r.right < p.left || r.left > p.right || r.bottom < p.top || r.top > p.bottom);
    const found = [];
    for (const [n, thing] of some.slice(0, 300).entries()) {
      if (n < 30) taken.push(around(thing));
      else if (n === 30) taken.push(...some.slice(30).map(around));
      const text = short(nameOf(thing.id));
      const wide = width(text) / scale;
      const half = sizeOf(thing);
      const under = half + size * 0.8;
      const aside = half + wide / 2 + size / 3;
      for (const [dx, dy] of [[0, under], [0, -under], [aside, 0], [-aside, 0]]) {
        const x = Math.min(Math.max(thing.x + dx, from.x + wide / 2 + size / 3), to.x - wide / 2 - size / 3);
        const y = thing.y + dy;
        const rect = { left: x - wide / 2 - size * 0.3, right: x + wide / 2 + size * 0.3, top: y - size * 0.6, bottom: y + size * 0.6 };
        if (!clear(rect)) continue;
        taken.push(rect);
        found.push({ text, x, y, rect });
        break;
      }
    }
    return found;
  }
  /** The labels of the bands that have room at a scale. */
  function years(scale) {
    let free = -Infinity;
    return looks.bands.filter(([, top]) => top >= free && (free = top + 15 / scale)).map(([label, top]) => ({ label, top }));
  }
  const corners = () => [network.DOMtoCanvas({ x: 0, y: 0 }), network.DOMtoCanvas({ x: box.clientWidth, y: box.clientHeight })];
  network.on("beforeDrawing", (context) => {
    const scale = network.getScale();
    const [{ x: left }, { x: right }] = corners();
    context.font = `${12 / scale}px ${family}`;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = tone.band;
    looks.bands.forEach(([, top, bottom], n) => { if (n % 2 === 0) context.fillRect(left, top, right - left, bottom - top); });
    // A label may be higher than its band: all stand upon all bands.
    context.fillStyle = tone.quiet;
    for (const { label, top } of years(scale)) context.fillText(label, left + 6 / scale, top + 3 / scale);
  });
  let zoomed = null;
  network.on("afterDrawing", (context) => {
    const scale = network.getScale();
    const found = names(scale, ...corners());
    context.font = `${12 / scale}px ${family}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3 / scale;
    for (const { text, x, y } of found) {
      context.strokeStyle = tone.paper;
      context.strokeText(text, x, y);
      context.fillStyle = tone.ink;
      context.fillText(text, x, y);
    }
    box.dataset.names = found.length;
    if (thick !== thickness(scale) && !zoomed) zoomed = setTimeout(() => { zoomed = null; join(); }, 120);
  });
  network.on("click", (event) => {
    if (event.nodes.length) view.pick(event.nodes[0]);
    else if (event.edges.length) {
      const { from, to } = edges.get(event.edges[0]);
      view.pickPair(from, to);
    } else if (view.state.id !== null || view.state.pair !== null) view.pick(null);
  });

  const zoom = (by) => network.moveTo({ scale: Math.min(4, Math.max(0.05, network.getScale() * by)) });
  const fit = () => network.fit({ nodes: [...things.keys()].filter(view.shows), maxZoomLevel: 1.5 });
  document.getElementById("closer").addEventListener("click", () => zoom(1.3));
  document.getElementById("wider").addEventListener("click", () => zoom(1 / 1.3));
  document.getElementById("whole").addEventListener("click", () => { view.pick(null); view.now(); fit(); });

  // One stop of the Tab key, which has a name and whose keys are those of the map.
  const stage = box.querySelector(".vis-network");
  for (const name of ["role", "tabindex", "aria-label"]) box.removeAttribute(name);
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", "The network as a picture; the same stands in the tables below. Arrow keys move it, plus and minus bring it closer, 0 shows all of it");
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) {
      const { x, y } = network.getViewPosition();
      const step = Math.min(box.clientWidth, box.clientHeight) / network.getScale() / 6;
      network.moveTo({ position: { x: x + by[0] * step, y: y + by[1] * step } });
    } else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });

  /** Draws what joins the things, as far as it is otherwise than before. */
  function join() {
    thick = thickness(network.getScale());
    const lines = wanted();
    const gone = [...signs.keys()].filter((id) => !lines.has(id));
    const next = new Map([...lines].map(([id, edge]) => [id, JSON.stringify(edge)]));
    const other = [...next].filter(([id, sign]) => signs.get(id) !== sign).map(([id]) => lines.get(id));
    if (gone.length) edges.remove(gone);
    if (other.length) edges.update(other);
    signs = next;
  }
  const hidden = new Set();
  function show(_, changed) {
    tone = tones();
    const now = [];
    for (const id of things.keys()) {
      const hide = !view.shows(id);
      if (hide !== hidden.has(id)) {
        hidden[hide ? "add" : "delete"](id);
        now.push({ id, hidden: hide });
      }
    }
    if (now.length) nodes.update(now);
    join();
    const { id, cause, effect, follow } = view.state;
    network.setSelection({ nodes: id !== null && view.shows(id) ? [id] : [], edges: [] }, { highlightEdges: false });
    const whole = view.focus && (id === null || follow || view.focus.size < 40);
    if (view.focus && ["id", "pair", "cause", "effect", "follow", "only"].some((key) => changed.has(key))) {
      // A thing with a whole crowd around it is shown in the middle, all else with what it has to do with.
      if (whole || (cause && effect)) network.fit({ nodes: [...view.focus].filter(view.shows), maxZoomLevel: 0.8 });
      else if (view.shows(id)) network.focus(id, { scale: Math.max(network.getScale(), 0.4) });
    }
    network.redraw();
  }
  dark.addEventListener("change", () => view.set({ groups: new Set(view.state.groups) }));
  let then = null;
  let drawn = false;
  network.once("afterDrawing", () => { drawn = true; if (then) setTimeout(then); });
  network.fit({ maxZoomLevel: 1.5 });
  /** Calls back when the first frame has been drawn. */
  function ready(does) {
    then = does;
    if (drawn) setTimeout(then);
  }
  return { network, nodes, edges, box, bundles, names, sizeOf, corners, years, show, ready, fit, lit, signOf, stage };
})();
