"use strict";
// The first frame first; all else follows it.
picture.ready(() => {
  address.restore();
  view.on(picture.show);
  for (const part of [timeline, map]) part.draw();
  for (const part of [card, finder, twin, legend, address]) view.on(part.show);
  view.now();
  document.body.dataset.ready = "yes";
});
// For tests and for those who want to look inside; nothing on the page depends on it.
window.kgPicture = { things, links, told, looks, view, chains, picture, finder, nameOf, save };
