"use strict";
// What is seen, as a file: an SVG made from the same positions and names, and a PNG made from that SVG.
const save = (() => {
  const title = document.querySelector("h1").textContent;
  const LINE = 17;
  /** A text in lines that are not wider than a width. */
  function wrapped(text, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "12px system-ui, sans-serif";
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (pen.measureText(longer).width <= width || !lines[lines.length - 1]) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }
  /** An empty image with some texts under what will be drawn on it. */
  function framed(width, height, texts, tone) {
    const lines = texts.flatMap((text) => wrapped(text, width - 16));
    const whole = height + lines.length * LINE + 9;
    const image = svg(null, "svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${whole}`, width, height: whole, "font-family": "system-ui, sans-serif", "font-size": 12 });
    svg(image, "title", {}, title);
    svg(image, "rect", { width, height: whole, fill: tone.paper });
    lines.forEach((line, n) => svg(image, "text", { x: 8, y: height + (n + 1) * LINE, fill: tone.quiet }, line));
    return image;
  }
  /** A line between two signs, straight or bent as it is on the screen: its path, and the point at a share of it with its direction. */
  function course({ id, from, to }) {
    const [a, b] = [from, to].map((end) => things.get(end));
    const via = picture.network.body.edges[id].edgeType.getViaNode() || { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const [ax, bx] = ["x", "y"].map((k) => (t) => (1 - t) ** 2 * a[k] + 2 * t * (1 - t) * via[k] + t ** 2 * b[k]);
    const slope = (t, k) => 2 * (1 - t) * (via[k] - a[k]) + 2 * t * (b[k] - via[k]);
    return {
      a, b, path: `M${flat(a.x)} ${flat(a.y)}Q${flat(via.x)} ${flat(via.y)} ${flat(b.x)} ${flat(b.y)}`,
      at: (t) => ({ x: ax(t), y: bx(t), angle: Math.atan2(slope(t, "y"), slope(t, "x")) }),
    };
  }
  const flat = (n) => n.toFixed(1);
  /** The head of an arrow that touches the sign at the end of a line, or at its beginning; empty where two signs touch. */
  function head({ a, b, at }, end, width) {
    const sign = end === "to" ? b : a;
    const away = ({ x, y }) => Math.hypot(x - sign.x, y - sign.y);
    const border = picture.sizeOf(sign) + 1;
    let [inside, outside] = end === "to" ? [1, 0] : [0, 1];
    if (away(at(outside)) <= border) return "";
    for (let n = 0; n < 30; n += 1) {
      const middle = (inside + outside) / 2;
      if (away(at(middle)) > border) outside = middle; else inside = middle;
    }
    const { x, y, angle } = at(outside);
    const turn = angle + (end === "to" ? 0 : Math.PI);
    const length = 9 + 3 * width;
    return `M${[[0, 0], [-1, 0.3], [-0.9, 0], [-1, -0.3]].map(([along, aside]) => [
      x + length * (along * Math.cos(turn) - aside * Math.sin(turn)), y + length * (along * Math.sin(turn) + aside * Math.cos(turn))].map(flat).join(" ")).join("L")}Z`;
  }
  function drawLine(inner, edge, tone) {
    const way = course(edge);
    const colour = edge.cause ? tone.cause : tone.line;
    const line = svg(inner, "g", { class: "link", opacity: edge.color.opacity });
    const path = svg(line, "path", { d: way.path, fill: "none", stroke: colour, "stroke-width": edge.width });
    if (edge.dashes) path.setAttribute("stroke-dasharray", "5 5");
    const ends = edge.arrows === "to" ? { to: true } : edge.arrows;
    for (const end of ["to", "from"]) {
      const outline = ends[end] && head(way, end, edge.width);
      if (outline) svg(line, "path", { class: "head", d: outline, fill: colour });
    }
    if (!edge.label || 12 * picture.network.getScale() < 5) return;  // nor does the screen show what is smaller
    const { x, y, angle } = way.at(0.5);
    const upright = Math.cos(angle) < 0 ? angle + Math.PI : angle;
    const along = edge.font.align === "middle" ? { transform: `rotate(${flat(upright * 180 / Math.PI)} ${flat(x)} ${flat(y)})` } : {};
    svg(line, "text", { x: flat(x), y: flat(y), "text-anchor": "middle", "dominant-baseline": "central", "font-size": 12, fill: tone.ink, stroke: tone.paper, "stroke-width": 3, "paint-order": "stroke", ...along }, edge.label);
  }
  function drawSign(inner, thing, tone) {
    const look = picture.signOf(thing.id, tone);
    const sign = svg(inner, "path", {
      class: "sign", d: outlinePath(looks.groups[thing.group].shape, thing.x, thing.y, picture.sizeOf(thing)), fill: look.colour, "fill-opacity": look.fill,
      stroke: look.stroke, "stroke-width": look.width, "stroke-opacity": look.strong, opacity: look.opacity,
    });
    if (look.dash.length) sign.setAttribute("stroke-dasharray", look.dash.join(" "));
    svg(sign, "title", {}, nameOf(thing.id));
  }
  /** The part of the network that is seen, as SVG: in the colours of the screen, or in light ones. */
  function networkImage(tone = tones()) {
    const scale = picture.network.getScale();
    const [from, to] = picture.corners();
    const [width, height] = [picture.box.clientWidth, picture.box.clientHeight];
    const image = framed(width, height, [caption()], tone);
    const inner = svg(image, "svg", { width, height, viewBox: `${from.x} ${from.y} ${to.x - from.x} ${to.y - from.y}`, preserveAspectRatio: "none" });
    looks.bands.forEach(([, top, bottom], n) => { if (n % 2 === 0) svg(inner, "rect", { x: from.x, y: top, width: to.x - from.x, height: bottom - top, fill: tone.band }); });
    for (const { label, top } of picture.years(scale)) svg(inner, "text", { class: "year", x: from.x + 6 / scale, y: top + 13 / scale, "font-size": 12 / scale, fill: tone.quiet }, label);
    for (const edge of picture.edges.get()) drawLine(inner, edge, tone);
    for (const thing of things.values()) if (view.shows(thing.id)) drawSign(inner, thing, tone);
    for (const { text, x, y } of picture.names(scale, from, to)) {
      svg(inner, "text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 12 / scale, fill: tone.ink, stroke: tone.paper, "stroke-width": 3 / scale, "paint-order": "stroke", "stroke-linejoin": "round" }, text);
    }
    return image;
  }
  /** The map as it is seen, with the styles that the page gives it, what it shows, and whose land it is. */
  function mapImage() {
    const source = document.querySelector("#map svg");
    const { width, height } = source.getBoundingClientRect();
    const image = framed(width, height, [caption(), `${looks.map.about}.`], tones());
    svg(image, "rect", { width, height, fill: getComputedStyle(document.getElementById("map")).backgroundColor });
    const inner = source.cloneNode(true);
    image.append(inner);
    const from = [source, ...source.querySelectorAll("*")];
    [inner, ...inner.querySelectorAll("*")].forEach((element, n) => {
      const style = getComputedStyle(from[n]);
      for (const name of ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font-size", "font-family", "text-anchor", "paint-order", "display", "visibility", "vector-effect"]) {
        element.setAttribute(name, style.getPropertyValue(name));
      }
      element.removeAttribute("style");
    });
    inner.removeAttribute("id");
    inner.setAttribute("width", width);
    inner.setAttribute("height", height);
    return image;
  }
  function caption() {
    const { from, to } = view.state;
    const when = from && to ? `, ${dayInWords(from)} to ${dayInWords(to)}` : to ? `, up to ${dayInWords(to)}` : from ? `, from ${dayInWords(from)}` : "";
    return `${title}${when}: ${document.getElementById("count").textContent}`;
  }
  /** A title as the name of a file: letters and digits of any script, joined by hyphens. */
  function fileName(text) {
    const words = text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-/, "");
    return [...words].slice(0, 60).join("").replace(/-$/, "") || "network";
  }
  const image = () => (view.state.pane === "map" && document.querySelector("#map svg") ? mapImage() : networkImage());
  const asText = () => new XMLSerializer().serializeToString(image());
  function offer(blob, suffix) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${fileName(title)}.${suffix}`;
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
  // A canvas would be printed in the colours of the screen, and squeezed: on paper the network is drawn anew.
  const onPaper = [];
  addEventListener("beforeprint", () => {
    view.now();
    if (view.state.pane !== "network") return;
    const drawn = networkImage(tones("light"));
    drawn.setAttribute("class", "paper");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", title);
    picture.box.after(drawn);
    onPaper.push(drawn);
  });
  addEventListener("afterprint", () => { for (const drawn of onPaper.splice(0)) drawn.remove(); });
  document.getElementById("save-svg").addEventListener("click", () => offer(new Blob([asText()], { type: "image/svg+xml" }), "svg"));
  document.getElementById("save-png").addEventListener("click", async () => offer(await asPng(), "png"));
  document.getElementById("print").addEventListener("click", () => print());
  return { asText, asPng, fileName };
})();
