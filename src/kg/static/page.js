"use strict";
// Suggests names of things while one is typed. Without it every form works all the same.
(() => {
  const home = new URL("../", document.currentScript.src);
  let last = 0;
  for (const field of document.querySelectorAll("input[data-suggest]")) {
    let list = field.list;
    if (!list) {
      list = document.createElement("datalist");
      list.id = `${field.id}-names`;
      field.after(list);
      field.setAttribute("list", list.id);
    }
    let timer = 0;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      const text = field.value.trim();
      if (text.length < 2) return;
      timer = setTimeout(async () => {
        const turn = ++last;
        const address = new URL("suggest", home);
        address.search = new URLSearchParams({ q: text, kind: field.dataset.suggest });
        const answer = await fetch(address).catch(() => null);
        if (!answer || !answer.ok || turn !== last) return;
        const found = await answer.json();
        list.replaceChildren(...found.map(({ value, label }) => {
          const option = document.createElement("option");
          option.value = value;
          option.textContent = label;
          return option;
        }));
      }, 150);
    });
  }
})();
