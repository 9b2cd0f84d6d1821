"""English sentences, each with its one right Chinese translation.

A small grammar writes them. Words and punctuation stand between spaces
in both languages, so the Chinese is already cut into words.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["make_translations"]

LONGEST = 25  # English words of a sentence, punctuation included


class Part(NamedTuple):
    """A part of a sentence in both languages."""

    en: str
    zh: str


class Noun(NamedTuple):
    """A noun, its Chinese, its measure word, and what it is."""

    en: str
    zh: str
    measure: str
    kind: str


class Verb(NamedTuple):
    """A verb: its past, base and Chinese, and who does it to what."""

    past: str
    base: str
    zh: str
    subjects: str
    objects: str = ""


NOTHING = Part("", "")
NOUNS = (
    Noun("teacher", "老师", "位", "person"),
    Noun("doctor", "医生", "位", "person"),
    Noun("boy", "男孩", "个", "person"),
    Noun("girl", "女孩", "个", "person"),
    Noun("cat", "猫", "只", "animal"),
    Noun("dog", "狗", "只", "animal"),
    Noun("horse", "马", "匹", "animal"),
    Noun("book", "书", "本", "thing"),
    Noun("letter", "信", "封", "thing"),
    Noun("hat", "帽子", "顶", "thing"),
    Noun("flower", "花", "朵", "thing"),
    Noun("chair", "椅子", "把", "thing"),
)
VERBS = (
    Verb("bought", "buy", "买", "person", "animal thing"),
    Verb("sold", "sell", "卖", "person", "animal thing"),
    Verb("drew", "draw", "画", "person", "animal thing"),
    Verb("found", "find", "找到", "person animal", "animal thing"),
    Verb("saw", "see", "看见", "person animal", "person animal thing"),
    Verb("helped", "help", "帮助", "person", "person animal"),
    Verb("laughed", "laugh", "笑", "person"),
    Verb("cried", "cry", "哭", "person"),
    Verb("danced", "dance", "跳舞", "person"),
    Verb("rested", "rest", "休息", "person animal"),
)
ADJECTIVES = {
    "person": (Part("young", "年轻"), Part("famous", "有名")),
    "animal": (Part("quiet", "安静"), Part("lovely", "可爱")),
    "thing": (Part("beautiful", "漂亮"), Part("expensive", "昂贵")),
}
COLOURS = (Part("white", "白色"), Part("black", "黑色"))
DETERMINERS = {
    "the": "", "a": "一", "this": "这", "that": "那", "two": "两",
    "three": "三",
}  # fmt: skip
PLACES = (
    Part("in the park", "在 公园 里"),
    Part("in the shop", "在 商店 里"),
    Part("at the station", "在 车站"),
    Part("at home", "在 家 里"),
)
TIMES = (
    Part("yesterday", "昨天"),
    Part("this morning", "今天 早上"),
    Part("last week", "上周"),
    Part("on monday", "星期一"),
)

KINDS = ("short", "long", "question", "but", "because", "when")
SHARES = (4, 2, 1, 1, 1, 1)

OBJECTS = {
    verb: [noun for noun in NOUNS if noun.kind in verb.objects.split()]
    for verb in VERBS
}
SUBJECTS = {
    verb: [noun for noun in NOUNS if noun.kind in verb.subjects.split()]
    for verb in VERBS
}
ACTIONS = [verb for verb in VERBS if verb.objects]
DONE_BY = {n: [v for v in ACTIONS if n in SUBJECTS[v]] for n in NOUNS}
DONE_TO = {n: [v for v in ACTIONS if n in OBJECTS[v]] for n in NOUNS}


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


def _other(rng: random.Random, nouns: Sequence[Noun], *used: Noun) -> Noun:
    """Draw one of the nouns, but none of those used."""
    return rng.choice([noun for noun in nouns if noun not in used])


def _adverbials(rng: random.Random, share: float, when: bool = True) -> Part:
    """A place, then a time; in Chinese the time comes first."""
    place = rng.choice(PLACES) if rng.random() < share else NOTHING
    time = rng.choice(TIMES) if when and rng.random() < share else NOTHING
    return Part(_join(place.en, time.en), _join(time.zh, place.zh))


def _phrase(
    rng: random.Random,
    noun: Noun,
    determiners: str,
    relative: Part = NOTHING,
    adjectives: float = 0.25,
) -> Part:
    """A noun with its determiner, adjective and relative clause."""
    determiner = "the"
    if not relative.en:
        determiner = rng.choice(determiners.split())
    adjective = NOTHING
    if rng.random() < adjectives:
        some = ADJECTIVES[noun.kind]
        adjective = rng.choice(
            some if noun.kind == "person" else some + COLOURS
        )
    en = _join(adjective.en, noun.en)
    if determiner in {"two", "three"}:
        en += "s"
    article = determiner
    if determiner == "a" and en[0] in "aeiou":
        article = "an"
    counted = ""
    if determiner != "the":
        counted = _join(DETERMINERS[determiner], noun.measure)
    described = adjective.zh and adjective.zh + " 的"
    return Part(
        _join(article, en, relative.en),
        _join(counted, relative.zh, described, noun.zh),
    )


def _passive(rng: random.Random, share: float, *used: Noun) -> Part:
    """A clause about the first noun: what was done to it."""
    verb = rng.choice(DONE_TO[used[0]])
    by = _phrase(rng, _other(rng, SUBJECTS[verb], *used), "the")
    extra = _adverbials(rng, share)
    return Part(
        _join("that", by.en, verb.past, extra.en),
        _join(by.zh, extra.zh, verb.zh, "的"),
    )


def _active(rng: random.Random, share: float, *used: Noun) -> Part:
    """A clause about the first noun: what it did to another."""
    verb = rng.choice(DONE_BY[used[0]])
    other, inner = _other(rng, OBJECTS[verb], *used), NOTHING
    if rng.random() < 0.2:
        inner = _passive(rng, 0, other, *used)
    what = _phrase(rng, other, "the a a this two", inner)
    extra = _adverbials(rng, 0 if inner.en else share)
    who = "who" if used[0].kind == "person" else "that"
    return Part(
        _join(who, verb.past, what.en, extra.en),
        _join(extra.zh, verb.zh, "了", what.zh, "的"),
    )


def _relative(rng: random.Random, share: float, *used: Noun) -> Part:
    """A clause about the first noun, the others being spoken of already.

    share: how often it says where, and when.
    """
    made = _active if DONE_BY[used[0]] and rng.random() < 0.5 else _passive
    return made(rng, share, *used)


class Clause(NamedTuple):
    """A statement, asked as a question, and its Chinese without 了."""

    said: Part
    asked: Part
    bare: str  # before 的 时候, when


def _was(rng: random.Random, relatives: float) -> Clause:
    """Something was so."""
    noun = rng.choice(NOUNS)
    relative = NOTHING
    if rng.random() < relatives:
        relative = _relative(rng, 0.25, noun)
    what = _phrase(rng, noun, "the this that", relative, adjectives=0)
    so = rng.choice(ADJECTIVES[noun.kind])
    said = Part(f"{what.en} was {so.en}", f"{what.zh} 很 {so.zh}")
    asked = Part(f"was {what.en} {so.en}", f"{what.zh} {so.zh}")
    return Clause(said, asked, said.zh)


def _did(
    rng: random.Random,
    relatives: float,
    *,
    last: bool = True,
    when: bool = True,
    front: float = 0,
) -> Clause:
    """Somebody did something.

    last: whether it may end with a relative clause, without adverbials
    then, which could belong to either; when: whether it may say when;
    front: how often at the beginning.
    """
    verb = rng.choice(VERBS)
    noun, relative = rng.choice(SUBJECTS[verb]), NOTHING
    if rng.random() < relatives:
        relative = _relative(rng, 0.25, noun)
    who = _phrase(rng, noun, "the the that two", relative)
    what, ending = NOTHING, NOTHING
    if verb.objects:
        other = _other(rng, OBJECTS[verb], noun)
        if last and rng.random() < relatives:
            ending = _relative(rng, 0, other, noun)
        what = _phrase(rng, other, "the a a this that two three", ending)
    time, extra = NOTHING, NOTHING
    if not relative.en and rng.random() < front:
        time = rng.choice(TIMES)
    elif not ending.en:
        extra = _adverbials(rng, 0.3, when)
    zh = _join(time.zh, who.zh, extra.zh, verb.zh, "了", what.zh)
    said = _join(time.en, who.en, verb.past, what.en, extra.en)
    asked = _join("did", who.en, verb.base, what.en, extra.en)
    bare = _join(who.zh, extra.zh, verb.zh, what.zh)
    return Clause(Part(said, zh), Part(asked, zh), bare)


def _clause(
    rng: random.Random, relatives: float, last: bool = True, front: float = 0
) -> Clause:
    """Either: in one case of five something was so."""
    if rng.random() < 0.2:
        return _was(rng, relatives)
    return _did(rng, relatives, last=last, front=front)


def _sentence(rng: random.Random) -> Part:
    """A sentence of one or two clauses."""
    kind = rng.choices(KINDS, SHARES)[0]
    if kind == "short":
        one = _clause(rng, 0)
        return Part(f"{one.said.en} .", f"{one.said.zh} 。")
    if kind == "long":
        one = _clause(rng, 0.6, front=0.1)
        return Part(f"{one.said.en} .", f"{one.said.zh} 。")
    if kind == "question":
        one = _clause(rng, 0.3, last=False)
        return Part(f"{one.asked.en} ?", f"{one.asked.zh} 吗 ？")
    if kind == "but":
        one, two = _clause(rng, 0.3), _clause(rng, 0.3)
        en = f"{one.said.en} , but {two.said.en} ."
        return Part(en, f"{one.said.zh} ， 但是 {two.said.zh} 。")
    if kind == "because":
        one, two = _did(rng, 0.2, last=False), _clause(rng, 0.3)
        en = f"{one.said.en} because {two.said.en} ."
        return Part(en, f"因为 {two.said.zh} ， 所以 {one.said.zh} 。")
    one = _did(rng, 0.2, last=False, when=False)
    two = _did(rng, 0.3, last=False, when=False)
    en = f"{one.said.en} when {two.said.en} ."
    return Part(en, f"{two.bare} 的 时候 ， {one.said.zh} 。")


def make_translations(n: int, *, seed: int) -> list[tuple[str, str]]:
    """Return n different English sentences, each with its translation.

    Of 4 to 25 words and marks; no two English sentences are equal.

    Raises: ValueError if n is not in 1 .. 100,000.
    """
    if not 1 <= n <= 100_000:
        raise ValueError(f"n must be in 1 .. 100000, got {n}")
    rng = random.Random(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < n:
        made = _sentence(rng)
        if len(made.en.split()) <= LONGEST:
            pairs[made.en] = made.zh
    return list(pairs.items())
