/* The book's own script: each feature is a function, called at the end. */
"use strict";

/* WORDS stands before it, from book/words/site.yml: see book/stage/script.py. */

/** Offer all Python of the chapter, as its script has it. */
function copyAll(article, line, say) {
  line.querySelector("[name=copy]").addEventListener("click", async () => {
    const blocks = article.querySelectorAll(".language-python code");
    const codes = Array.from(blocks, (code) => code.textContent.trimEnd());
    const copied = await copy(codes.join("\n\n\n") + "\n");
    say(copied ? WORDS.copied : WORDS.refused);
  });
}

/** Copy a text; without https, the old way is the only one. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    before.focus();
    return copied;
  }
}

/** Offer the chapter in two columns: this language and the other one. */
function sideBySide(article, line, say) {
  const link = line.querySelector("a[hreflang]");
  const button = line.querySelector("[name=both]");
  let woven = null;

  async function weaveAll() {
    const other = await partner(link.href);
    pairs(article, other).forEach((pair) => weave(...pair, link.lang));
  }

  async function show(on) {
    try {
      await (woven ??= weaveAll());
    } catch (error) {
      woven = null;
      say(WORDS[error.message] ?? String(error));
      return;
    }
    keepPlace(article, () => article.classList.toggle("both", on));
    button.setAttribute("aria-pressed", on);
    choice("book.both", on);
    say("");
  }

  button.setAttribute("aria-pressed", false);
  button.addEventListener("click", () =>
    show(!article.classList.contains("both")),
  );
  if (choice("book.both") === "true") show(true);
}

/** Fetch the article of a page; its links lead where they led. */
async function partner(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Error("missing");
  const html = await answer.text();
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const a of page.querySelectorAll('a[href]:not([href^="#"])')) {
    a.href = new URL(a.getAttribute("href"), address);
  }
  return page.querySelector("article");
}

const ONCE = ".rooms, .guards, .highlight, .equation, img, svg, button";
const PROSE =
  "h1, h2, h3, h4, p, li, summary, figcaption, th, td, dt, dd, legend, " +
  "label > span";

/** The blocks of prose of two articles, in pairs; or they must differ. */
function pairs(mine, theirs) {
  const [ours, others] = [[...mine.children], [...theirs.children]];
  if (kind(mine) !== kind(theirs)) throw new Error("differs");
  if (mine.matches(ONCE)) return [];
  if (mine.matches(PROSE) && !ours.some((e) => e.matches("p, div, ul, ol"))) {
    return words(mine) === words(theirs) ? [] : [[mine, theirs]];
  }
  if (ours.length !== others.length) throw new Error("differs");
  return ours.flatMap((e, i) => pairs(bare(e), others[i]));
}

/** What the two blocks of a pair have in common. */
function kind(e) {
  return e.tagName + { DIV: e.classList[0], H2: e.id, H3: e.id }[e.tagName];
}

/** The text of a block without its tooltips. */
function words(e) {
  const copy = e.cloneNode(true);
  for (const tip of copy.querySelectorAll("[role=tooltip]")) tip.remove();
  return copy.textContent;
}

/** A table without the frame that the theme's script puts around it. */
function bare(e) {
  return e.matches(".md-typeset__scrollwrap") ? e.querySelector("table") : e;
}

/** Put the words of another block beside those of this one. */
function weave(mine, theirs, language) {
  const pair = document.createElement("span");
  pair.className = "pair";
  pair.innerHTML = "<span></span><span></span>";
  const [first, second] = pair.children;
  first.append(...mine.childNodes);
  second.append(...theirs.childNodes);
  second.lang = language;
  for (const link of second.querySelectorAll(".headerlink")) link.remove();
  for (const name of ["id", "aria-describedby"]) {
    for (const e of second.querySelectorAll(`[${name}]`)) {
      e.setAttribute(name, `${e.getAttribute(name)}-${language}`);
    }
  }
  mine.append(pair);
  for (const part of pair.children) {
    if (part.querySelector("math")) reach.observe(part);
  }
}

/** Change an article while what is being read stays where it is. */
function keepPlace(article, change) {
  const top = (e) => e.getBoundingClientRect().top;
  const seen = (e) => e && top(e) >= 0 && top(e) < innerHeight;
  const blocks = [document.querySelector(":target"), ...article.children];
  const read = blocks.find(seen) ?? article;
  const before = top(read);
  change();
  scrollBy({ top: top(read) - before, behavior: "instant" });
}

/** Keep a choice and read it, where the browser allows it. */
function choice(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Open a figure over its page instead of by itself. */
function enlargeFigures() {
  for (const link of document.querySelectorAll("figure > a")) {
    const [image, caption] = [link.firstChild, link.nextElementSibling];
    link.title = WORDS.enlarge;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const dialog = document.createElement("dialog");
      const close = document.createElement("button");
      close.textContent = WORDS.close;
      dialog.append(close, image.cloneNode());
      dialog.setAttribute("aria-label", caption.textContent);
      const { naturalWidth: width, naturalHeight: height } = image;
      dialog.style = `--width: ${width}px; --ratio: ${width / height}`;
      dialog.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => {
        dialog.remove();
        link.focus();
      });
      link.after(dialog);
      dialog.showModal();
    });
  }
}

/** A slider shows one frame of its figure at a time. */
function moveFigures() {
  for (const input of document.querySelectorAll(".slider input")) {
    const parts = input.closest("figure").querySelectorAll("[data-frame]");
    const show = () => {
      for (const part of parts) {
        const seen = part.dataset.frame === input.value;
        part.setAttribute("display", seen ? "inline" : "none");
        if (!seen || !part.matches(".value")) continue;
        input.setAttribute("aria-valuetext", part.textContent.trim());
      }
    };
    input.addEventListener("input", show);
    show(); // a browser may have kept another value
  }
}

/** A tooltip closes on Escape, until its term is left. */
function dismissTooltips() {
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const term of document.querySelectorAll("dfn:is(:hover, :focus)")) {
      const open = () => term.classList.remove("dismissed");
      term.classList.add("dismissed");
      term.addEventListener("pointerleave", open, { once: true });
      term.addEventListener("blur", open, { once: true });
    }
  });
}

/** Show a formula beside what refers to it, for pointer and keyboard. */
function previewFormulas() {
  const box = document.createElement("div");
  box.id = "formula-preview";
  box.ariaHidden = true; // whoever hears the page follows the link
  let [shown, dismissed] = [null, null];
  const reference = (e) => e.target.closest?.('article a[href^="#eq:"]');

  function show(link) {
    const target = document.getElementById(link.hash.slice(1));
    const formula = target?.closest("math");
    if (!formula || link === shown || link === dismissed) return;
    hide();
    shown = link;
    const copy = formula.cloneNode(true);
    for (const e of copy.querySelectorAll("[id]")) e.removeAttribute("id");
    box.replaceChildren(copy);
    document.querySelector("main").append(box);
    const { left, top, bottom } = link.getClientRects()[0];
    const { offsetWidth: width, offsetHeight: height } = box;
    const origin = box.offsetParent.getBoundingClientRect();
    const end = document.documentElement.clientWidth - width - 8;
    const x = Math.max(8, Math.min(left, end));
    const y = bottom + height < innerHeight ? bottom : top - height;
    box.style = `left: ${x - origin.left}px; top: ${y - origin.top}px`;
  }

  function hide() {
    box.remove();
    shown = null;
  }

  function leave() {
    const used = (e) => e?.matches(":hover, :focus-visible");
    if (!used(dismissed)) dismissed = null;
    if (shown && !used(shown) && !used(box)) hide();
  }

  addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && reference(event);
    if (link) show(link);
  });
  addEventListener("focusin", (event) => {
    const link = reference(event);
    if (link?.matches(":focus-visible")) show(link);
  });
  for (const left of ["pointerout", "focusout"]) {
    addEventListener(left, () => setTimeout(leave, 100));
  }
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !shown) return;
    dismissed = shown;
    hide();
  });
}

/** Let the buttons work in a chapter's line of links. */
function chapter() {
  const article = document.querySelector("article");
  const line = article?.querySelector(".rooms");
  if (!line?.querySelector("button")) return;
  const status = document.createElement("span");
  const say = (text) => (status.textContent = text);
  sideBySide(article, line, say);
  copyAll(article, line, say);
  status.setAttribute("role", "status");
  line.append(" ", status);
}

/** Let the keyboard reach what scrolls sideways, while it does. */
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

/** What may scroll sideways on the page as it was made. */
function scrolling() {
  const boxes = ".equation, :is(p, ul, ol):has(math), .md-typeset__scrollwrap";
  for (const box of document.querySelectorAll(boxes)) reach.observe(box);
}

const HERE = document.currentScript.src;
const ROOT = new URL("../../", HERE); // of the site in this language

/** Load scripts of the site, one after the other. */
function load(...names) {
  const loading = names.map((name) => {
    const script = document.createElement("script");
    script.src = new URL(name, ROOT);
    script.async = false;
    document.head.append(script);
    return new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(script.remove());
    });
  });
  return Promise.all(loading);
}

/** Open the box of the search; what fills it comes when it is needed. */
function search() {
  const button = document.querySelector(".book-find");
  const box = button?.nextElementSibling;
  if (!box) return;
  const input = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  const code = ["search_words", "search", "search_box"];
  const scripts = code.map((name) => `assets/javascripts/${name}.js`);
  let ready = null;

  function begin() {
    ready ??= load(...scripts, "search/index.js").then(
      () => bookSearch.fill(box, ROOT),
      () => {
        ready = null;
        status.textContent = WORDS.not_loaded;
      },
    );
  }

  function open() {
    if (!box.open) box.showModal();
    input.select();
    begin();
  }

  button.addEventListener("click", open);
  button.addEventListener("pointerenter", begin);
  input.addEventListener("input", begin);
  box.addEventListener("click", ({ target }) => {
    if (target === box || target.closest("a")) box.close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault(); // it would empty the field first
    box.close();
  });
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    const command = event.ctrlKey || event.metaKey;
    const writes = target.closest?.("input, textarea, select, dialog");
    const plain = !command && !event.altKey && !writes;
    if (command ? key !== "k" : !plain || !"/fs".includes(key)) return;
    event.preventDefault();
    open();
  });
  const asked = new URL(location).searchParams.get("q");
  if (asked) {
    input.value = asked;
    open();
  }
}

/** Mark the words of the search that led here. */
async function markFound() {
  const address = new URL(location);
  const found = address.searchParams.getAll("h");
  if (!found.length) return;
  address.searchParams.delete("h");
  try {
    history.replaceState(history.state, "", address); // who gets it searched not
  } catch {} // from disk, some browsers do not allow it
  await load(
    "assets/javascripts/search_words.js",
    "assets/javascripts/search_box.js",
  );
  bookSearch.mark(document.querySelector("article"), found);
}

/** Light the arrows of the box of a map that is pointed at or focused. */
function lightMaps() {
  for (const map of document.querySelectorAll(".book-map svg")) {
    const light = ({ target, type }) => {
      const box = type !== "pointerleave" && target.closest("[data-node]");
      for (const arrow of map.querySelectorAll("[data-ends]")) {
        const ends = arrow.dataset.ends.split(" ");
        arrow.classList.toggle("lit", !!box && ends.includes(box.dataset.node));
      }
    };
    for (const type of ["pointerover", "pointerleave", "focusin"]) {
      map.addEventListener(type, light);
    }
  }
}

const BLOCKS = "h1, h2, h3, h4, p, li, pre, figure, table, .equation";

/** The blocks of a page: the same ones, in order, in both languages. */
function blocks() {
  const all = document.querySelectorAll(`article :is(${BLOCKS})`);
  return [...all].filter((e) => !e.closest("[role=tooltip], dialog"));
}

/** Keep place, open notes and colours when the language changes. */
function sameInBoth() {
  const links = document.querySelectorAll("a[hreflang][lang]");
  const notes = () => [...document.querySelectorAll("article details")];
  const edge = () => document.querySelector(".md-header")?.offsetHeight ?? 0;

  function leave({ currentTarget: link }) {
    link.hash = location.hash;
    const all = blocks();
    const at = all.findIndex(
      (e) => e.checkVisibility() && e.getBoundingClientRect().bottom > edge(),
    );
    const { top, height } = all[at]?.getBoundingClientRect() ?? {};
    const open = notes().flatMap((note, i) => (note.open ? [i] : []));
    const begun = top < edge() ? (edge() - top) / height : 0;
    const place = { at, top, begun, open, page: link.pathname };
    if (scrollY > 0 || open.length) choice("book.place", JSON.stringify(place));
    shareScheme(link);
  }

  function arrive() {
    const place = JSON.parse(choice("book.place") || "null");
    if (!place) return;
    choice("book.place", "");
    if (place.page !== location.pathname) return;
    place.open.forEach((i) => notes()[i]?.setAttribute("open", ""));
    const block = blocks()[place.at];
    if (!block) return;
    const put = () => {
      const { top, height } = block.getBoundingClientRect();
      const wanted = place.begun ? edge() - place.begun * height : place.top;
      scrollBy({ top: top - wanted, behavior: "instant" });
    };
    put();
    addEventListener("load", () => setTimeout(put), { once: true });
  }

  for (const link of links) {
    for (const type of ["click", "auxclick"]) {
      link.addEventListener(type, leave);
    }
  }
  const palette = document.querySelector("[data-md-component=palette]");
  palette?.addEventListener("change", () =>
    setTimeout(() => links[0] && shareScheme(links[0])),
  );
  arrive();
}

/** Give the other language, whose settings are its own, these colours. */
function shareScheme(link) {
  if (typeof __md_get === "undefined") return;
  const other = new URL(`../${link.lang}/`, __md_scope);
  const chosen = __md_get("__palette");
  if (chosen) __md_set("__palette", chosen, localStorage, other);
}

search();
markFound();
chapter();
sameInBoth();
lightMaps();
addEventListener("load", scrolling); // after the theme has framed the tables
enlargeFigures();
moveFigures();
dismissTooltips();
previewFormulas();
