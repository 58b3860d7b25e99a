"use strict";
// The card: what is claimed about the chosen thing, or why a line is there, each with its sentence, who says it, and how surely.
const card = (() => {
  const box = document.getElementById("card");
  const remarksOf = new Map();
  told.remarks.forEach((remark) => {
    for (const key of [...remark.claims, ...remark.things]) {
      if (!remarksOf.has(key)) remarksOf.set(key, []);
      remarksOf.get(key).push(remark);
    }
  });
  const followed = { back: "What led to it", forth: "What it led to", both: "Both ways" };

  function how(claim) {
    const [who, certainty, basis] = claim.how;
    return [told.passages[claim.passage], who && `according to ${who}`, certainty, basis, ...(claim.rest || [])].filter(Boolean).join(" · ");
  }
  function jump(parent, id) {
    button(parent, nameOf(id), () => view.pick(id), { class: "jump" });
  }
  /** One claim with all that must be known of it. */
  function item(list, n, own) {
    const claim = told.claims[n];
    const line = put(list, "li");
    put(line, "span", claim.text);
    if (claim.name) line.dataset.claim = claim.name;
    put(line, "small", [how(claim), claim.then && `${claim.then} that day`].filter(Boolean).join(" · "));
    for (const other of claim.against || []) {
      const at = put(line, "p", "", { class: "odds" });
      put(at, "strong", "At odds with: ");
      put(at, "span", told.claims[other].text);
      put(at, "small", how(told.claims[other]));
    }
    for (const remark of remarksOf.get(n) || []) note(line, remark);
    const others = [...new Set(claim.ends || [])].filter((id) => id !== own);
    if (own !== null && others.length) {
      const row = put(line, "span", "", { class: "jumps" });
      for (const id of others) jump(row, id);
    }
  }
  /** Claims, and on the page of a day those that did not stand then apart. */
  function items(some, own) {
    const then = (n) => ["not yet", "over"].includes(told.claims[n].then);
    const list = put(box, "ul", "", { class: "claims" });
    for (const n of some.filter((one) => !then(one))) item(list, n, own);
    const others = some.filter(then);
    if (!others.length) return;
    const details = put(box, "details");
    put(details, "summary", `${others.length} that did not stand that day`);
    const rest = put(details, "ul", "", { class: "claims" });
    for (const n of others) item(rest, n, own);
  }
  function note(parent, remark) {
    const at = put(parent, "p", "", { class: `remark ${remark.kind === "contradiction" ? "odds" : ""}` });
    put(at, "strong", `${remark.kind[0].toUpperCase()}${remark.kind.slice(1)}: `);
    put(at, "span", `${remark.label}. ${remark.says}`);
  }
  /** An event and all that is part of it. */
  function withParts(id) {
    const found = new Set([id]);
    for (const one of found) for (const link of linksOf.get(one)) if (link.predicate === "partOf" && link.to === one) found.add(link.from);
    return [...found];
  }
  /** The figures of an event and its parts, a column for each side, so that both sides' stand beside each other. */
  function figures(id) {
    const parts = withParts(id);
    const own = parts.flatMap((of) => (told.figures[of] || []).map((figure) => ({ ...figure, of })))
      .filter((one) => !["not yet", "over"].includes(told.claims[one.claim].then));
    if (!own.length) return;
    // A side that took part has its column also where nothing is said of its figures.
    const sides = [...new Set([...own.flatMap((one) => (one.sides.length ? one.sides : [""])), ...(told.sides[id] || [])])]
      .sort((a, b) => (a === "") - (b === "") || a.localeCompare(b));
    const first = ["dead", "wounded", "captured", "casualties", "engaged"];
    const place = (kind) => (first.includes(kind) ? first.indexOf(kind) : first.length);
    const kinds = [...new Set(own.map((one) => one.what))].sort((a, b) => place(a) - place(b));
    put(box, "h3", "Figures, side by side");
    if (own.some((one) => one.of !== id)) put(box, "p", "With those of its parts, which must not be added to those of the whole.");
    const scroll = put(box, "div", "", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures" });
    const table = put(scroll, "table");
    const head = put(put(table, "thead"), "tr");
    for (const side of sides) put(head, "th", side || "No side named", { scope: "col" });
    const body = put(table, "tbody");
    for (const kind of kinds) {
      put(put(body, "tr", "", { class: "kinds" }), "th", kind, { scope: "rowgroup", colspan: sides.length });
      const row = put(body, "tr");
      for (const side of sides) {
        const cell = put(row, "td");
        for (const one of own.filter((figure) => figure.what === kind && (side ? figure.sides.includes(side) : !figure.sides.length))) {
          const at = put(cell, "div");
          const claim = told.claims[one.claim];
          put(at, "strong", one.words);
          put(at, "small", [one.of === id ? "" : nameOf(one.of), one.party, claim.how[0] && `according to ${claim.how[0]}`, claim.how[1] === "asserted" ? "" : claim.how[1],
            claim.how[2] === "stated" ? "" : claim.how[2], claim.against ? "at odds with another claim" : "",
            ...(claim.rest || []).filter((rest) => /^(included in|restates|note)/.test(rest)),
            told.passages[claim.passage]].filter(Boolean).join(" · "));
        }
        if (!cell.children.length) put(cell, "small", "no claim");
      }
    }
  }
  function namesOf(thing) {
    const names = thing.names || [];
    if (!names.length) return;
    put(box, "h3", "Names");
    const list = put(box, "ul", "", { class: "names" });
    for (const { name, language, user, since, until } of names) {
      const line = put(list, "li");
      put(line, "span", name, language ? { lang: language } : {});
      const label = user && (told.perspectives.find(([who]) => who === user)?.[1] || [...things.values()].find((one) => one.iri === user)?.name || user);
      put(line, "small", [languageName(language), label && `used in ${label}`, since && `since ${since}`, until && `until ${until}`].filter(Boolean).join(" · "));
    }
  }
  function elsewhere(thing) {
    for (const [same, item_] of thing.elsewhere || []) {
      const line = put(box, "p", `${same[0].toUpperCase()}${same.slice(1)} elsewhere: `);
      if (/^https?:\/\//.test(item_)) put(line, "a", item_.replace(/^https?:\/\/(www\.)?/, ""), { href: item_.replace("http://www.wikidata.org/entity/", "https://www.wikidata.org/wiki/"), rel: "noopener noreferrer external", target: "_blank" });
      else put(line, "span", item_);
    }
  }
  function tools(id) {
    if (chains.linked(id)) {
      const event = chains.eventOf(id);
      if (event !== id) put(box, "p", `Causes and effects hold of its signing: ${nameOf(event)}.`);
      const row = put(box, "div", "", { class: "tools", role: "group", "aria-label": "Causes" });
      const found = { back: chains.leading(event).size, forth: chains.following(event).size };
      for (const [how_, text] of Object.entries(followed)) {
        const none = !(how_ === "both" ? found.back && found.forth : found[how_]);
        const one = button(row, text, () => view.set({ follow: view.state.follow === how_ ? "" : how_, cause: null, effect: null }), { "aria-pressed": String(view.state.follow === how_) });
        one.disabled = none && view.state.follow !== how_;
      }
      if (!found.back) put(box, "p", "No claim that is drawn here gives it a cause.", { class: "kind" });
      if (!found.forth) put(box, "p", "No claim that is drawn here gives it an effect.", { class: "kind" });
      const ends = put(box, "div", "", { class: "tools", role: "group", "aria-label": "Chains between two events" });
      button(ends, "Chains from here", () => view.set({ cause: view.state.cause === id ? null : id, follow: "" }), { "aria-pressed": String(view.state.cause === id) });
      button(ends, "Chains to here", () => view.set({ effect: view.state.effect === id ? null : id, follow: "" }), { "aria-pressed": String(view.state.effect === id) });
    }
    only();
  }
  function only() {
    const row = put(box, "div", "", { class: "tools" });
    const hide = button(row, "Hide the rest", () => view.set({ only: !view.state.only }), { "aria-pressed": String(view.state.only) });
    hide.disabled = !view.focus && !view.state.only;
    button(row, "Show all again", () => { view.pick(null); view.now(); picture.fit(); });
  }
  function chain() {
    const { cause, effect } = view.state;
    if (!cause && !effect) return;
    const at = put(box, "section", "", { class: "chain", "aria-label": "Chain" });
    put(at, "h3", "From cause to effect");
    const row = put(at, "p", "From ");
    if (cause) jump(row, cause); else put(row, "em", "(choose another event and press “Chains from here”)");
    put(row, "span", " to ");
    if (effect) jump(row, effect); else put(row, "em", "(choose another event and press “Chains to here”)");
    if (cause && effect) {
      const found = chains.between(chains.eventOf(cause), chains.eventOf(effect));
      if (!found) put(at, "p", "No chain of causes leads from the one to the other.");
      else {
        put(at, "p", `${found.size} events are on the chains, with both ends, in the order of time:`);
        const list = put(at, "ol");
        for (const id of [...found].sort((a, b) => (things.get(a).when[0] || "9").localeCompare(things.get(b).when[0] || "9"))) {
          const line = put(list, "li");
          jump(line, id);
          put(line, "small", [span(things.get(id).when), view.shows(id) ? "" : "not in the picture now"].filter(Boolean).join("; "));
        }
      }
    }
    button(at, "End the chain", () => view.set({ cause: null, effect: null, only: false }));
  }
  function thingCard(id) {
    const thing = things.get(id);
    put(box, "h2", nameOf(id));
    if (!nameOf(id).startsWith(thing.name)) put(box, "p", `In the page's own words: ${thing.name}`);
    if (!view.shows(id)) {
      const gone = put(box, "p", "Not in the picture now: filtered, or outside of the chosen time. ", { class: "odds" });
      button(gone, "Show it", () => { view.reveal(id); view.pick(id); });
    }
    put(box, "p", [thing.kind, span(thing.when), thing.prevented && "it did not happen", thing.then && `${thing.then} that day`,
      !thing.then && view.standing(id) === "uncertain" && "uncertain whether in the chosen time"].filter(Boolean).join("; "), { class: "kind" });
    if (thing.about) put(box, "p", thing.about);
    elsewhere(thing);
    tools(id);
    chain();
    figures(id);
    for (const remark of remarksOf.get(id) || []) note(box, remark);
    namesOf(thing);
    if (thing.at) put(box, "p", `Coordinates ${thing.at[0]}, ${thing.at[1]}${thing.at[2] ? ` (to ${thing.at[2]} of a degree)` : ""}, from ${thing.at[3]}`);
    const own = thing.claims || linksOf.get(id).map((link) => link.claim);
    put(box, "h3", `${own.length} claim${own.length === 1 ? "" : "s"}, in the order of the sources`);
    items(own, id);
    put(box, "p", thing.iri, { class: "iri" });
  }
  function pairCard(pair) {
    const [one, other] = pair.split(" ");
    const head = put(box, "h2");
    jump(head, one);
    put(head, "span", " and ");
    jump(head, other);
    const every = picture.bundles.get(pair) || [];
    const all = view.shownLinks.filter((link) => pairOf(link.from, link.to) === pair);
    put(box, "p", all.length === 1 ? "The claim that joins them:" : `The ${all.length} claims that join them:`);
    items(all.map((link) => link.claim), null);
    if (all.length < every.length) put(box, "p", `${every.length - all.length} more are filtered, or outside of the chosen time.`);
    only();
  }
  function show(_, changed) {
    if (!["id", "pair", "cause", "effect", "follow", "only", "as", "language", "from", "to", "groups", "kinds"].some((key) => changed.has(key))) return;
    const { id, pair } = view.state;
    const held = box.contains(document.activeElement) ? document.activeElement.textContent : null;
    box.replaceChildren();
    if (id !== null) thingCard(id);
    else if (pair) pairCard(pair);
    else {
      put(box, "h2", "A thing");
      put(box, "p", "Choose a thing in the picture, on the time line, on the map or in the tables, or find it by name: its claims stand here, each with its sentence. Choose a line to see why it is there.");
      chain();
    }
    // Whoever pressed a button here stays where they were; a new card begins at its top.
    const again = held && [...box.querySelectorAll("button")].find((one) => one.textContent === held);
    if (again) again.focus();
    else if (held !== null) box.focus();
    if (changed.has("id") || changed.has("pair")) box.scrollTop = 0;
    const named = box.querySelector("h2");
    document.getElementById("said").textContent = id !== null || pair ? named.textContent : "";
  }
  return { show };
})();
