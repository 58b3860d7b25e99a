"use strict";
// The SPARQL editor: YASGUI's parts, with our prefixes, words and questions, and links to our pages. It asks one endpoint only.
(async () => {
  const place = document.getElementById("editor");
  const at = (address) => new URL(address, document.baseURI).href;
  const part = (id) => document.getElementById(id);
  const [run, copy, status, choice, about] = ["run", "copy", "status", "question", "about"].map(part);
  const { Yasqe, Yasr } = Yasgui;

  const answer = await fetch(at(place.dataset.words)).catch(() => null);
  if (!answer || !answer.ok) status.textContent = "The words of the data could not be loaded; queries work without completion.";
  const { prefixes, pages, questions, terms } = answer && answer.ok ? await answer.json() : { prefixes: {}, pages: {}, questions: [], terms: [] };

  // Completion.
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = new Map(terms.map(([short, kind, label, names]) => [short, { short, kind, label, names, all: fold(`${short} ${label} ${names}`) }]));
  const own = Object.entries(prefixes).filter(([, space]) => space in pages).map(([prefix]) => `${prefix}:`);
  const most = 60;
  const around = (editor) => {
    const token = editor.getCompleteToken();
    const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
    return { token, before: before ? before.string : "" };
  };
  // A match at the beginning of the local part or of the label stands before one elsewhere, our own words before others.
  const matching = (typed, kind) => {
    const [, prefix, local] = /^(?:([^:]*):)?(.*)$/s.exec(typed);
    const sought = fold(local);
    const found = [];
    for (const word of words.values()) {
      if (kind && word.kind !== kind) continue;
      if (prefix !== undefined && !word.short.startsWith(`${prefix}:`)) continue;
      if (!word.all.includes(sought)) continue;
      const first = fold(word.short.slice(word.short.indexOf(":") + 1)).startsWith(sought) ? 0 : fold(word.label).startsWith(sought) ? 1 : 2;
      found.push([first, own.some((prefix) => word.short.startsWith(prefix)) ? 0 : 1, word.short]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1));
    return found.slice(0, most).map(([, , short]) => short);
  };
  const described = (editor, hints) => hints.map((hint) => {
    const word = words.get(hint.text);
    if (word) hint.render = (element) => {
      const says = document.createElement("span");
      says.className = "says";
      says.textContent = ` ${[word.label, word.names].filter(Boolean).join(" · ")}`;
      element.append(hint.text, says);
    };
    return hint;
  });
  const isClass = (before) => before === "a" || before === "rdf:type";
  Yasqe.registerAutocompleter({
    name: "terms",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition(editor) {
      const { token, before } = around(editor);
      if (/^prefix$/i.test(before)) return false;
      return /^[\w.-]*:[^\s<>]*$/.test(token.string) || (isClass(before) && !token.string.trim());
    },
    get(editor, token) {
      const { before } = around(editor);
      return matching(token.string.trim(), isClass(before) ? "class" : undefined);
    },
    postprocessHints: described,
  }, false);
  // The tokens of SPARQL know no bare words, so that the word is taken from the line.
  const bare = (editor) => {
    const { line, ch } = editor.getDoc().getCursor();
    const found = /(?:^|[\s{(;,.^/|])(\p{L}[\p{L}\p{M}\p{N}_-]{2,})$/u.exec(editor.getDoc().getLine(line).slice(0, ch));
    return found && { string: found[1], start: ch - found[1].length, end: ch };
  };
  Yasqe.registerAutocompleter({
    name: "names",
    bulk: false,
    autoShow: false,
    isValidCompletionPosition(editor) {
      const word = bare(editor);
      return word !== null && !/^prefix$/i.test(around(editor).before) && matching(word.string).length > 0;
    },
    preProcessToken(editor, token) {
      const word = bare(editor);
      return word ? { ...token, ...word, from: { ch: word.start }, to: { ch: word.end } } : token;
    },
    get: (editor, token) => matching(token.string),
    postprocessHints: described,
  }, false);
  Yasqe.registerAutocompleter({
    ...Yasqe.Autocompleters.prefixes,
    get: Object.entries(prefixes).map(([prefix, space]) => `${prefix}: <${space}>`).sort(),
    persistenceId: "kg-prefixes",
  }, false);
  // Options are merged place by place, so that the defaults, which ask other servers, must go first.
  Yasqe.defaults.autocompleters = [];

  // The link: only the query, or the name of a question, is taken from it; where the query goes is not for a link to say.
  const linked = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const known = questions.find(({ name }) => name === given.get("question"));
    return given.get("query") ?? (known ? known.text : null);
  };
  const link = (text) => {
    const known = questions.find((question) => question.text === text);
    return `#${new URLSearchParams(known ? { question: known.name } : { query: text })}`;
  };

  const used = ["id", "kg", "rdfs"].filter((prefix) => prefix in prefixes);
  const editor = new Yasqe(part("query"), {
    requestConfig: {
      endpoint: at(place.dataset.endpoint),
      method: "POST",
      acceptHeaderSelect: "application/sparql-results+json,application/json;q=0.9",
      acceptHeaderGraph: "text/turtle,application/n-triples;q=0.9",
    },
    value: linked() ?? `${used.map((prefix) => `PREFIX ${prefix}: <${prefixes[prefix]}>\n`).join("")}SELECT ?thing ?label WHERE {\n  ?thing rdfs:label ?label .\n} LIMIT 20\n`,
    autocompleters: ["prefixes", "variables", "terms", "names"],
    prefixCcApi: null,
    persistenceId: null,
    createShareableLink: null,
    consumeShareLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    screenReaderLabel: "SPARQL query",
    extraKeys: { Tab: false, "Shift-Tab": false },
    hintConfig: { container: place },
  });
  editor.on("autocompletionShown", (_, widget) => widget.hints.setAttribute("aria-label", "Words that fit"));
  const shown = new Yasr(part("results"), {
    prefixes,
    persistenceId: null,
    plugins: { table: { enabled: true, dynamicConfig: { compact: true, isEllipsed: false } } },
    getDownloadFileName: () => "answer",
  });

  // Running.
  let running = false;
  const began = (does) => {
    running = does;
    run.textContent = does ? "Stop" : "Run";
    place.toggleAttribute("data-running", does);
  };
  const start = () => editor.query().catch(() => {});  // what went wrong is shown with the answer
  run.addEventListener("click", () => (running ? editor.abortQuery() : start()));
  editor.on("query", () => {
    began(true);
    status.textContent = "Running …";
    history.replaceState(null, "", link(editor.getValue()));
  });
  // An error of the server is a problem document (RFC 9457): people need its sentence.
  const readable = (response) => {
    if (!(response instanceof Error)) return response;
    if (response.name === "AbortError") return new Error("Stopped.");
    try {
      const { title, detail } = JSON.parse(response.message);
      return new Error(detail || title || response.message);
    } catch {
      return response.message === "Failed to fetch" ? new Error("The server cannot be reached.") : response;
    }
  };
  editor.on("queryResponse", (_, response, milliseconds) => {
    began(false);
    const read = readable(response);
    shown.setResponse(read, milliseconds);
    const rows = read instanceof Error ? null : shown.results.getBindings();
    const what = rows ? `${rows.length} ${rows.length === 1 ? "row" : "rows"}` : "Answered";
    status.textContent = read instanceof Error ? read.message : `${what} in ${(milliseconds / 1000).toFixed(2)} s`;
  });

  // What the result view lacks: names for its controls, and links to our pages. It draws them anew with every answer.
  const page = (iri) => {
    const space = Object.keys(pages).filter((one) => iri.startsWith(one) && iri.length > one.length).sort((a, b) => b.length - a.length)[0];
    return space && at(`${place.dataset.root}${pages[space][0]}${encodeURIComponent(iri.slice(space.length))}${pages[space][1]}`);
  };
  const mend = () => {
    for (const one of shown.rootEl.querySelectorAll("a.iri:not([data-mended])")) {
      const ours = page(one.getAttribute("href") ?? "");
      one.dataset.mended = "";
      one.removeAttribute("target");
      if (ours) one.href = ours;
    }
    shown.resultsEl.tabIndex = 0;  // it scrolls sideways, also by keyboard
    shown.resultsEl.setAttribute("role", "region");
    shown.resultsEl.setAttribute("aria-label", "Rows of the answer");
    for (const one of shown.rootEl.querySelectorAll("select.tableSizer:not([aria-label])")) one.setAttribute("aria-label", "Rows on a page");
    for (const one of shown.rootEl.querySelectorAll(".CodeMirror textarea:not([aria-label])")) one.setAttribute("aria-label", "The response as it was sent");
    for (const one of shown.rootEl.querySelectorAll(".yasr_external_ref_btn")) one.remove();
  };
  new MutationObserver(mend).observe(shown.rootEl, { childList: true, subtree: true });
  mend();

  // Questions and links.
  choice.append(...questions.map(({ name, title }) => new Option(title || name, name)));
  const tell = () => {
    const known = questions.find(({ text }) => text === editor.getValue());
    choice.value = known ? known.name : "";
    about.textContent = known ? known.about : "";
    about.hidden = !about.textContent;
  };
  choice.addEventListener("change", () => {
    const known = questions.find(({ name }) => name === choice.value);
    if (known) editor.setValue(known.text);
  });
  editor.on("change", tell);
  addEventListener("hashchange", () => {
    const text = linked();
    if (text !== null) editor.setValue(text);
  });
  copy.addEventListener("click", async () => {
    const address = new URL(link(editor.getValue()), location.href).href;
    history.replaceState(null, "", address);
    const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
    status.textContent = copied ? "The link is copied." : "The link is in the address bar.";
  });
  tell();
  place.dataset.ready = "";
})();
