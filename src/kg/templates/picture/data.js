"use strict";
// What Python laid out and told, and the few ways by which it enters the page: only ever as text.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const things = new Map(read("nodes").map(({ label, color, title, ...thing }) => [thing.id, { ...thing, name: label }]));
const links = read("edges");
const linksOf = new Map([...things.keys()].map((id) => [id, []]));
for (const link of links) {
  linksOf.get(link.from).push(link);
  if (link.to !== link.from) linksOf.get(link.to).push(link);
}
const looks = read("looks");
const told = read("told");

/** A new element of HTML under `parent`, with a text and attributes. */
function put(parent, tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}
/** The same for SVG. */
function svg(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
/** A button under `parent` that does something. */
function button(parent, text, does, attributes = {}) {
  const element = put(parent, "button", text, { type: "button", ...attributes });
  element.addEventListener("click", does);
  return element;
}
/** The outline of a shape as the path of an SVG. */
function outlinePath(shape, x, y, size) {
  return `M${looks.shapes[shape].map(([px, py]) => `${(x + px * size).toFixed(1)} ${(y + py * size).toFixed(1)}`).join("L")}Z`;
}
