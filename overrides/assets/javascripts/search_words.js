/* The words of the search: of a text, of what a reader types, their stems.

   book.js loads this, search.js and search_box.js when first needed. */
"use strict";

globalThis.bookSearch = {};

{
  /* Words that say little: looked for, but no reason to leave a page out. */
  const SMALL = new Set(
    `a an and are as at be by can did do does for from has have how i if in
     into is it its my of on or so than that the their there this to too was
     what when where which who why will with you your 的 了 是 为 吗 呢 和 与
     或 在 中 对 把 有 会 怎么 怎样 怎么办 如何 什么 是什么 为什么 为何 哪些
     哪个 要 用 从 到 让 被 它 我 时 里`.split(/\s+/),
  );
  const HAN = /\p{Script=Han}/u;
  const RUNS = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}_.])+/gu;
  const LETTER = /[a-z0-9\u00df-\u024f\u0370-\u03ff]/;
  const REST = /[a-z0-9\u00df-\u024f\u0370-\u03ff]*/y;
  const ENDING =
    /^(.{3,}?)(?:(?<=.{4})at(?:ions?|ing|ors?|ed|es?)|ings?|ers?|ed|es?|(?<![aius])s)$/;
  const segmenter =
    globalThis.Intl?.Segmenter &&
    new Intl.Segmenter("zh", { granularity: "word" });

  const stems = new Map();

  /** What the forms of an English word have in common. */
  function stem(word) {
    if (!stems.has(word)) stems.set(word, word.length < 4 ? word : cutEnd(word));
    return stems.get(word);
  }

  function cutEnd(word) {
    return word
      .replace(/(?<=...)i[sz](ations?|ing|ers?|ed|es?)$/, "iz")
      .replace(/(ies|y)$/, "i")
      .replace(ENDING, "$1")
      .replace(/([^aeiou])\1$/, "$1");
  }

  /** A text as it is compared, and as long as it was. */
  function plain(text) {
    return text.toLowerCase().replace(/[-‐‑–—\u00a0]/g, " ");
  }

  /** The words of a text; Chinese is not cut. */
  function words(text) {
    const found = plain(text.normalize("NFKC")).match(RUNS) ?? [];
    return found.map((w) => w.replace(/^\.+|\.+$/g, "")).filter(Boolean);
  }

  /** Whether a word says little; so does one Chinese character, mostly. */
  function isSmall(word, known) {
    return SMALL.has(word) || (HAN.test(word[0]) && !word[1] && !known.has(word));
  }

  /** The words of a query, in order; Chinese is cut at known words. */
  function cut(query, { known, length }) {
    return words(query).flatMap((run) =>
      HAN.test(run) ? cutRun(run, known, length) : [run],
    );
  }

  function cutRun(run, known, length) {
    for (let n = Math.min(length, run.length); n > 1; n--) {
      for (let i = 0; i + n <= run.length; i++) {
        const word = run.slice(i, i + n);
        if (known.has(word) || SMALL.has(word)) {
          const before = cutRun(run.slice(0, i), known, length);
          return [...before, word, ...cutRun(run.slice(i + n), known, length)];
        }
      }
    }
    return unknown(run);
  }

  /** Cut Chinese that is no term: what is not cut well stays whole. */
  function unknown(run) {
    if (!segmenter) return run ? [run] : [];
    const found = [];
    let single = false;
    for (const { segment } of segmenter.segment(run)) {
      const alone = !segment[1] && !SMALL.has(segment);
      if (alone && single) found.push(found.pop() + segment);
      else found.push(segment);
      single = alone;
    }
    return found;
  }

  Object.assign(bookSearch, { HAN, LETTER, REST, cut, isSmall, plain, stem, words });
}
