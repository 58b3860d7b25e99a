"use strict";
// The map: places whose coordinates somebody tells, over the land that Python drew. Where nobody tells them, nothing is guessed.
const map = (() => {
  const MOST = 40;
  const frame = document.getElementById("map");
  const places = [...things.values()].filter((thing) => thing.at);
  const without = [...things.values()].filter((thing) => !thing.at && thing.group === "Place").sort((a, b) => (fold(a.name) < fold(b.name) ? -1 : 1));
  const base = looks.map;
  const { projection: cone } = base || {};
  const radians = Math.PI / 180;
  /** Latitude and longitude as a point of the map: kg.picture.land says the same in Python. */
  function project(latitude, longitude) {
    const away = ((longitude - cone.middle + 540) % 360 + 360) % 360 - 180;
    const radius = cone.apex - latitude;
    const x = cone.cone ? radius * Math.sin(cone.cone * away * radians) : away * cone.squeeze;
    const y = cone.cone ? radius * Math.cos(cone.cone * away * radians) : -latitude;
    return [(x - cone.left) * cone.scale, (y - cone.top) * cone.scale];
  }
  /** The other way round. */
  function unproject(px, py) {
    const x = px / cone.scale + cone.left;
    const y = py / cone.scale + cone.top;
    if (!cone.cone) return [-y, cone.middle + x / cone.squeeze];
    const sign = Math.sign(cone.cone);
    return [cone.apex - sign * Math.hypot(x, y), cone.middle + Math.atan2(sign * x, sign * y) / radians / cone.cone];
  }
  const angle = (value, plus, minus) => `${Math.abs(value)}° ${value < 0 ? minus : plus}`;
  const coordinates = ({ at: [latitude, longitude] }) => `${angle(latitude, "N", "S")}, ${angle(longitude, "E", "W")}`;
  /** How exact a point is, in words. */
  function precision({ at }) {
    const step = Number(at[2]);
    if (!step) return "precision not told";
    const metres = step * 111_200;
    const round = (value) => Number(value.toPrecision(1));
    return `given to ${step.toFixed(8).replace(/0+$/, "").replace(/\.$/, "")}° (about ${metres < 1000 ? `${round(metres)} m` : `${round(metres / 1000)} km`})`;
  }
  /** What happened at a place, of all that is shown. */
  function happened() {
    const found = new Map();
    for (const { from, to, family } of view.shownLinks) {
      if (family !== "place" || !things.get(from).event) continue;
      if (!found.has(to)) found.set(to, []);
      if (!found.get(to).includes(from)) found.get(to).push(from);
    }
    return found;
  }

  let image, ground, grid, rings, signs, labels, bar, list, table, tip, after, missed;
  let zoom = 1;
  let middle = base ? [base.width / 2, base.height / 2] : [0, 0];
  let size = [0, 0];
  let active = null;
  let events = new Map();
  const markers = new Map();
  const factor = () => Math.min(size[0] / base.width, size[1] / base.height) * zoom;
  const pixel = ([x, y]) => [(x - middle[0]) * factor() + size[0] / 2, (y - middle[1]) * factor() + size[1] / 2];
  const within = (value, low, high) => (low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high));

  /** Takes the size of the window; false where the map is not seen. */
  function measured() {
    size = [frame.clientWidth, frame.clientHeight];
    if (size[0] && size[1]) image.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    return size[0] > 0 && size[1] > 0;
  }
  /** Keeps the window on what is drawn. */
  function look(to, by = 1) {
    zoom = Math.min(Math.max(zoom * by, 1), MOST);
    const [left, top, right, bottom] = zoom === 1 ? [0, 0, base.width, base.height] : base.around;
    const half = size.map((length) => length / factor() / 2);
    middle = [within(to[0], left + half[0], right - half[0]), within(to[1], top + half[1], bottom - half[1])];
    render();
  }
  /** Closer or wider, so that a point of the window stays where it is. */
  function closer(by, at = [size[0] / 2, size[1] / 2]) {
    const under = at.map((p, n) => middle[n] + (p - size[n] / 2) / factor());
    const next = Math.min(Math.max(zoom * by, 1), MOST) / zoom;
    look(under.map((u, n) => u - (at[n] - size[n] / 2) / (factor() * next)), next);
  }
  function graticule() {
    grid.replaceChildren();
    const edge = [0.001, 0.25, 0.5, 0.75, 0.999];
    const seen = edge.flatMap((u) => edge.map((v) => unproject(middle[0] + (u - 0.5) * size[0] / factor(), middle[1] + (v - 0.5) * size[1] / factor())));
    const range = (n, low, high) => [Math.max(low, Math.min(...seen.map((p) => p[n]))), Math.min(high, Math.max(...seen.map((p) => p[n])))];
    const [south, north] = range(0, -85, 85);
    const [west, east] = range(1, cone.middle - 180, cone.middle + 180);
    const step = (from, to, most) => [0.25, 0.5, 1, 2, 5, 10, 20, 30].find((one) => (to - from) / one <= most) || 45;
    const few = size[0] < 500;
    const [high, wide] = [step(south, north, few ? 4 : 6), step(west, east, few ? 5 : 9)];
    const draw = (fixed, from, to, point, text, onEdge) => {
      const line = Array.from({ length: 41 }, (_, n) => pixel(project(...point(from + (to - from) * n / 40))));
      svg(grid, "path", { class: "grid", d: `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` });
      const at = onEdge(line);
      if (at) svg(grid, "text", { x: at[0].toFixed(1), y: at[1].toFixed(1), class: "degree" }, text);
    };
    /** Where a line crosses an edge of the window: x = 0 or y = the bottom. */
    const crossing = (axis, value) => (line) => {
      for (let n = 1; n < line.length; n += 1) {
        const [a, b] = [line[n - 1], line[n]];
        if ((a[axis] - value) * (b[axis] - value) > 0 || a[axis] === b[axis]) continue;
        const other = a[1 - axis] + (b[1 - axis] - a[1 - axis]) * (value - a[axis]) / (b[axis] - a[axis]);
        if (other > 14 && other < size[1 - axis] - (axis ? 40 : 26)) return axis ? [other + 3, value] : [value, other - 3];
      }
      return null;
    };
    const text = (value, plus, minus) => (value === 0 ? "0°" : angle(value, plus, minus));
    for (let n = Math.ceil(south / high) * high; n <= north; n += high) draw(n, west, east, (x) => [n, x], text(n, "N", "S"), crossing(0, 4));
    for (let n = Math.ceil(west / wide) * wide; n <= east; n += wide) {
      const turned = ((n + 540) % 360 + 360) % 360 - 180;
      draw(n, south, north, (y) => [y, n], text(turned, "E", "W"), crossing(1, size[1] - 5));
    }
    // How long a kilometre is in the middle of the window, along the meridian, which the projection keeps true.
    const kilometre = cone.scale * factor() / 111.2;
    const length = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].filter((one) => one * kilometre <= 140).pop() || 1;
    bar.replaceChildren();
    const right = size[0] - 12;
    svg(bar, "path", { d: `M${(right - length * kilometre).toFixed(1)} ${size[1] - 34}v6H${right}v-6` });
    svg(bar, "text", { x: right, y: size[1] - 38, "text-anchor": "end" }, `${length} km north to south`);
  }
  const radiusOf = (id) => (size[0] < 500 ? 0.75 : 1) * (7 + 2.6 * Math.sqrt(Math.min((events.get(id) || []).length, 30)));
  function render() {
    const by = factor();
    ground.setAttribute("transform", `translate(${size[0] / 2 - middle[0] * by} ${size[1] / 2 - middle[1] * by}) scale(${by})`);
    graticule();
    rings.replaceChildren();
    labels.replaceChildren();
    const shown = places.filter(({ id }) => view.shows(id)).map((thing) => {
      const [x, y] = pixel(project(thing.at[0], thing.at[1]));
      const radius = radiusOf(thing.id);
      const marker = markers.get(thing.id);
      marker.at = [x, y - radius];
      marker.radius = radius;
      marker.sign.setAttribute("d", outlinePath(looks.groups[thing.group].shape, x, y - radius, radius));
      const reach = Number(thing.at[2]) * cone.scale * by;
      if (reach > 3) svg(rings, "circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: reach.toFixed(1), class: "precision" });
      svg(rings, "circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2, class: "point" });
      return { thing, x, y: y - radius, radius };
    });
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "13px system-ui, sans-serif";
    const taken = shown.map(({ x, y, radius }) => [x - radius, y - radius, x + radius, y + radius]);
    const first = ({ thing }) => (thing.id === view.state.id ? -1e6 : view.focus && view.focus.has(thing.id) ? -1e5 : 0) + thing.rank;
    let named = 0;
    for (const { thing, x, y, radius } of shown.sort((a, b) => first(a) - first(b)).slice(0, 200)) {
      const text = short(nameOf(thing.id), 36);
      const wide = pen.measureText(text).width;
      for (const [dx, dy] of [[radius + 3, 4], [-radius - 3 - wide, 4], [-wide / 2, -radius - 6], [-wide / 2, radius + 22]]) {
        const r = [x + dx - 2, y + dy - 11, x + dx + wide + 2, y + dy + 4];
        if (r[0] < 2 || r[2] > size[0] - 2 || r[1] < 2 || r[3] > size[1] - 2) continue;
        if (taken.some((t) => r[0] < t[2] && r[2] > t[0] && r[1] < t[3] && r[3] > t[1])) continue;
        taken.push(r);
        named += 1;
        const dim = view.focus && !view.focus.has(thing.id) ? "place-name far" : "place-name";
        svg(labels, "text", { x: (x + dx).toFixed(1), y: (y + dy).toFixed(1), class: dim }, text);
        break;
      }
    }
    frame.dataset.names = named;
  }
  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 2).trimEnd()} …` : text);
  const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;
  const said = (thing) => {
    const here = events.get(thing.id) || [];
    return `${short(nameOf(thing.id), 120)}, ${coordinates(thing)}, ${precision(thing)}; ${here.length ? count(here.length, "event") : "no event"} here`;
  };
  function jump(parent, id) {
    button(parent, nameOf(id), () => view.pick(id), { "data-pick": id, class: "jump" });
  }
    /** The lists in words: places with a point, and those without. */
  function words() {
    table.replaceChildren();
    for (const thing of places.filter(({ id }) => view.shows(id))) {
      const row = put(table, "tr", "", { "data-place": thing.id });
      jump(put(row, "td"), thing.id);
      put(row, "td", coordinates(thing));
      put(row, "td", precision(thing));
      const here = put(put(row, "td"), "ul");
      for (const event of events.get(thing.id) || []) jump(put(here, "li"), event);
      put(row, "td", thing.at[3] || "");
    }
    const missing = without.filter(({ id }) => view.shows(id));
    missed.textContent = `${count(missing.length, "place")} without coordinates: the list stands below the time line`;
    list.replaceChildren();
    put(list, "h2", `Places without coordinates (${missing.length})`);
    put(list, "p", missing.length ? "No source that is used here tells where they lie; they are not guessed." : "There are none in what is shown.", { class: "quiet" });
    const items = put(list, "ul");
    for (const { id } of missing) {
      const item = put(items, "li", "", { "data-without": id });
      jump(item, id);
      const here = put(item, "ul");
      for (const event of events.get(id) || []) jump(put(here, "li"), event);
    }
  }
  function paint(changed) {
    events = happened();
    const { id, cause, effect } = view.state;
    for (const [own, { sign, thing }] of markers) {
      const shown = view.shows(own);
      sign.style.display = shown ? "" : "none";
      const here = events.get(own) || [];
      const chosen = own === id || here.some((event) => event === id || event === cause || event === effect);
      sign.dataset.look = chosen ? "chosen" : view.focus && !view.focus.has(own) && !here.some((event) => view.focus.has(event)) ? "far" : "";
      sign.setAttribute("aria-selected", own === id);
      sign.setAttribute("aria-label", said(thing));
    }
    words();
    if (!base || !measured()) return;
    const wanted = places.filter((thing) => markers.get(thing.id).sign.dataset.look === "chosen").map((thing) => project(thing.at[0], thing.at[1]));
    const outside = ([x, y]) => { const [px, py] = pixel([x, y]); return px < 20 || py < 40 || px > size[0] - 20 || py > size[1] - 20; };
    if (changed.has("id") && wanted.length && wanted.some(outside)) look([0, 1].map((n) => wanted.reduce((sum, p) => sum + p[n], 0) / wanted.length));
    else render();
  }
  function name(marker) {
    if (active) active.sign.classList.remove("active");
    active = marker;
    tip.hidden = !marker;
    if (!marker) { signs.removeAttribute("aria-activedescendant"); return; }
    marker.sign.classList.add("active");
    signs.setAttribute("aria-activedescendant", marker.sign.id);
    tip.replaceChildren();
    put(tip, "b", short(nameOf(marker.thing.id), 160));
    put(tip, "span", ` ${coordinates(marker.thing)}, ${precision(marker.thing)}`);
    for (const event of (events.get(marker.thing.id) || []).slice(0, 6)) put(tip, "div", short(nameOf(event), 80));
    const more = (events.get(marker.thing.id) || []).length - 6;
    if (more > 0) put(tip, "div", `and ${more} more`);
    const [x, y] = marker.at;
    tip.style.left = `${within(x - tip.offsetWidth / 2, 4, size[0] - tip.offsetWidth - 4)}px`;
    const above = y - marker.radius - tip.offsetHeight - 8;
    tip.style.top = `${above > 4 ? above : y + marker.radius * 2 + 10}px`;
  }
  function nearest(event) {
    const { left, top } = image.getBoundingClientRect();
    let best = null;
    let least = 8;
    for (const marker of markers.values()) {
      if (!marker.at || !view.shows(marker.thing.id)) continue;
      const away = Math.hypot(marker.at[0] - event.clientX + left, marker.at[1] - event.clientY + top) - marker.radius;
      if (away < least) { least = away; best = marker; }
    }
    return best;
  }
  /** Arrow keys on the map move it; on the places they go from west to east. */
  function keyMap(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) look(middle.map((m, n) => m + by[n] * size[n] / factor() / 6));
    else if (event.key === "+" || event.key === "=") closer(1.5);
    else if (event.key === "-") closer(1 / 1.5);
    else if (event.key === "0") all();
    else return;
    event.preventDefault();
  }
  function keyPlaces(event) {
    const shown = places.filter(({ id }) => view.shows(id));
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") name(null);
    else if ((event.key === "Enter" || event.key === " ") && active) view.pick(active.thing.id);
    else if (by && shown.length) {
      const now = active ? shown.indexOf(active.thing) : by > 0 ? -1 : shown.length;
      const next = shown[within(now + by, 0, shown.length - 1)];
      const [x, y] = pixel(project(next.at[0], next.at[1]));
      if (x < 0 || y < 0 || x > size[0] || y > size[1]) look(project(next.at[0], next.at[1]));
      name(markers.get(next.id));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const all = () => { zoom = 1; look([base.width / 2, base.height / 2]); };
  /** One pointer drags, two zoom. */
  function pointers() {
    const down = new Map();
    let moved = 0;
    const here = (event) => { const { left, top } = image.getBoundingClientRect(); return [event.clientX - left, event.clientY - top]; };
    const spread = () => { const [a, b] = [...down.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
    image.addEventListener("pointerdown", (event) => { if (event.button) return; down.set(event.pointerId, here(event)); moved = 0; });
    image.addEventListener("pointermove", (event) => {
      const before = down.get(event.pointerId);
      if (!before) { if (!down.size) { const marker = nearest(event); if (marker !== active) name(marker); } return; }
      const now = here(event);
      const apart = down.size === 2 ? spread() : 0;
      down.set(event.pointerId, now);
      moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (moved < 4) return;
      if (!image.hasPointerCapture(event.pointerId)) image.setPointerCapture(event.pointerId);
      if (active) name(null);
      if (down.size === 2) {
        const [a, b] = [...down.values()];
        closer(spread() / apart, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
      } else look(middle.map((m, n) => m - (now[n] - before[n]) / factor()));
    });
    const up = (event) => down.delete(event.pointerId);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) image.addEventListener(kind, up);
    image.addEventListener("pointerleave", () => name(null));
    image.addEventListener("click", (event) => {
      if (moved >= 4) return;
      const marker = nearest(event);
      if (marker) view.pick(marker.thing.id); else if (view.state.id !== null) view.pick(null);
    });
    image.addEventListener("wheel", (event) => {
      event.preventDefault();
      closer(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), here(event));
    }, { passive: false });
  }
  function draw() {
    // Under the time line, so that map and slider are seen together.
    after = put(frame.parentNode, "div", "", { id: "map-words" });
    document.getElementById("time").after(after);
    const note = put(frame.parentNode, "p", "", { class: "map-note" });
    if (base) {
      places.sort((a, b) => project(a.at[0], a.at[1])[0] - project(b.at[0], b.at[1])[0]);
      image = svg(frame, "svg", { id: "map-image", tabindex: 0, role: "group", "aria-label": "Map: arrow keys move it, plus and minus bring it closer, 0 shows all of it" });
      ground = svg(image, "g", { "aria-hidden": "true" });
      const [left, top, right, bottom] = base.around;
      svg(ground, "rect", { class: "sea", x: left, y: top, width: right - left, height: bottom - top });
      svg(ground, "path", { class: "land", d: base.land, "fill-rule": "evenodd" });
      if (base.seams) svg(ground, "path", { class: "seam", d: base.seams });
      grid = svg(image, "g", { "aria-hidden": "true" });
      rings = svg(image, "g", { "aria-hidden": "true" });
      signs = svg(image, "g", { role: "listbox", tabindex: 0, "aria-label": "Places on the map from west to east; arrow keys go on, Enter chooses" });
      labels = svg(image, "g", { "aria-hidden": "true" });
      bar = svg(image, "g", { class: "bar", "aria-hidden": "true" });
      const buttons = put(frame, "div", "", { class: "map-buttons" });
      button(buttons, "+", () => closer(1.6), { "aria-label": "Map closer" });
      button(buttons, "−", () => closer(1 / 1.6), { "aria-label": "Map wider" });
      button(buttons, "All", all, { "aria-label": "The whole map" });
      tip = put(frame, "p", "", { id: "map-tip", "aria-hidden": "true" });
      tip.hidden = true;
      note.textContent = `A sign stands with its tip on its place; the more happened there, the larger it is. A dashed circle shows how exactly the point is given, where that can be seen. ${base.about}. `;
      for (const thing of places) {
        const sign = svg(signs, "path", { class: "mark", fill: looks.groups[thing.group].colour, id: `map-${thing.id}`, role: "option", "data-id": thing.id });
        markers.set(thing.id, { thing, sign, at: null, radius: 0 });
      }
      signs.addEventListener("keydown", keyPlaces);
      signs.addEventListener("blur", () => name(null));
      image.addEventListener("keydown", keyMap);
      pointers();
      new ResizeObserver(() => { if (measured()) look(middle); }).observe(frame);
    } else put(frame, "p", "Nothing that is drawn here has coordinates.", { class: "note" });
    missed = button(note, "", () => { list.scrollIntoView({ block: "nearest" }); list.focus(); }, { class: "jump" });
    list = put(after, "section", "", { "aria-label": "Places without coordinates", tabindex: -1 });
    const details = put(after, "details");
    put(details, "summary", "Places with coordinates, as a table");
    const scroll = put(details, "div", "", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Places with coordinates" });
    const whole = put(scroll, "table");
    const head = put(put(whole, "thead"), "tr");
    for (const text of ["Place", "Coordinates", "How exact", "What happened there", "Told by"]) put(head, "th", text, { scope: "col" });
    table = put(whole, "tbody");
    view.on((_, changed) => {
      after.hidden = view.state.pane !== "map";
      document.getElementById("buttons").hidden = !after.hidden;  // they are the network's; the map has its own
      if (!after.hidden) paint(changed);
    });
  }
  return { draw, places, without, markers, project, unproject, precision };
})();
