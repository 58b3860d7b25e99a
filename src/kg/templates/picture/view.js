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
  let linkStandings = new Map();
  let shownLinks = links;
  let focus = null;
  let every = things.size;

  const dated = (when) => when.some(Boolean);
  // Bodies and persons that have to do with some event of which a date is known; states and places are there without.
  const withEvents = new Set();
  for (const { from, to } of links) {
    for (const [one, other] of [[from, to], [to, from]]) {
      const { group } = things.get(one);
      if (things.get(other).event && dated(things.get(other).when) && group !== "State" && group !== "Place") withEvents.add(one);
    }
  }
  /** Whether something with these bounds had begun by a day: kg.asof says the same in Python. */
  function begun([first, last, , end], day) {
    if (first && first > day) return "no";
    return (last && last <= day) || (end && end <= day) ? "certain" : "uncertain";
  }
  /** Whether something had ended by a day. */
  function over(when, day) {
    if (begun(when, day) === "no" || (when[2] && when[2] > day)) return "no";
    return when[3] && when[3] <= day ? "certain" : "uncertain";
  }
  const least = (...some) => ["no", "uncertain", "certain"].find((one) => some.includes(one));
  /** How a thing, or a claim that has a time of its own, stood in the window of time: certain, uncertain or no. */
  function inTime({ when, event, lasting }) {
    const { from, to } = state;
    if (!when || (!from && !to)) return "certain";
    if (!dated(when)) return event ? "uncertain" : "certain";
    let standing = to ? begun(when, to) : "certain";
    if (standing === "no" || !from) return standing;
    // What lasts goes on until an end is known, and of what is no event none is expected where its last day is not known; what
    // happens is over when it has begun, if nothing is known of its end.
    const ended = when[3] || (lasting || when[2] ? "" : when[1]);
    const mayEnd = lasting ? (when[3] || event ? when[2] : "") : when[2] || when[0];
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
    linkStandings = new Map();
    shownLinks = links.filter((link) => {
      if (state.kinds.has(link.kind) || !joins(link)) return false;
      const standing = linkInTime(link);
      if (standing !== "no") linkStandings.set(link.id, standing);
      return standing !== "no";
    });
    if (state.from || state.to) {
      keepUndated();
      shownLinks = shownLinks.filter(joins);
    }
    every = standings.size;
    focus = focused();
    if (state.only && focus) {
      for (const id of [...standings.keys()]) if (!focus.has(id)) standings.delete(id);
      shownLinks = shownLinks.filter(joins);
    }
  }
  /** How a link stood in the window: who won and what came of it is known when it is over, a sum is open until then. */
  function linkInTime(link) {
    const claim = told.claims[link.claim];
    let standing = inTime({ when: claim.when, lasting: true });
    if (state.to && claim.known) {
      const end = over(things.get(link.from).when, state.to);
      standing = least(standing, claim.known === "end" ? end : end === "certain" ? "certain" : "uncertain");
    }
    return standing;
  }
  /** What has no dates is there while one of its events is, or, if none of these has a date, something else that has. */
  function keepUndated() {
    const best = new Map();
    const note = (id, standing) => { if (!best.has(id) || standing === "certain") best.set(id, standing); };
    for (const link of shownLinks) {
      for (const [one, other] of [[link.from, link.to], [link.to, link.from]]) {
        const { when, event } = things.get(other);
        if (!dated(when) || dated(things.get(one).when)) continue;
        if (event || !withEvents.has(one)) note(one, event ? standings.get(other) : "certain");
      }
    }
    for (const [id, standing] of [...standings]) {
      if (dated(things.get(id).when)) continue;
      if (best.has(id)) standings.set(id, least(standing, best.get(id)));
      else standings.delete(id);
    }
  }
  /** What is emphasised: a chain between two events, what led to a thing or followed from it, or a thing and its neighbours. */
  function focused() {
    const { id, pair, cause, effect, follow } = state;
    const chain = cause && effect ? chains.between(chains.eventOf(cause), chains.eventOf(effect)) : null;
    if (chain) return chain;
    if (id && !standings.has(id)) return null;
    if (id && follow) return new Set([id, chains.eventOf(id), ...(follow !== "forth" ? chains.leading(chains.eventOf(id)) : []), ...(follow !== "back" ? chains.following(chains.eventOf(id)) : [])]);
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
    /** How a shown link stood: certain or uncertain. */
    linkStanding: (id) => linkStandings.get(id),
    /** Shows what filters or the window of time hide, when somebody asks for it. */
    reveal(id) {
      if (standings.has(id)) return;
      const groups = new Set(state.groups);
      groups.delete(things.get(id).group);
      view.set({ groups, only: false });
      tell();
      if (!standings.has(id)) view.set({ from: "", to: "", kinds: new Set() });
    },
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
