"use strict";
// The scale of time that Python computed: days as numbers, days as places from 0 to 1 and back.
const scale = (() => {
  const DAY = 86400000;
  /** 1939-05-11 as the number of days since 1970. */
  function number(day) {
    const [year, month, date] = day.split("-").map(Number);
    return Math.round(new Date(0).setUTCFullYear(year, month - 1, date) / DAY);
  }
  /** The number of a day as 1939-05-11. */
  function day(n) {
    const time = new Date(n * DAY);
    const two = (value) => String(value).padStart(2, "0");
    return `${String(time.getUTCFullYear()).padStart(4, "0")}-${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())}`;
  }
  const knots = looks.scale.map(([start, place]) => [number(start), place]);
  /** Between which knots a value lies, by the days (0) or the places (1) of the knots. */
  function part(value, by) {
    let low = 0;
    let high = knots.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (knots[middle][by] <= value) low = middle; else high = middle;
    }
    return [knots[low], knots[high]];
  }
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  const first = knots.length ? knots[0][0] : 0;
  const last = knots.length ? knots[knots.length - 1][0] : 0;
  /** Where the number of a day lies; days outside of the scale lie at its ends. */
  function place(n) {
    const [[start, from], [end, to]] = part(n, 0);
    return from + (to - from) * within((n - start) / (end - start), 0, 1);
  }
  /** The number of the day at a place. */
  function at(share) {
    const [[start, from], [end, to]] = part(share, 1);
    return within(start + Math.floor((end - start) * within((share - from) / (to - from), 0, 1) + 1e-6), first, last);
  }
  /** The number of a day so many months away, or the last day of a shorter month. */
  function later(n, count) {
    const time = new Date(n * DAY);
    const wanted = new Date(0);
    wanted.setUTCFullYear(time.getUTCFullYear(), time.getUTCMonth() + count, 1);
    const lastDate = new Date(Date.UTC(2000, 0, 1));
    lastDate.setUTCFullYear(wanted.getUTCFullYear(), wanted.getUTCMonth() + 1, 0);
    wanted.setUTCDate(Math.min(time.getUTCDate(), lastDate.getUTCDate()));
    return Math.round(wanted / DAY);
  }
  /** Starts that can be marked: [number, label, rank], 0 a wide year, 1 a narrow one, 2 a month, 3 an empty stretch of years. */
  const ticks = knots.slice(0, -1).map(([n, from], i) => {
    const [year, month] = day(n).split("-").map(Number);
    if (month > 1) return [n, months[month - 1].slice(0, 3), 2];
    const length = knots[i + 1][0] - n;
    if (length > 366) return [n, String(year), 3];
    return [n, String(year), i === 0 || length < 32 || knots[i + 1][1] - from > 0.02 ? 0 : 1];
  });
  return { number, day, place, at, later, ticks, first, last, any: knots.length > 1 };
})();
