"use strict";
// The window of time: two handles over the scale, days to type, and a play button that goes through the dated moments.
const slider = (() => {
  const SPEEDS = [["slow", 1600], ["steady", 800], ["fast", 300]];
  const { state } = view;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const handle = {};
  const field = {};
  let track, chosen, before, after, sheet, play, modes, words, live, speed, hint;
  let windowed = false;
  let own = false;  // whether it is the slider itself that changes the window
  let timer = null;
  let telling = null;

  const value = (side) => (state[side] ? Math.min(Math.max(scale.number(state[side]), scale.first), scale.last) : side === "from" ? scale.first : scale.last);
  function set(changes) {
    own ||= Object.entries(changes).some(([side, day]) => state[side] !== day);
    view.set(changes);
  }
  /** What others set decides whether there is a window; what the slider itself opens at its beginning stays one. */
  function heed(changed) {
    if (!changed.has("from") && !changed.has("to")) return;
    if (!state.from && !own) windowed = false;
    own = false;
  }
  /** Sets one end of the window; at the end of the scale it is open. The other end is not passed. */
  function move(side, n) {
    const limit = side === "from" ? [scale.first, value("to")] : [windowed ? value("from") : scale.first, scale.last];
    const day = Math.min(Math.max(n, limit[0]), limit[1]);
    const open = side === "from" ? day === scale.first : day === scale.last;
    set({ [side]: open ? "" : scale.day(day) });
  }
  // The moments at which something begins: events if there are any.
  const moments = () => {
    const begins = (list) => [...new Set(list.map(({ when }) => when.find(Boolean)))].sort();
    return begins(timeline.events.length ? timeline.events : timeline.all);
  };
  /** The next moment, or the one before; undefined where there is none. */
  function step(way) {
    const days = moments().filter((day) => !windowed || !state.from || state.to || day >= state.from);
    if (way > 0) return state.to ? days.find((day) => day > state.to) : undefined;
    return days.filter((day) => !state.to || day < state.to).pop();
  }
  /** Goes to a moment: a window moves on as wide as it is, else its end does. */
  function go(day) {
    if (!windowed || !state.from || !state.to) { set({ to: day }); return; }
    const wide = scale.number(state.to) - scale.number(state.from);
    const end = Math.max(scale.number(day), scale.first + wide);
    set({ from: scale.day(end - wide), to: scale.day(end) });
  }
  function pause() {
    clearTimeout(timer);
    timer = null;
    play.textContent = "▶ Play";
    sheet.classList.remove("playing");
    say();
  }
  function run() {
    const day = step(1);
    if (!day) { pause(); return; }
    go(day);
    timer = setTimeout(run, SPEEDS[speed.value][1]);
  }
  function start() {
    if (timer) { pause(); return; }
    const days = moments();
    if (!days.length) return;
    play.textContent = "❚❚ Pause";
    if (!still.matches) sheet.classList.add("playing");
    // A window without an end is one of a year; after the last moment it goes on with the first.
    if (windowed && state.from && !state.to) set({ to: scale.day(Math.min(scale.last, yearFrom(value("from")))) });
    else if (!step(1)) go(days[0]);
    timer = setTimeout(run, SPEEDS[speed.value][1]);
  }
  function stepped(way) {
    if (timer) pause();
    const day = step(way);
    if (day) go(day); else if (way > 0 && !(windowed && state.from)) set({ to: "" });
  }
  const yearFrom = (n) => scale.later(n, 12) - 1;
  /** The first and last day of a window to begin with: what is chosen, and a year at least, else the year in which most begins. */
  function stretch() {
    const { id, cause, effect, pair } = state;
    const days = [id, cause, effect, ...(pair || "").split(" ")].flatMap((one) => (things.get(one) || {}).when || []).filter(Boolean).sort().map(scale.number);
    if (days.length) {
      const [first, last] = [days[0], days[days.length - 1]];
      const more = Math.max(0, 365 - (last - first)) / 2;
      return [first - Math.ceil(more), last + Math.floor(more)];
    }
    const shown = (timeline.events.length ? timeline.events : timeline.all).filter(({ id: one }) => view.shows(one));
    const begins = shown.map(({ when }) => scale.number(when.find(Boolean))).sort((a, b) => a - b);
    let best = [scale.first, yearFrom(scale.first)];
    let most = 0;
    begins.forEach((n, at) => {
      const end = yearFrom(n);
      let next = at;
      while (next < begins.length && begins[next] <= end) next += 1;
      if (next - at > most) { most = next - at; best = [n, end]; }
    });
    return best;
  }
  function mode(wanted) {
    if (timer) pause();
    windowed = wanted;
    if (!wanted) set({ from: "" });
    // A window of a year, so that it can be seen at once.
    else if (!state.from && state.to) set({ from: scale.day(Math.max(scale.first, scale.later(value("to"), -12))) });
    else if (!state.from) {
      const [from, to] = stretch().map((n) => scale.day(Math.min(Math.max(n, scale.first), scale.last)));
      set({ from, to });
    }
    paint(new Set(["from"]));
  }
  function typed(side) {
    if (timer) pause();
    const day = field[side].value;
    hint.textContent = "";
    if (day === "") {
      if (!field[side].validity.badInput) set({ [side]: "" });
      return;
    }
    const n = scale.number(day);
    const other = side === "from" ? value("to") : windowed ? value("from") : scale.first;
    if (n < scale.first || n > scale.last) hint.textContent = `Nothing is dated on ${dayInWords(day)}: the time line goes from ${dayInWords(scale.day(scale.first))} to ${dayInWords(scale.day(scale.last))}.`;
    else if (side === "from" ? n > other : n < other) hint.textContent = "The window would end before it begins.";
    else move(side, n);
  }
  function key(side, event) {
    const now = value(side);
    const away = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (away && (event.ctrlKey || event.altKey || event.metaKey)) return;
    if (away) move(side, event.shiftKey ? scale.later(now, away) : now + away);
    else if (event.key === "PageUp") move(side, scale.later(now, 12));
    else if (event.key === "PageDown") move(side, scale.later(now, -12));
    else if (event.key === "Home") move(side, scale.first);
    else if (event.key === "End") move(side, scale.last);
    else return;
    if (timer) pause();
    event.preventDefault();
  }
  const dayUnder = (event) => {
    const { left, width } = track.getBoundingClientRect();
    return scale.at((event.clientX - left) / width);
  };
  /** A pointer takes a handle, or the track, whose nearer handle then comes. */
  function drag(event) {
    if (event.button) return;
    const x = dayUnder(event);
    const away = (side) => Math.abs(scale.place(value(side)) - scale.place(x));
    const own = Object.keys(handle).find((side) => handle[side] === event.target);
    // Where both handles lie upon each other, the one moves that can.
    const side = !windowed ? "to" : own && value("from") !== value("to") ? own : x <= value("from") || (x < value("to") && away("from") < away("to")) ? "from" : "to";
    if (timer) pause();
    event.preventDefault();
    handle[side].focus({ focusVisible: false });
    if (!own) move(side, x);
    const follow = (moved) => move(side, dayUnder(moved));
    const end = () => {
      track.removeEventListener("pointermove", follow);
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) track.removeEventListener(name, end);
    };
    track.setPointerCapture(event.pointerId);
    track.addEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) track.addEventListener(name, end);
  }
  function choice(parent, name, text, on, does) {
    const outer = put(parent, "label");
    const input = put(outer, "input", "", { type: "radio", name });
    input.checked = on;
    input.addEventListener("change", does);
    outer.append(` ${text}`);
    return input;
  }
  /** The buttons, the days to type, and what is shown in words. */
  function controls(parent, zoom) {
    const row = put(parent, "div", "", { class: "controls" });
    const playing = put(row, "span", "", { class: "together" });
    play = button(playing, "▶ Play", start);
    button(playing, "‹", () => stepped(-1), { "aria-label": "Back to the moment before", title: "Back to the moment before" });
    button(playing, "›", () => stepped(1), { "aria-label": "On to the next moment", title: "On to the next moment" });
    speed = put(playing, "select", "", { "aria-label": "Speed" });
    SPEEDS.forEach(([text], n) => put(speed, "option", text, { value: n }));
    speed.value = "1";
    const kind = put(row, "span", "", { class: "together", role: "radiogroup", "aria-label": "What to show" });
    modes = [choice(kind, "time-mode", "up to a day", true, () => mode(false)), choice(kind, "time-mode", "a window", false, () => mode(true))];
    for (const [side, text] of [["from", "From"], ["to", "To"]]) {
      const outer = put(row, "label", `${text} `, { class: side });
      field[side] = put(outer, "input", "", { type: "date", min: scale.day(scale.first), max: scale.day(scale.last), id: `time-${side}` });
      field[side].addEventListener("change", () => typed(side));
      field[side].addEventListener("keydown", ({ key: pressed }) => { if (timer && !["Tab", "Shift"].includes(pressed)) pause(); });
      field[side].addEventListener("blur", () => { field[side].value = state[side]; hint.textContent = ""; });
    }
    const all = () => { if (timer) pause(); windowed = false; view.set({ from: "", to: "" }); paint(new Set(["from"])); };
    button(row, "All time", all);
    // A window that is open at both ends looks to the others like none.
    document.getElementById("reset").addEventListener("click", all);
    const sizes = put(row, "span", "", { class: "together" });
    button(sizes, "−", () => zoom(1 / 1.6), { "aria-label": "Narrower time line", title: "Narrower time line" });
    button(sizes, "+", () => zoom(1.6), { "aria-label": "Wider time line", title: "Wider time line" });
    words = put(row, "span", "", { class: "told" });
    hint = put(row, "span", "", { class: "hint", role: "alert" });
    live = put(parent, "p", "", { role: "status", class: "unseen" });
  }
  function handles(parent) {
    sheet = parent;
    track = put(parent, "div", "", { id: "track" });
    chosen = put(track, "span", "", { class: "chosen" });
    for (const [side, text] of [["from", "Beginning of the window of time"], ["to", "End of the window of time"]]) {
      handle[side] = put(track, "span", "", { class: `handle ${side}`, role: "slider", tabindex: 0, "aria-label": text, "aria-valuemin": 0, "aria-valuemax": scale.last - scale.first });
      handle[side].addEventListener("keydown", (event) => key(side, event));
    }
    track.addEventListener("pointerdown", drag);
  }
  function curtains(parent) {
    before = put(parent, "div", "", { class: "curtain" });
    after = put(parent, "div", "", { class: "curtain" });
  }
  /** What is shown, in words. */
  function shown() {
    const { from, to } = state;
    if (from && to) return from === to ? `on ${dayInWords(from)}` : `from ${dayInWords(from)} to ${dayInWords(to)}`;
    return from ? `from ${dayInWords(from)} on` : to ? `up to ${dayInWords(to)}` : "all time";
  }
  function say() {
    const count = timeline.all.filter(({ id }) => view.shows(id)).length;
    words.textContent = `Shown: ${shown()} · ${count} of ${timeline.all.length} dated things`;
    // While it plays or is dragged, a voice would only stumble after it.
    clearTimeout(telling);
    if (!timer) telling = setTimeout(() => { if (live.textContent !== words.textContent) live.textContent = words.textContent; }, 700);
  }
  function paint(changed) {
    if (changed.has("from") || changed.has("to")) {
      if (state.from) windowed = true;
      modes[windowed ? 1 : 0].checked = true;
      for (const side of ["from", "to"]) {
        if (document.activeElement !== field[side] || !hint.textContent) field[side].value = state[side];
      }
      field.from.parentNode.hidden = !windowed;
      handle.from.hidden = !windowed;
      const [from, to] = [value("from"), value("to")];
      const places = { from: windowed ? scale.place(from) : 0, to: scale.place(Math.min(to + 1, scale.last)) };
      for (const side of ["from", "to"]) {
        handle[side].style.left = `${places[side] * 100}%`;
        handle[side].setAttribute("aria-valuenow", (side === "from" ? from : to) - scale.first);
        const open = side === "from" ? "from the beginning" : "to the end";
        handle[side].setAttribute("aria-valuetext", state[side] ? dayInWords(state[side]) : `open, ${open}: ${dayInWords(scale.day(value(side)))}`);
      }
      handle.from.setAttribute("aria-valuemax", to - scale.first);
      handle.to.setAttribute("aria-valuemin", windowed ? from - scale.first : 0);
      before.style.transform = `scaleX(${places.from})`;
      after.style.transform = `scaleX(${1 - places.to})`;
      chosen.style.left = `${places.from * 100}%`;
      chosen.style.right = `${(1 - places.to) * 100}%`;
      // Whoever drags sees the handle anyway; played or set from elsewhere it comes into sight.
      const { strip, width } = timeline;
      const x = places.to * width;
      if (changed.has("to") && state.to && !track.matches(":active") && (x < strip.scrollLeft + 12 || x > strip.scrollLeft + strip.clientWidth - 12)) strip.scrollLeft = x - strip.clientWidth * 0.6;
    }
    say();
  }
  return { controls, handles, curtains, heed, paint };
})();
