"use strict";
// What led to what, as `kg why` counts it: along causes and from a whole to its part; no chain ends with a step to a part.
const chains = (() => {
  const after = new Map();
  const before = new Map();
  const join = (map, key, step) => { if (!map.has(key)) map.set(key, []); map.get(key).push(step); };
  for (const link of links) {
    const { how: [who, certainty], against } = told.claims[link.claim];
    const part = link.predicate === "partOf";
    if (part ? who || against || (certainty && certainty !== "asserted") : !link.cause || link.predicate === "prevents") continue;
    const [cause, effect] = part ? [link.to, link.from] : [link.from, link.to];
    join(after, cause, { id: effect, causal: !part });
    join(before, effect, { id: cause, causal: !part });
  }
  function reached(starts, steps) {
    const found = new Set(starts);
    const left = [...found];
    while (left.length) for (const { id } of steps.get(left.pop()) || []) if (!found.has(id)) { found.add(id); left.push(id); }
    return found;
  }
  const causesOf = (id) => (before.get(id) || []).filter((step) => step.causal).map((step) => step.id);
  const wholesOf = (id) => reached([id], new Map([...before].map(([one, steps]) => [one, steps.filter((step) => !step.causal)])));
  /** All that led to a thing: chains begin where nothing leads to, neither to the event nor to a whole of its, with a cause. */
  function leading(id) {
    const all = reached(causesOf(id), before);
    all.delete(id);
    const effects = (one) => (after.get(one) || []).filter((step) => step.causal && (step.id === id || all.has(step.id))).map((step) => step.id);
    const begins = (one) => {
      const later = reached([one], after);
      return [...wholesOf(one)].every((whole) => causesOf(whole).every((cause) => !all.has(cause) || later.has(cause)));
    };
    const first = [...all].filter((one) => effects(one).length && begins(one));
    const found = reached(first.flatMap(effects), after);
    return new Set([...first, ...found].filter((one) => all.has(one)));
  }
  /** All that a thing led to. */
  function following(id) {
    const all = reached([id], after);
    const effects = [...all].filter((one) => causesOf(one).some((cause) => all.has(cause)));
    const found = new Set([...reached(effects, before)].filter((one) => all.has(one)));
    found.delete(id);
    return found;
  }
  /** Both events and all that lies on a chain from the one to the other; null where none leads there. */
  function between(cause, effect) {
    const all = reached([cause], after);
    const found = new Set([...reached(causesOf(effect), before)].filter((one) => all.has(one)));
    return found.size ? new Set([cause, ...found, effect]) : null;
  }
  // Causes and effects hold of the signing of a treaty.
  const signings = new Map(links.filter((link) => link.predicate === "signingOf").map((link) => [link.to, link.from]));
  const eventOf = (id) => (after.has(id) || before.has(id) ? id : signings.get(id) || id);
  return { leading, following, between, eventOf, linked: (id) => after.has(eventOf(id)) || before.has(eventOf(id)) };
})();
