"use strict";
// The address tells the view, so that it can be shared: #id=…&from=…&to=… and what else is chosen.
const address = (() => {
  const slugs = new Map();
  for (const thing of things.values()) slugs.set(thing.slug, slugs.has(thing.slug) ? null : thing.id);
  const known = (text) => slugs.get(text) || [...things.values()].find((thing) => thing.iri === text)?.id || null;
  const nameFor = (id) => (slugs.get(things.get(id).slug) ? things.get(id).slug : things.get(id).iri);
  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && scale.day(scale.number(text)) === text;
  const languages = new Set([...document.getElementById("language").options].map((option) => option.value));
  const who = (text) => told.perspectives.find(([iri]) => iri === text || iri.endsWith(`/${text}`))?.[0] || "";

  function text() {
    const { id, pair, from, to, cause, effect, follow, only, groups, kinds, as, language, pane } = view.state;
    const parts = new URLSearchParams();
    if (id !== null) parts.set("id", nameFor(id));
    if (pair) parts.set("pair", pair.split(" ").map(nameFor).join(" "));
    if (from) parts.set("from", from);
    if (to) parts.set("to", to);
    if (cause) parts.set("cause", nameFor(cause));
    if (effect) parts.set("effect", nameFor(effect));
    if (follow) parts.set("follow", follow);
    if (only) parts.set("only", "yes");
    if (groups.size) parts.set("without", [...groups].sort().join(" "));
    if (kinds.size) parts.set("without-links", [...kinds].sort().join("|"));
    if (as) parts.set("as", as.slice(as.lastIndexOf("/") + 1));
    if (language) parts.set("language", language);
    if (pane !== "network") parts.set("pane", pane);
    return parts.toString();
  }
  /** The state that an address means; what it does not know is passed over. */
  function read(hash) {
    const parts = new URLSearchParams(hash.replace(/^#/, ""));
    const of = (name) => parts.get(name) || "";
    const ends = of("pair").split(" ").map(known);
    const from = of("from"), to = of("to");
    const days = [from, to].map((day) => (isDay(day) ? day : ""));
    // A window that ends before it begins is none.
    if (days[0] && days[1] && days[0] > days[1]) days.fill("");
    return {
      id: known(of("id")),
      pair: ends.length === 2 && ends.every(Boolean) && picture.bundles.has(pairOf(...ends)) ? pairOf(...ends) : null,
      from: days[0],
      to: days[1],
      // Two events instead of two days are the ends of a chain.
      cause: known(of("cause")) || (isDay(from) ? null : known(from)),
      effect: known(of("effect")) || (isDay(to) ? null : known(to)),
      follow: ["back", "forth", "both"].includes(of("follow")) ? of("follow") : "",
      only: of("only") === "yes",
      groups: new Set(of("without").split(" ").filter((group) => group in looks.groups)),
      kinds: new Set(of("without-links").split("|").filter((kind) => links.some((link) => link.kind === kind))),
      as: who(of("as")),
      language: languages.has(of("language")) ? of("language") : "",
      pane: of("pane") === "map" ? "map" : "network",
    };
  }
  const restore = () => view.set(read(location.hash));
  function show() {
    const now = text();
    if (now === location.hash.replace(/^#/, "")) return;
    try {
      history.replaceState(null, "", now ? `#${now}` : "#");
    } catch {
      // A page inside another one has no address of its own.
    }
  }
  addEventListener("hashchange", () => { if (location.hash.replace(/^#/, "") !== text()) restore(); });
  return { restore, show, text };
})();
