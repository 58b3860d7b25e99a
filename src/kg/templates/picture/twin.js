"use strict";
// The same content as tables and as an outline, always equal to what is visible, for those who do not see or do not point.
const twin = (() => {
  const rows = new Map([...document.querySelectorAll("tr[data-id]")].map((row) => [row.dataset.id, row]));
  const lines = new Map([...document.querySelectorAll("tr[data-link]")].map((row) => [row.dataset.link, row]));
  const outline = document.getElementById("outline");
  const holder = outline.closest("details");
  const count = document.getElementById("count");
  const spoken = document.getElementById("count-said");
  let speaking = 0;
  const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

  // An address of its own for the tables would be read as one of the view.
  document.querySelector(".skip").addEventListener("click", (event) => {
    const tables = document.getElementById("twin");
    event.preventDefault();
    tables.scrollIntoView();
    tables.focus();
  });
  for (const [id, row] of rows) row.querySelector("button").addEventListener("click", () => view.pick(id));
  for (const [id, row] of lines) {
    const link = links[+id.slice(1)];
    row.querySelector("button").addEventListener("click", () => view.pickPair(link.from, link.to));
  }
  const named = () => {
    for (const [id, row] of rows) row.querySelector("button").textContent = nameOf(id);
    for (const [id, row] of lines) {
      const link = links[+id.slice(1)];
      row.cells[0].textContent = nameOf(link.from);
      row.cells[2].textContent = nameOf(link.to);
    }
  };
  for (const [id, row] of rows) {
    const { when } = things.get(id);
    row.cells[2].textContent = between(when[0], when[1]);
    row.cells[3].textContent = between(when[2], when[3]);
  }
  named();
  function drawOutline() {
    outline.replaceChildren();
    const own = new Map();
    for (const link of view.shownLinks) {
      if (!own.has(link.from)) own.set(link.from, []);
      own.get(link.from).push(link);
    }
    for (const [group, { label }] of Object.entries(looks.groups)) {
      const some = [...things.values()].filter((thing) => thing.group === group && view.shows(thing.id))
        .sort((a, b) => (a.when[0] || "9").localeCompare(b.when[0] || "9") || a.rank - b.rank);
      if (!some.length) continue;
      put(outline, "h3", `${label[0].toUpperCase()}${label.slice(1)} (${some.length})`);
      const list = put(outline, "ul");
      for (const thing of some) {
        const item = put(list, "li");
        button(item, nameOf(thing.id), () => view.pick(thing.id));
        const when = span(thing.when);
        put(item, "span", ` ${[thing.kind, when].filter(Boolean).join(", ")}`);
        const inner = own.get(thing.id) || [];
        if (inner.length) {
          const below = put(item, "ul");
          for (const link of inner) put(below, "li", `${link.kind}: ${nameOf(link.to)}`);
        }
      }
    }
  }
  function show(_, changed) {
    if (changed.has("as") || changed.has("language")) named();
    for (const [id, row] of rows) row.hidden = !view.shows(id);
    const shown = new Set(view.shownLinks.map((link) => link.id));
    for (const [id, row] of lines) row.hidden = !shown.has(id);
    count.textContent = `${plural(view.count, "thing")}, ${plural(shown.size, "link")}`;
    clearTimeout(speaking); // said when it has come to rest, not at each step of what plays
    speaking = setTimeout(() => { spoken.textContent = count.textContent; }, 800);
    if (holder.open) drawOutline();
  }
  holder.addEventListener("toggle", () => { if (holder.open) drawOutline(); });
  // On paper everything is open.
  const closed = [];
  addEventListener("beforeprint", () => {
    closed.push(...document.querySelectorAll("#twin details:not([open])"));
    for (const one of closed) one.open = true;
    drawOutline();
  });
  addEventListener("afterprint", () => { for (const one of closed.splice(0)) one.open = false; });
  return { show };
})();
/** The boxes of the legend, and the choices of names and of pane above the picture. */
const legend = (() => {
  const boxes = [...document.querySelectorAll("input[data-group]")];
  const kinds = [...document.querySelectorAll("input[data-kind]")];
  const families = [...document.querySelectorAll("input[data-family]")];
  const as = document.getElementById("as");
  const language = document.getElementById("language");
  const panes = [...document.querySelectorAll("input[name=pane]")];
  const within = (family) => kinds.filter((box) => box.dataset.of === family);
  const changed = (set, key, hide) => { const next = new Set(set); next[hide ? "add" : "delete"](key); return next; };
  for (const box of boxes) box.addEventListener("change", () => view.set({ groups: changed(view.state.groups, box.dataset.group, !box.checked) }));
  for (const box of kinds) box.addEventListener("change", () => view.set({ kinds: changed(view.state.kinds, box.dataset.kind, !box.checked) }));
  for (const box of families) {
    box.addEventListener("change", () => {
      const next = new Set(view.state.kinds);
      for (const one of within(box.dataset.family)) next[box.checked ? "delete" : "add"](one.dataset.kind);
      view.set({ kinds: next });
    });
  }
  for (const option of language.options) if (option.value) option.textContent = `${languageName(option.value)} (${option.value})`;
  as.addEventListener("change", () => view.set({ as: as.value }));
  language.addEventListener("change", () => view.set({ language: language.value }));
  for (const one of panes) one.addEventListener("change", () => view.set({ pane: one.value }));
  document.getElementById("reset").addEventListener("click", () => {
    view.set({ from: "", to: "", groups: new Set(), kinds: new Set(), as: "", language: "" });
    view.pick(null);
    view.now();
    picture.fit();
  });
  function show() {
    const { groups, kinds: gone, pane } = view.state;
    for (const box of boxes) box.checked = !groups.has(box.dataset.group);
    for (const box of kinds) box.checked = !gone.has(box.dataset.kind);
    for (const box of families) {
      const own = within(box.dataset.family);
      box.checked = own.some((one) => one.checked);
      box.indeterminate = box.checked && own.some((one) => !one.checked);
    }
    as.value = view.state.as;
    language.value = view.state.language;
    for (const one of panes) one.checked = one.value === pane;
    document.getElementById("buttons").hidden = pane !== "network"; // the map has its own
    document.getElementById("network-pane").hidden = pane !== "network";
    document.getElementById("map-pane").hidden = pane !== "map";
  }
  return { show };
})();
