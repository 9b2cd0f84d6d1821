/* The search in the index of a site, search/index.js.

   Where the words of a query stand decides: all of them before some, in
   titles before in text. */
"use strict";

{
  const { HAN, LETTER, REST, cut, isSmall, plain, stem, words } = bookSearch;

  /** Make an index ready to be searched. */
  function prepare({ pages: given, synonyms }) {
    const pages = given.map(preparePage);
    const glossary = pages.find(({ place }) => place === "glossary.html");
    const terms = new Map(glossary?.sections.map((s) => [s.anchor, s]));
    const [known, names] = [new Set(), new Map()];
    for (const [anchor, ...group] of synonyms) {
      const all = group.map(words);
      for (const name of all) {
        for (const word of name) if (HAN.test(word)) known.add(word);
        for (const key of new Set([name.join(""), name.map(stem).join(" ")])) {
          const same = all.map((name) => ({ name, term: terms.get(anchor) }));
          names.set(key, [...(names.get(key) ?? []), ...same]);
        }
      }
    }
    const length = Math.max(...Array.from(known, (word) => word.length));
    const sections = pages.flatMap((page) => page.sections);
    return { known, length, names, sections, glossary, having: new Map() };
  }

  function preparePage([place, name, part, weight, entries]) {
    const page = { place, title: name, part };
    let above = plain(part);
    page.sections = entries.map(([anchor, kind, title, text, hidden]) => {
      const fields = [title, text, hidden, anchor, above, name].map(plain);
      if (kind < 3) above = kind === 2 ? fields[0] : "";
      const all = fields.join("\n");
      const own = anchor ? weight : Math.max(weight, 0.9); // its title counts
      const worth = own * (WORTH[anchor.match(/^[a-z]+/)?.[0]] ?? 1);
      return { page, anchor, kind, title, text, hidden, fields, all, worth };
    });
    return page;
  }

  /** Where all words of a chapter stand by the way, few look for them. */
  const WORTH = { references: 0.3, exercise: 0.5, summary: 0.7 };

  /** What to look for: words, their other names, and what they are in a row. */
  function parts(query, { known, names }) {
    const found = [];
    const { length } = query;
    query.forEach((word, i) => {
      const last = i === length - 1;
      const look = HAN.test(word) ? inARow([word]) : form(word, last);
      const small = isSmall(word, known); // stands anywhere: only titles count
      found.push({ from: i, to: i + 1, look, worth: 1, small });
      const end = word.split(".").at(-1); // nn.functional.relu is F.relu
      if (end !== word) {
        found.push({ from: i, to: i + 1, look: form(end, last), worth: 0.6 });
      }
    });
    for (let from = 0; from < length; from++) {
      for (let to = from + 1; to <= length; to++) {
        const row = query.slice(from, to);
        const typed = row.map((word) => word.replace(/.*\.|_/g, "")).join("");
        const others =
          names.get(row.join("")) ??
          names.get(typed) ??
          names.get(row.map(stem).join(" ")) ??
          [];
        for (const { name, term } of others) {
          const worth = name.join() === row.join() ? 1.2 : 1;
          found.push({ from, to, look: inARow(name), worth, term });
        }
        if (to - from > 1) {
          const look = inARow(row, to === length);
          found.push({ from, to, look, row: true, worth: 0.5 });
        }
      }
    }
    return found;
  }

  /** Look for the forms of a word: where, how long, and how alike. */
  function form(word, open) {
    const base = stem(word);
    let length = 0;
    while (length < base.length && base[length] === word[length]) length++;
    const start = word.slice(0, length);
    const grade = (whole) => {
      if (whole === word) return 1;
      if (stem(whole) === base) return 0.9;
      if (!whole.startsWith(word) || word.length < 2) return 0;
      return open ? 0.5 : word.length > 3 ? 0.2 : 0;
    };
    const look = (text) => {
      const found = [];
      let at = text.indexOf(start);
      for (; at >= 0; at = text.indexOf(start, at + length)) {
        if (at && LETTER.test(text[at - 1])) continue;
        const more = text.startsWith(word, at) ? word.length : length;
        REST.lastIndex = at + more;
        const whole = text.slice(at, at + more) + REST.exec(text)[0];
        const alike = grade(whole);
        if (alike) found.push({ at, length: whole.length, alike });
      }
      return found;
    };
    return Object.assign(look, { start, size: word.length });
  }

  /** Look for words in a row, with a space between them or none. */
  function inARow(row, open) {
    const [first, last] = [row[0], row.at(-1)];
    const tail = open || HAN.test(last) ? "" : "(?:e?s)?(?![a-z0-9])";
    const middle = row.map((w) => w.replaceAll(".", "\\.")).join("[ _]?");
    const pattern = new RegExp(middle + tail, "y");
    const look = (text) => {
      const found = [];
      let at = text.indexOf(first);
      for (; at >= 0; at = text.indexOf(first, at + 1)) {
        if (at && LETTER.test(first[0]) && LETTER.test(text[at - 1])) continue;
        pattern.lastIndex = at;
        const length = pattern.exec(text)?.[0].length;
        if (length) found.push({ at, length, alike: 1 });
      }
      return found;
    };
    return Object.assign(look, { start: first, size: row.join(" ").length });
  }

  /** How much it says that a part of the query stands in each field. */
  function value(part, { fields, anchor, page: at }) {
    let sum = 0;
    const [title, text, hidden, id, above, page] = fields.map((field, i) => {
      let best = 0;
      if (part.small && i) return best;
      for (const { alike } of part.look(field)) {
        if (alike > best) best = alike;
        if (i === 1) sum += alike;
      }
      return best;
    });
    const rate = sum / (sum + 0.6 + fields[1].length / 1500);
    const covers = Math.min(1, part.look.size / fields[0].length);
    const here =
      (anchor ? 3 : 4) * title * (0.6 + 0.4 * covers) +
      1.8 * text * rate +
      0.7 * hidden;
    const around =
      (anchor ? 1.2 * page : 0) +
      (anchor ? 0.8 : 1.8) * above +
      0.8 * id;
    const more = part.term?.kind === at.place ? 1.5 : 1;
    return { here: here * more, around: around * more };
  }

  /** The sections that have a text anywhere; kept, as typing goes on. */
  function having({ sections, having }, text) {
    if (!having.has(text)) {
      having.set(text, sections.filter(({ all }) => all.includes(text)));
    }
    return having.get(text);
  }

  /** The pages that have words of a query, the best first. */
  function find(data, asked) {
    const query = cut(asked, data);
    const { length } = query;
    const all = query.map((word, i) => i);
    const large = all.filter((i) => !isSmall(query[i], data.known));
    const needed = large.length ? large : all;
    const hits = new Map();
    const defined = new Set();
    for (const part of parts(query, data)) {
      if (part.term && part.to - part.from === length) defined.add(part.term);
      const found = [];
      let many = 1;
      for (const section of having(data, part.look.start)) {
        const { here, around } = value(part, section);
        if (here) many++;
        if (here + around) found.push({ section, here, around, part });
      }
      const rare = Math.log(1 + data.sections.length / many);
      for (const hit of found) {
        hit.rare = rare;
        const others = hits.get(hit.section);
        if (others) others.push(hit);
        else hits.set(hit.section, [hit]);
      }
    }
    const pages = new Map();
    for (const [section, found] of hits) {
      const hit = score(section, found, query, needed);
      if (!hit) continue;
      if (!pages.has(section.page)) pages.set(section.page, []);
      pages.get(section.page).push(hit);
    }
    const results = Array.from(pages, ([page, found]) => {
      found.sort((a, b) => b.all - a.all || b.score - a.score);
      const has = (i) => found.some(({ covered }) => covered.has(i));
      const all = (needed.every(has) ? 1 : 0) + (found[0].all ? 1 : 0);
      const [first, second, third] = found.map((hit) => hit.score);
      const total = first + 0.2 * (second ?? 0) + 0.1 * (third ?? 0);
      return { page, all, score: total, hits: found };
    });
    results.sort((a, b) => b.all - a.all || b.score - a.score);
    return define(results, data.glossary, defined);
  }

  /** Put what defines the query second: a page of its own says more. */
  function define(results, glossary, defined) {
    const i = results.findIndex(({ page }) => page === glossary);
    if (i < 0) return results;
    const [result] = results.splice(i, 1);
    const exact = result.hits.filter(({ section }) => defined.has(section));
    if (exact.length) result.hits = exact;
    results.splice(i === 0 || exact.length ? 1 : i, 0, result);
    return results;
  }

  /** The places in a text that a hit is about, the words of each apart. */
  function places(hit, text) {
    const low = plain(text);
    return hit.found.flatMap(({ part }) =>
      part.look(low).filter(({ alike }) => alike > 0.4).map((f) => ({ ...f, part })),
    );
  }

  /** How well a section answers: for each word, the best reason. */
  function score(section, found, query, needed) {
    if (!found.some(({ here, around }) => here || (around && !section.anchor)))
      return null;
    const best = query.map(() => 0);
    const covered = new Set();
    let sum = 0;
    for (const { here, around, part, rare } of found) {
      const worth = (here + around) * rare * part.worth;
      if (!worth) continue;
      if (part.row) sum += worth;
      else {
        for (let i = part.from; i < part.to; i++) {
          best[i] = Math.max(best[i], worth);
          covered.add(i);
        }
      }
    }
    const share = needed.filter((i) => covered.has(i)).length / needed.length;
    if (!share) return null;
    sum = best.reduce((a, b) => a + b, sum) * section.worth * share ** 2;
    return { section, covered, all: share === 1, score: sum, found };
  }

  Object.assign(bookSearch, { find, places, prepare });
}
