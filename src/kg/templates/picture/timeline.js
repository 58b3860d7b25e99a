"use strict";
// The time line: each dated thing as a mark over the scale of time. What is certain is filled, what is not is hatched and dashed.
const timeline = (() => {
  const LANE = 12;
  const THIN = 7;
  const OPEN = 18;  // how far a mark is drawn on whose begin or end nobody tells
  const ACTORS = new Set(["State", "Organization", "Group", "Person", "Place"]);
  const LONG = 0.13;  // what takes more of the strip than this is drawn under the rest
  const NAMED = 200;
  const EDGE = 14;  // room for a handle at either end
  const box = document.getElementById("time");
  const dated = (thing) => thing.when && thing.when.some(Boolean);
  // A side lasts as long as its conflict, which is drawn.
  const all = scale.any ? [...things.values()].filter((thing) => dated(thing) && thing.group !== "Side") : [];
  const startOf = ({ when }) => scale.number(when.find(Boolean));
  all.sort((a, b) => startOf(a) - startOf(b) || a.rank - b.rank);
  const events = all.filter((thing) => !ACTORS.has(thing.group));
  const actors = all.filter((thing) => ACTORS.has(thing.group));
  const marks = new Map();
  let strip, sheet, drawing, label, axis;
  let zoom = 1;
  let active = null;
  let width = 0;

  /** Where a mark begins and ends, and what of it is certain, in pixels. */
  function extent({ when }) {
    const [first, last, endFirst, endLast] = when.map((day) => day && scale.number(day));
    const x = (n) => scale.place(n) * width;
    const begin = first !== "" ? first : last;
    const end = endLast !== "" ? endLast : endFirst;
    const known = [first, last, endFirst, endLast].filter((n) => n !== "");
    const from = x(begin !== "" ? begin : known[0]);
    const to = Math.max(x((end !== "" ? end : known[known.length - 1]) + 1), from + 1.5);
    const left = last !== "" ? last : endFirst;
    const right = endFirst !== "" ? endFirst : last;
    const certain = left !== "" && right !== "" && left <= right ? [x(left), Math.max(x(right + 1), x(left) + 1.5)] : null;
    return { from, to, certain, openLeft: first === "", openRight: endLast === "" };
  }
  /** Things that one same stretch of time holds somewhere, no day of it for certain, stand together in it. */
  function blocks(list, lane) {
    const found = new Map();
    for (const thing of list) {
      const where = extent(thing);
      const key = where.certain ? thing.id : thing.when.join();
      if (!found.has(key)) found.set(key, { ...where, members: [] });
      found.get(key).members.push(thing);
    }
    for (const block of found.values()) {
      block.left = block.from - (block.openLeft ? OPEN : 0);
      block.right = block.to + (block.openRight ? OPEN : 0);
      block.whole = block.certain && !(block.certain[0] - block.left > 1 || block.right - block.certain[1] > 1);
      const narrow = Math.max(0, lane - (block.right - block.left)) / 2;
      block.left -= narrow;
      block.right += narrow;
      if (block.left < 0) { block.right -= block.left; block.left = 0; }
      if (block.right > width) { block.left -= block.right - width; block.right = width; }
      const room = Math.max(1, Math.floor((block.right - block.left) / (lane - 1)));
      block.rows = Math.ceil(block.members.length / room);
      block.columns = Math.ceil(block.members.length / block.rows);
    }
    return [...found.values()].sort((a, b) => a.left - b.left || b.right - a.right);
  }
  /** Gives each block the first lanes that are free, what lasts long under what is short; returns what is taken in each lane. */
  function pack(list) {
    const lanes = [];
    const long = ({ left, right }) => right - left > width * LONG;
    let start = 0;
    for (const block of [...list.filter((one) => !long(one)), ...list.filter(long)]) {
      if (!start && long(block)) start = lanes.length;
      let lane = start;
      for (let n = 0; n < block.rows; n += 1) {
        const taken = lanes[lane + n];
        if (taken && taken[taken.length - 1][1] > block.left - 1) { lane += n + 1; n = -1; }
      }
      block.lane = lane;
      for (let n = 0; n < block.rows; n += 1) (lanes[lane + n] ||= []).push([block.left, block.right]);
    }
    return lanes;
  }
  const flat = (n) => n.toFixed(1);
  function band(parent, list, lane, top) {
    const lanes = pack(list);
    for (const block of list) {
      const y = top + block.lane * lane + 1;
      const height = block.rows * lane - 2;
      const { group } = block.members[0];
      const paper = svg(parent, "g");
      // What is uncertain is thinner too.
      const slim = block.rows === 1 ? (lane - 2) * 0.18 : 0;
      const [upper, lower] = [flat(y + slim), flat(y + height - slim)];
      if (!block.whole) {
        const [l, r] = [block.left, block.right].map(flat);
        // Where nobody tells the begin or the end, the outline stays open.
        const d = block.openLeft && block.openRight ? `M${l} ${upper}H${r}M${l} ${lower}H${r}`
          : block.openLeft ? `M${l} ${upper}H${r}V${lower}H${l}` : block.openRight ? `M${r} ${upper}H${l}V${lower}H${r}` : `M${l} ${upper}H${r}V${lower}H${l}Z`;
        svg(paper, "path", { class: "hatched", d: `M${l} ${upper}H${r}V${lower}H${l}Z`, fill: `url(#hatch-${group})` });
        svg(paper, "path", { class: "rim", d });
      }
      block.members.forEach((thing, n) => {
        const look = looks.groups[thing.group];
        const row = Math.floor(n / block.columns);
        const inRow = Math.min(block.columns, block.members.length - row * block.columns);
        const own = block.certain || [block.left, block.right];
        const middle = y + row * lane + (lane - 2) / 2;
        const size = (lane - 2) / 2.2;
        const long = block.certain && own[1] - own[0] > lane;
        const at = long ? own[0] + lane / 2 : block.certain ? (own[0] + own[1]) / 2 : own[0] + (own[1] - own[0]) * ((n % block.columns + 0.5) / inRow);
        const x = Math.min(Math.max(at, size), width - size);
        const bar = long ? `M${flat(own[0])} ${y}H${flat(own[1])}V${y + height}H${flat(own[0])}Z` : "";
        // Its own outline makes the sign in a bar visible.
        const sign = svg(parent, "path", {
          class: long ? "mark long" : "mark", d: bar + outlinePath(look.shape, x, middle, size), fill: look.colour,
          id: `time-${thing.id}`, role: "option", "aria-label": said(thing), "data-id": thing.id,
        });
        marks.set(thing.id, {
          thing, sign, paper, x, y: middle, left: block.certain ? Math.min(own[0], x - size) : x - size,
          right: block.certain ? Math.max(own[1], x + size) : x + size, lane: block.lane + row, name: null, alone: block.members.length === 1, end: block.right,
        });
      });
    }
    return lanes;
  }
  const said = ({ id, when }) => `${cut(nameOf(id), 120)}: ${span(when)}`;
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 2).trimEnd()} …` : text);
  /** Names right of the signs, of the most joined things first: in their own bar, or where nothing is in the way. */
  function names(parent, lanes, top) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "11px system-ui, sans-serif";
    for (const { id } of [...events].sort((a, b) => a.rank - b.rank).slice(0, NAMED)) {
      const mark = marks.get(id);
      const lane = lanes[mark.lane];
      const wide = (text) => pen.measureText(text).width;
      const sign = mark.x + LANE / 2;
      const text = cut(nameOf(id), 60);
      let place = null;
      if (mark.alone && sign + wide(text) + 4 < mark.end) place = [sign + 1, text];
      else {
        const brief = cut(nameOf(id), 32);
        const [left, right] = [mark.end + 3, mark.end + wide(brief) + 6];
        if (mark.alone && right < width && lane.every(([from, to]) => from >= right || to <= left)) {
          lane.push([left, right]);
          place = [left, brief];
        }
      }
      if (place) mark.name = svg(parent, "text", { x: flat(place[0]), y: top + mark.lane * LANE + LANE - 3, class: "name" }, place[1]);
    }
  }
  function ticks() {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "12px system-ui, sans-serif";
    const taken = [];
    for (const rank of [0, 1, 2, 3]) {
      for (const [n, text, own] of scale.ticks) {
        if (own !== rank) continue;
        const x = scale.place(n) * width;
        const right = x + pen.measureText(text).width + 8;
        const free = right <= width + 4 && taken.every(([from, to]) => right < from || x > to);
        if (free) {
          taken.push([x, right]);
          svg(axis, "text", { x: flat(x + 3), y: 12, class: rank === 2 ? "month" : "year" }, text);
        }
        if (free) svg(axis, "path", { d: `M${flat(x)} 0V2000`, class: rank === 0 ? "line strong" : "line" });
        else if (rank < 2) svg(axis, "path", { d: `M${flat(x)} 10v6`, class: "line strong" });
      }
    }
  }
  /** Draws all marks anew: at the start, when the strip changes its width, and when things change their names. */
  function build() {
    width = Math.round((Math.max(strip.clientWidth, 720) - 2 * EDGE) * zoom);
    sheet.style.width = `${width}px`;
    marks.clear();
    drawing.replaceChildren();
    axis = svg(drawing, "g", { "aria-hidden": "true" });
    const bars = svg(drawing, "g", { role: "presentation" });
    const text = svg(drawing, "g", { "aria-hidden": "true" });
    const top = 18;
    const lanes = band(bars, blocks(events, LANE), LANE, top);
    names(text, lanes, top);
    let height = top + lanes.length * LANE + 4;
    if (actors.length) {
      svg(text, "path", { d: `M0 ${height}H${width}`, class: "line strong" });
      height += 4 + band(bars, blocks(actors, THIN), THIN, height + 4).length * THIN + 2;
    }
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.style.height = `${height}px`;
    strip.style.maxHeight = `${height + 48}px`;
    ticks();
  }
  function hatches(parent) {
    const defs = svg(parent, "defs");
    for (const [group, { colour }] of Object.entries(looks.groups)) {
      const pattern = svg(defs, "pattern", { id: `hatch-${group}`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
      svg(pattern, "rect", { width: 5, height: 5, fill: colour, opacity: 0.16 });
      svg(pattern, "rect", { width: 1.2, height: 5, fill: colour, opacity: 0.6 });
    }
  }
  const focused = (id) => !view.focus || view.focus.has(id);
  /** Changes only what has to look otherwise than before. */
  function paint(changed) {
    if (changed.has("as") || changed.has("language")) build();
    const chosen = new Set([view.state.id, view.state.cause, view.state.effect, ...(view.state.pair || "").split(" ")]);
    for (const mark of marks.values()) {
      const { id } = mark.thing;
      const look = !view.shows(id) ? "away" : chosen.has(id) ? "chosen" : !view.focus ? "" : focused(id) ? "near" : "far";
      if (mark.look === look) continue;
      mark.look = look;
      mark.sign.dataset.look = look;
      mark.sign.setAttribute("aria-selected", look === "chosen");
      // What is not shown is drawn pale, but nobody is offered it.
      if (look === "away") mark.sign.setAttribute("aria-hidden", "true"); else mark.sign.removeAttribute("aria-hidden");
      if (mark.name) mark.name.dataset.look = look;
      mark.paper.dataset.look = look;
    }
    if (changed.has("id") && view.state.id && marks.has(view.state.id)) show(marks.get(view.state.id));
  }
  /** Scrolls a mark into the strip. */
  function show({ left, right, y }) {
    if (right < strip.scrollLeft || left > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = (left + right) / 2 - strip.clientWidth / 2;
    const top = drawing.getBoundingClientRect().top - sheet.getBoundingClientRect().top;
    if (y + top < strip.scrollTop + top || y + top > strip.scrollTop + strip.clientHeight - 8) strip.scrollTop = y - strip.clientHeight / 2;
  }
  function nearest(event) {
    const { left, top } = drawing.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    let best = null;
    let least = 9;
    for (const mark of marks.values()) {
      const away = Math.hypot(Math.max(mark.left - x, 0, x - mark.right), mark.y - y);
      if (away < least) { least = away; best = mark; }
    }
    return best;
  }
  function name(mark) {
    label.hidden = !mark;
    if (active) active.sign.classList.remove("active");
    active = mark;
    if (!mark) { drawing.removeAttribute("aria-activedescendant"); return; }
    mark.sign.classList.add("active");
    if (view.shows(mark.thing.id)) drawing.setAttribute("aria-activedescendant", mark.sign.id); else drawing.removeAttribute("aria-activedescendant");
    label.replaceChildren();
    put(label, "b", cut(nameOf(mark.thing.id), 160));
    put(label, "span", ` ${span(mark.thing.when)}`);
    const outer = box.getBoundingClientRect();
    const inner = drawing.getBoundingClientRect();
    const x = Math.min(Math.max(mark.x + inner.left - outer.left, 0), outer.width);
    label.style.left = `${Math.min(Math.max(x - label.offsetWidth / 2, 4), Math.max(4, outer.width - label.offsetWidth - 4))}px`;
    label.style.top = `${mark.y + inner.top - outer.top - label.offsetHeight - 10}px`;
  }
  const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  function key(event) {
    const shown = all.filter(({ id }) => view.shows(id));
    if (event.key === "Escape") name(null);
    else if ((event.key === "Enter" || event.key === " ") && active) view.pick(active.thing.id);
    else if (event.key in moves && shown.length) {
      const now = active ? shown.indexOf(active.thing) : moves[event.key] > 0 ? -1 : shown.length;
      const next = marks.get(shown[Math.min(Math.max(now + moves[event.key], 0), shown.length - 1)].id);
      show(next);
      name(next);
    } else return;
    event.preventDefault();
  }
  function draw() {
    put(box, "h2", "Time");
    if (!scale.any) {
      put(box, "p", "Nothing that is drawn here has a date.");
      return;
    }
    slider.controls(box, (by) => {
      const middle = (strip.scrollLeft + strip.clientWidth / 2) / width;
      zoom = Math.min(8, Math.max(1, zoom * by));
      rebuild();
      strip.scrollLeft = middle * width - strip.clientWidth / 2;
    });
    strip = put(box, "div", "", { id: "strip" });
    sheet = put(strip, "div", "", { id: "sheet" });
    slider.handles(sheet);
    drawing = svg(sheet, "svg", { id: "marks" });
    if (all.length) {
      for (const [attribute, value] of Object.entries({ role: "listbox", tabindex: 0, "aria-label": "Time line: dated things in order; arrow keys go on, Enter chooses" })) drawing.setAttribute(attribute, value);
    }
    slider.curtains(sheet);
    label = put(box, "p", "", { id: "time-label", "aria-hidden": "true" });
    label.hidden = true;
    const keep = svg(box, "svg", { width: 0, height: 0, "aria-hidden": "true", class: "patterns" });
    hatches(keep);
    put(box, "p", "Crowded years are drawn wider than empty ones. A filled bar or sign is certain; where it is hatched, the day is uncertain: "
      + "it lies somewhere in the hatched stretch. An open end is one of which nothing is told. Below the line: states and forces.", { class: "quiet" });
    build();
    // Where the strip is too narrow for all, it begins with the middle of what happened.
    const { from } = extent((events.length ? events : all)[Math.floor((events.length || all.length) / 2)]);
    strip.scrollLeft = from - strip.clientWidth / 2;
    drawing.addEventListener("pointermove", (event) => { const mark = nearest(event); if (mark !== active) name(mark); });
    drawing.addEventListener("pointerleave", () => name(null));
    drawing.addEventListener("click", (event) => { const mark = nearest(event); if (mark) view.pick(mark.thing.id); });
    drawing.addEventListener("keydown", key);
    drawing.addEventListener("focus", () => { if (!active && drawing.matches(":focus-visible")) name(marks.get((all.find(({ id }) => view.shows(id)) || all[0]).id)); });
    drawing.addEventListener("blur", () => name(null));
    let seen = strip.clientWidth;
    new ResizeObserver(() => { if (strip.clientWidth !== seen) { seen = strip.clientWidth; rebuild(); } }).observe(strip);
    const everything = new Set(Object.keys(view.state));
    view.on((_, changed) => { paint(changed); slider.heed(changed); slider.paint(changed); });
    paint(everything);
    slider.paint(everything);
  }
  function rebuild() {
    name(null);
    build();
    paint(new Set());
    slider.paint(new Set(["from", "to"]));
  }
  return { draw, all, events, marks, paint, redraw: rebuild, get strip() { return strip; }, get width() { return width; } };
})();
