"use strict";
// The one state of the page. Network, time line, map, card and tables show it and set it; none of them knows another.
const view = (() => {
  const state = {
    id: null, pair: null, from: "", to: "", cause: null, effect: null, follow: "", only: false,
    groups: new Set(), kinds: new Set(), as: "", language: "", pane: "network",
  };
  const listeners = [];
  let changed = new Set(Object.keys(state));
  let waiting = false;
  let standings = new Map([...things.keys()].map((id) => [id, "certain"]));
  let shownLinks = links;
  let focus = null;
  let every = things.size;

  const dated = (when) => when.some(Boolean);
  /** Whether something with these bounds had begun by a day: kg.asof says the same in Python. */
  function begun([first, last, , end], day) {
    if (first && first > day) return "no";
    return (last && last <= day) || (end && end <= day) ? "certain" : "uncertain";
  }
  /** How a thing, or a claim that has a time of its own, stood in the window of time: certain, uncertain or no. */
  function inTime({ when, event, lasting }) {
    const { from, to } = state;
    if (!when || (!from && !to)) return "certain";
    if (!dated(when)) return event ? "uncertain" : "certain";
    let standing = to ? begun(when, to) : "certain";
    if (standing === "no" || !from) return standing;
    // What lasts goes on until an end is known; what happens is over when it has begun, if nothing else is known.
    const ended = lasting ? when[3] : when[3] || when[1];
    const mayEnd = lasting ? when[2] : when[2] || when[0];
    if (ended && ended < from) return "no";
    if (mayEnd && mayEnd < from) standing = "uncertain";
    return standing;
  }
  function refresh() {
    standings = new Map();
    for (const thing of things.values()) {
      const standing = state.groups.has(thing.group) ? "no" : inTime(thing);
      if (standing !== "no") standings.set(thing.id, standing);
    }
    const joins = (link) => standings.has(link.from) && standings.has(link.to);
    const stands = (link) => !state.kinds.has(link.kind) && inTime({ when: told.claims[link.claim].when, lasting: true }) !== "no";
    shownLinks = links.filter((link) => joins(link) && stands(link));
    if (state.from || state.to) {
      // What has no dates is there while it has to do with something that has.
      const near = new Set();
      for (const link of shownLinks) {
        if (dated(things.get(link.from).when)) near.add(link.to);
        if (dated(things.get(link.to).when)) near.add(link.from);
      }
      for (const id of [...standings.keys()]) if (!dated(things.get(id).when) && !near.has(id)) standings.delete(id);
      shownLinks = shownLinks.filter(joins);
    }
    every = standings.size;
    focus = focused();
    if (state.only && focus) {
      for (const id of [...standings.keys()]) if (!focus.has(id)) standings.delete(id);
      shownLinks = shownLinks.filter(joins);
    }
  }
  /** What is emphasised: a chain between two events, what led to a thing or followed from it, or a thing and its neighbours. */
  function focused() {
    const { id, pair, cause, effect, follow } = state;
    if (cause && effect) return chains.between(cause, effect);
    if (id && follow) return new Set([id, ...(follow !== "forth" ? chains.leading(id) : []), ...(follow !== "back" ? chains.following(id) : [])]);
    if (pair) return new Set(pair.split(" "));
    if (!id) return null;
    const near = new Set([id]);
    for (const link of shownLinks) {
      if (link.from === id) near.add(link.to);
      if (link.to === id) near.add(link.from);
    }
    return near;
  }
  function tell() {
    waiting = false;
    const now = changed;
    changed = new Set();
    refresh();
    for (const listener of listeners) listener(view, now);
  }
  const view = {
    state,
    /** Changes the state; all who listen are told once, before the next frame is drawn. */
    set(changes) {
      for (const [key, value] of Object.entries(changes)) {
        if (state[key] === value && !(value instanceof Set)) continue;
        state[key] = value;
        changed.add(key);
      }
      if (!changed.size || waiting) return;
      waiting = true;
      requestAnimationFrame(() => { if (waiting) tell(); });
    },
    on(listener) { listeners.push(listener); },
    /** Tells all at once what waits to be told. */
    now: () => tell(),
    shows: (id) => standings.has(id),
    standing: (id) => standings.get(id),
    get shownLinks() { return shownLinks; },
    get focus() { return focus; },
    get count() { return standings.size; },
    get hiddenByFocus() { return every - standings.size; },
    pick(id) { view.set({ id, pair: null, follow: "", ...(id === null ? { cause: null, effect: null, only: false } : {}) }); },
    /** Chooses all that joins two things. */
    pickPair(one, other) { view.set({ id: null, pair: pairOf(one, other), follow: "" }); },
  };
  return view;
})();
/** The two ends of a link in one order, whichever way it leads. */
function pairOf(one, other) {
  return [one, other].sort((a, b) => a.slice(1) - b.slice(1)).join(" ");
}
