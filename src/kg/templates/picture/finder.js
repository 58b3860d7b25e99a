"use strict";
// Finding a thing by any of its names, in any language or script, with or without diacritics: results while one types.
const finder = (() => {
  const field = document.getElementById("find");
  const list = document.getElementById("found");
  const status = document.getElementById("found-status");
  const entries = [...things.values()].flatMap((thing) => [thing.name, ...(thing.names || []).map((one) => one.name), thing.slug]
    .map((name, n) => ({ id: thing.id, name, fold: fold(name), rank: thing.rank, main: n === 0 })));
  let results = [];
  let active = -1;

  function search(text) {
    const wanted = fold(text);
    if (!wanted) return [];
    const hits = new Map();
    for (const entry of entries) {
      const at = entry.fold.indexOf(wanted);
      const all = at >= 0 || wanted.split(" ").every((word) => entry.fold.includes(word)) || entry.fold.replaceAll(" ", "").includes(wanted.replaceAll(" ", ""));
      if (!all) continue;
      const how = entry.fold === wanted ? 0 : at === 0 ? 1 : at > 0 && entry.fold[at - 1] === " " ? 2 : at > 0 ? 3 : 4;
      const known = hits.get(entry.id);
      if (!known || how < known.how) hits.set(entry.id, { ...entry, how });
    }
    return [...hits.values()].sort((a, b) => a.how - b.how || a.rank - b.rank);
  }
  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    active = -1;
  }
  function mark(n) {
    active = n;
    [...list.children].forEach((item, m) => item.setAttribute("aria-selected", String(m === n)));
    if (n >= 0) {
      field.setAttribute("aria-activedescendant", list.children[n].id);
      list.children[n].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }
  function offer() {
    const every = search(field.value);
    results = every.slice(0, 12);
    list.replaceChildren();
    results.forEach((hit, n) => {
      const item = put(list, "li", hit.name, { role: "option", id: `found-${n}`, "aria-selected": "false" });
      const other = nameOf(hit.id);
      put(item, "small", [other === hit.name ? "" : other, things.get(hit.id).kind, view.shows(hit.id) ? "" : "hidden now"].filter(Boolean).join(" · "));
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus; a finger may scroll
      item.addEventListener("click", () => take(n));
    });
    list.hidden = !results.length;
    field.setAttribute("aria-expanded", String(results.length > 0));
    status.textContent = !field.value.trim() ? "" : every.length > results.length ? `the first ${results.length} of ${every.length}` : results.length ? `${results.length} found` : "Nothing of that name is drawn here.";
    mark(-1);
  }
  function take(n) {
    const hit = results[n];
    if (!hit) return;
    view.reveal(hit.id);
    view.pick(hit.id);
    field.value = hit.name;
    status.textContent = "";
    close();
  }
  field.addEventListener("input", offer);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) offer();
      if (results.length) mark((active + (event.key === "ArrowDown" ? 1 : results.length - (active < 0 ? 0 : 1))) % results.length);
    } else if (event.key === "Escape") { close(); status.textContent = ""; }
  });
  field.addEventListener("blur", close);
  document.getElementById("finder").addEventListener("submit", (event) => {
    event.preventDefault();
    if (list.hidden) offer();
    take(Math.max(active, 0));
  });
  return { show() {}, search };
})();
