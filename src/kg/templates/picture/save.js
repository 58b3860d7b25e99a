"use strict";
// What is seen, as a file: an SVG made from the same positions and names, and a PNG made from that SVG.
const save = (() => {
  const title = document.querySelector("h1").textContent;
  /** The part of the network that is seen, as SVG. */
  function networkImage() {
    const scale = picture.network.getScale();
    const [from, to] = picture.corners();
    const [width, height] = [picture.box.clientWidth, picture.box.clientHeight];
    const tone = tones();
    const foot = 26;
    const image = svg(null, "svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height + foot}`, width, height: height + foot, "font-family": "system-ui, sans-serif", "font-size": 12 });
    svg(image, "title", {}, title);
    svg(image, "rect", { width, height: height + foot, fill: tone.paper });
    const inner = svg(image, "svg", { width, height, viewBox: `${from.x} ${from.y} ${to.x - from.x} ${to.y - from.y}`, preserveAspectRatio: "none" });
    looks.bands.forEach(([label, top, bottom], n) => {
      if (n % 2 === 0) svg(inner, "rect", { x: from.x, y: top, width: to.x - from.x, height: bottom - top, fill: tone.band });
      svg(inner, "text", { x: from.x + 6 / scale, y: top + 13 / scale, "font-size": 12 / scale, fill: tone.quiet }, label);
    });
    const some = new Map();
    for (const link of view.shownLinks) {
      const key = pairOf(link.from, link.to);
      if (!some.has(key)) some.set(key, []);
      some.get(key).push(link);
    }
    for (const [key, all] of some) {
      const [one, other] = key.split(" ").map((id) => things.get(id));
      const look = picture.lineOf(all);
      const attributes = { x1: one.x, y1: one.y, x2: other.x, y2: other.y, stroke: look.color.color, "stroke-opacity": look.color.opacity, "stroke-width": look.width };
      if (look.dashes) attributes["stroke-dasharray"] = "5 5";
      svg(inner, "line", attributes);
      if (look.label) svg(inner, "text", { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, "text-anchor": "middle", "font-size": 12, fill: tone.ink, stroke: tone.paper, "stroke-width": 3, "paint-order": "stroke" }, look.label);
    }
    for (const thing of things.values()) {
      if (!view.shows(thing.id)) continue;
      const look = looks.groups[thing.group];
      const sign = svg(inner, "path", { d: outlinePath(look.shape, thing.x, thing.y, picture.sizeOf(thing)), fill: look.colour, stroke: tone.ink, "stroke-width": 1.5 });
      if (view.focus && !view.focus.has(thing.id)) sign.setAttribute("opacity", 0.2);
      if (view.standing(thing.id) === "uncertain") sign.setAttribute("stroke-dasharray", "4 3");
      svg(sign, "title", {}, nameOf(thing.id));
    }
    for (const { text, x, y } of picture.names(scale, from, to)) {
      svg(inner, "text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 12 / scale, fill: tone.ink, stroke: tone.paper, "stroke-width": 3 / scale, "paint-order": "stroke", "stroke-linejoin": "round" }, text);
    }
    svg(image, "text", { x: 8, y: height + 17, fill: tone.quiet }, caption());
    return image;
  }
  /** The map as it is seen, with the styles that the page gives it. */
  function mapImage() {
    const source = document.querySelector("#map svg");
    const image = source.cloneNode(true);
    const { width, height } = source.getBoundingClientRect();
    const from = [source, ...source.querySelectorAll("*")];
    [image, ...image.querySelectorAll("*")].forEach((element, n) => {
      const style = getComputedStyle(from[n]);
      for (const name of ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font-size", "font-family", "text-anchor", "paint-order", "display", "visibility", "vector-effect"]) {
        element.setAttribute(name, style.getPropertyValue(name));
      }
      element.removeAttribute("style");
    });
    image.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    image.setAttribute("width", width);
    image.setAttribute("height", height);
    return image;
  }
  function caption() {
    const { from, to } = view.state;
    const when = from && to ? `, ${dayInWords(from)} to ${dayInWords(to)}` : to ? `, up to ${dayInWords(to)}` : from ? `, from ${dayInWords(from)}` : "";
    return `${title}${when}: ${document.getElementById("count").textContent}`;
  }
  const image = () => (view.state.pane === "map" && document.querySelector("#map svg") ? mapImage() : networkImage());
  const asText = () => new XMLSerializer().serializeToString(image());
  function offer(blob, suffix) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${document.body.dataset.name || "network"}.${suffix}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
  /** The view as a PNG, with two dots for each of the screen's. */
  async function asPng() {
    const source = image();
    const [width, height] = ["width", "height"].map((name) => Number(source.getAttribute(name)));
    const loaded = new Image();
    loaded.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(source))}`;
    await loaded.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = height * 2;
    canvas.getContext("2d").drawImage(loaded, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  }
  document.getElementById("save-svg").addEventListener("click", () => offer(new Blob([asText()], { type: "image/svg+xml" }), "svg"));
  document.getElementById("save-png").addEventListener("click", async () => offer(await asPng(), "png"));
  document.getElementById("print").addEventListener("click", () => print());
  return { asText, asPng };
})();
