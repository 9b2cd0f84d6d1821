/* What the search finds, in the box that book.js opens; and the words of a
   search, marked on the page that was found. */
"use strict";

{
  const [PAGES, SECTIONS, MARKED] = [12, 3, 8];

  /** Show what is found for what stands in a box, now and as it changes. */
  bookSearch.fill = (box, root) => {
    const data = bookSearch.prepare(bookSearch.index);
    const [input, status, list] = ["input", "[role=status]", "ol"].map((name) =>
      box.querySelector(name),
    );
    let [asked, timer] = ["", 0];

    function show(writing) {
      clearTimeout(timer);
      if (input.value === asked) return;
      const results = bookSearch.find(data, input.value);
      if (writing && !results.length) return; // half a word of an input method
      asked = input.value;
      status.textContent = asked.trim() && said(results);
      const shown = results.slice(0, PAGES);
      list.replaceChildren(...shown.map((result) => page(result, root)));
      list.parentElement.scrollTop = 0;
    }

    // Not on a key: an input method or the mouse may write as well.
    for (const kind of ["input", "compositionend"]) {
      input.addEventListener(kind, ({ isComposing }) => {
        clearTimeout(timer);
        timer = setTimeout(show, 40, isComposing);
      });
    }
    input.addEventListener("change", () => show());
    box.addEventListener("keydown", (event) => {
      const { key, isComposing } = event;
      if (isComposing || !["ArrowDown", "ArrowUp", "Enter"].includes(key)) return;
      show(); // before the focus moves: of all that was typed
      const links = [input, ...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (at < 0 || (at && key === "Enter")) return;
      event.preventDefault();
      if (key === "Enter") links[1]?.click();
      else links[at + (key === "ArrowDown" ? 1 : -1)]?.focus();
    });
    show();
  };

  /** How much was found, in a word. */
  function said(results) {
    if (!results.length) return WORDS.found_none;
    if (!results[0].all) return WORDS.found_some;
    const all = results.filter((result) => result.all).length;
    return all === 1 ? WORDS.found_one : WORDS.found.replace("{}", all);
  }

  /** A page and its best sections; the others unfold. */
  function page({ page, hits }, root) {
    const item = make("li");
    const head = make("p", page.title);
    if (page.part) head.append(make("small", page.part));
    const links = hits
      .filter((hit) => hit.all === hits[0].all)
      .map((hit) => link(hit, root));
    item.append(head, ...links.slice(0, SECTIONS));
    if (links.length > SECTIONS) {
      const rest = make("details");
      const count = links.length - SECTIONS;
      rest.append(make("summary", WORDS.found_more.replace("{}", count)));
      rest.append(...links.slice(SECTIONS));
      item.append(rest);
    }
    return item;
  }

  /** A link to a section, with the words that it was found by marked. */
  function link(hit, root) {
    const { page, anchor, kind, title, text, hidden } = hit.section;
    const address = new URL(page.place, root);
    const places = bookSearch.places(hit, text);
    const titled = bookSearch.places(hit, title);
    for (const word of marks(places, text, titled, title)) {
      address.searchParams.append("h", word);
    }
    address.hash = anchor;
    const a = make("a");
    a.href = address;
    a.append(marked("b", title, titled, 0, title.length));
    const code = bookSearch.places(hit, hidden);
    if (typeof kind === "string") // a definition is read from its beginning
      a.append(marked("span", text, places, 0, text.length));
    else if (places.length || !code.length) a.append(preview(text, places));
    else a.append(marked("code", ...words(hidden, code)));
    return a;
  }

  /** The words to mark on the page; those in a row as one. */
  function marks(places, text, titled, title) {
    const found = [
      ...places.map(({ at, length }) => text.slice(at, at + length)),
      ...titled.map(({ at, length }) => title.slice(at, at + length)),
    ].map(bookSearch.plain);
    const longest = [...new Set(found)].sort((a, b) => b.length - a.length);
    return longest
      .filter((word, i) => !longest.slice(0, i).some((w) => w.includes(word)))
      .slice(0, MARKED);
  }

  /** The piece of a text that has most of the words, from where it begins. */
  function preview(text, places) {
    const size = /\p{Script=Han}/u.test(text.slice(0, 40)) ? 90 : 180;
    let [best, from] = [0, 0];
    for (const { at } of places) {
      const near = places.filter((p) => p.at >= at && p.at < at + size / 2);
      const different = new Set(near.map(({ part }) => part)).size;
      if (different > best) [best, from] = [different, at];
    }
    const before = text.slice(Math.max(0, from - size / 2), from);
    const sentence = before.match(/(?:^|[。！？；]|[.!?:;] )([^。！？；]*?)$/s);
    let start = from - (sentence?.[1].length ?? 0);
    if (!sentence) start = Math.max(0, from - size / 4);
    while (start && /[a-z0-9]/i.test(text[start - 1])) start--;
    const end = Math.min(text.length, Math.max(start, from - size / 2) + 2 * size);
    const piece = marked("span", text, places, start, end);
    if (start) piece.prepend("… ");
    return piece;
  }

  /** The words of code that were found, and where in them. */
  function words(hidden, places) {
    const found = new Set();
    for (const { at, length } of places) {
      const end = hidden.indexOf(" ", at + length);
      const start = hidden.lastIndexOf(" ", at) + 1;
      found.add(hidden.slice(start, end < 0 ? undefined : end));
    }
    const text = [...found].slice(0, 4).join(" ");
    return [text, [], 0, text.length];
  }

  /** A piece of a text, in which places are marked. */
  function marked(tag, text, places, start, end) {
    const element = make(tag);
    let done = start;
    for (const { at, length } of places.toSorted((a, b) => a.at - b.at)) {
      const stop = Math.min(at + length, end);
      if (at < start || stop <= done) continue;
      element.append(text.slice(done, Math.max(at, done)));
      element.append(make("mark", text.slice(Math.max(at, done), stop)));
      done = stop;
    }
    element.append(text.slice(done, end));
    return element;
  }

  function make(tag, text = "") {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }

  /** Mark words on the page, without a change to what it is made of. */
  bookSearch.mark = (article, found) => {
    if (!globalThis.Highlight) return;
    const escaped = found.map((word) =>
      plainly(word).replace(/ /g, "[\\s\\-‐‑–—]+"),
    );
    const either = escaped.map((word) => bounded(word)).join("|");
    const pattern = new RegExp(either, "giu");
    const ranges = [];
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest("[role=tooltip], script, style")) continue;
      for (const { 0: word, index } of node.data.matchAll(pattern)) {
        const range = new StaticRange({
          startContainer: node,
          startOffset: index,
          endContainer: node,
          endOffset: index + word.length,
        });
        ranges.push(range);
      }
    }
    CSS.highlights.set("book-search", new Highlight(...ranges));
  };

  /** A word in a pattern. */
  function plainly(word) {
    return bookSearch.plain(word).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }

  /** A word in a pattern, whole where its script parts words. */
  function bounded(word) {
    const [head, tail] = [/^[a-z0-9]/, /[a-z0-9]$/].map((e) => e.test(word));
    return `${head ? "(?<![a-z0-9])" : ""}${word}${tail ? "(?![a-z0-9])" : ""}`;
  }
}
