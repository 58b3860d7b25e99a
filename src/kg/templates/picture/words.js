"use strict";
// Names in the words of one side or language, dates in words, and how texts are compared.
const nameOf = (() => {
  const base = (tag) => tag.split("-")[0];
  const latin = (tag) => /-latn$/i.test(tag);
  function best(names) {
    return names.find((one) => !latin(one.language)) || names[0];
  }
  function chosen(thing) {
    const names = thing.names || [];
    const { as, language } = view.state;
    if (as) {
      const power = told.perspectives.find(([who]) => who === as);
      const used = names.filter((one) => one.user === as);
      const own = names.filter((one) => power && base(one.language) === power[2]);
      const spoken = (some) => language && best(some.filter((one) => base(one.language) === language));
      const found = spoken(used) || spoken(names) || best(used) || best(own);
      if (found) return found;
    }
    if (language) return best(names.filter((one) => base(one.language) === language));
    return null;
  }
  const cache = new Map();
  let key = "";
  /** The name of a thing in the chosen perspective and language; the page's own where there is none. */
  return (id) => {
    const now = `${view.state.as} ${view.state.language}`;
    if (now !== key) { cache.clear(); key = now; }
    if (!cache.has(id)) {
      const thing = things.get(id);
      const found = chosen(thing);
      cache.set(id, (found ? found.name : thing.name) + (thing.prevented ? " (did not happen)" : ""));
    }
    return cache.get(id);
  };
})();
/** The text without case, diacritics and punctuation. */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ł/g, "l").replace(/ø/g, "o").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
/** The name of a language in itself: `ja-Latn` as 日本語. */
function languageName(tag) {
  try {
    return new Intl.DisplayNames([tag.split("-")[0]], { type: "language" }).of(tag) || tag;
  } catch {
    return tag;
  }
}
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/** A day in words: 1939-05-11 as 11 May 1939. */
function dayInWords(day) {
  const [year, month, date] = day.split("-").map(Number);
  return Number.isFinite(date) ? `${date} ${months[month - 1]} ${year}` : day;
}
/** The bounds of a begin or an end in words; whole months and years as such. */
function between(first, last) {
  if (!first && !last) return "";
  if (first === last) return dayInWords(first);
  if (!first) return `not after ${dayInWords(last)}`;
  if (!last) return `not before ${dayInWords(first)}`;
  const lastOf = new Date(Date.UTC(+last.slice(0, 4), +last.slice(5, 7), 0)).getUTCDate();
  if (first.endsWith("-01-01") && last.endsWith("-12-31")) {
    return first.slice(0, 4) === last.slice(0, 4) ? first.slice(0, 4) : `at some time from ${first.slice(0, 4)} to ${last.slice(0, 4)}`;
  }
  if (first.endsWith("-01") && +last.slice(8) === lastOf && first.slice(0, 7) === last.slice(0, 7)) return `${months[first.slice(5, 7) - 1]} ${first.slice(0, 4)}`;
  return `between ${dayInWords(first)} and ${dayInWords(last)}`;
}
/** When a thing began and ended, in words; empty where nothing is known. */
function span([first, last, endFirst, endLast]) {
  const begin = between(first, last);
  const end = !endLast && endFirst <= first ? "" : between(endFirst, endLast); // that it did not end before it began says nothing
  if (begin && begin === end) return begin;
  return [begin && `begins ${begin}`, end && `ends ${end}`].filter(Boolean).join("; ");
}
