"""The grammar of English sentences and their translations."""

import re
from collections import Counter

import pytest

from d2lcode import data
from d2lcode.data import translation

MANY = data.make_translations(8000, seed=0)
PAIRS = MANY[:3000]
ENGLISH = [en.split() for en, _ in PAIRS]
CHINESE = [zh.split() for _, zh in PAIRS]


def test_a_seed_gives_the_same_sentences_anywhere() -> None:
    assert data.make_translations(100, seed=0) == MANY[:100]
    assert data.make_translations(100, seed=1) != MANY[:100]
    assert PAIRS[5] == (
        "the doctor who helped a boy this morning found the book that the "
        "lovely horse saw .",
        "今天 早上 帮助 了 一 个 男孩 的 医生 "
        "找到 了 可爱 的 马 看见 的 书 。",
    )


def test_no_two_sentences_are_equal_in_either_language() -> None:
    assert len({en for en, _ in PAIRS}) == len(PAIRS)
    assert len({zh for _, zh in PAIRS}) == len(PAIRS)


def test_sentences_are_as_long_as_promised() -> None:
    lengths = Counter(map(len, ENGLISH))
    assert min(lengths) == 4 and max(lengths) == 25
    assert sum(n <= 8 for n in map(len, ENGLISH)) > 600
    assert sum(n > 16 for n in map(len, ENGLISH)) > 500


def test_vocabularies_are_small_and_every_word_is_used() -> None:
    english = Counter(word for words in ENGLISH for word in words)
    chinese = Counter(word for words in CHINESE for word in words)
    assert (len(english), len(chinese)) == (80, 66)
    assert min(english.values()) > 10 and min(chinese.values()) > 50


def test_words_stand_between_single_spaces() -> None:
    for en, zh in PAIRS:
        assert re.fullmatch(r"[a-z,]+( [a-z,]+)* [.?]", en)
        assert re.fullmatch(r"[一-鿿，]+( [一-鿿，]+)* [。？]", zh)


def test_articles_and_plurals_agree() -> None:
    nouns = {noun.en for noun in translation.NOUNS}
    for words in ENGLISH:
        text = " ".join(words)
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", text)
        assert "that that" not in text
        assert not re.search(r"\b(a|an|this|three|two) (the|that)\b", text)
        for number in ("two", "three"):
            for after in re.findall(rf"\b{number} (?:\w+ )?(\w+)", text):
                assert after not in nouns


def test_a_measure_word_fits_its_noun() -> None:
    measure = {noun.zh: noun.measure for noun in translation.NOUNS}
    some = set(measure.values())
    seen = 0
    for words in CHINESE:
        for i, word in enumerate(words):
            if word in some and words[i - 1] in {"一", "这", "那", "两", "三"}:
                noun = next(w for w in words[i + 1 :] if w in measure)
                assert word == measure[noun]
                seen += 1
    assert seen > 2000


NAMES: dict[str, str] = {}
"""A Chinese word for each form of each noun, verb and adjective."""
for noun in translation.NOUNS:
    NAMES |= dict.fromkeys([noun.en, noun.en + "s", noun.zh], noun.zh)
for verb in translation.VERBS:
    NAMES |= dict.fromkeys([verb.past, verb.base, verb.zh], verb.zh)
for some in (*translation.ADJECTIVES.values(), translation.COLOURS):
    for adjective in some:
        NAMES |= dict.fromkeys(adjective, adjective.zh)


def content(words: list[str]) -> Counter[str]:
    return Counter(NAMES[word] for word in words if word in NAMES)


def test_a_translation_says_what_the_sentence_says() -> None:
    for en, zh in zip(ENGLISH, CHINESE, strict=True):
        assert content(en) == content(zh)
        assert (en[-1] == "?") == (zh[-2:] == ["吗", "？"])


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        ("in the park yesterday [.?]", "昨天 在 公园 里"),
        ("the book that the (young )?teacher bought [.,]", "老师 买 的 书"),
        ("was this cat quiet .$", "^这 只 猫 安静 吗"),
        ("an expensive book", "一 本 昂贵 的 书"),
        ("because", "^因为 .* ， 所以"),
        ("when", " 的 时候 ， "),
    ],
)
def test_phrases_are_reordered(en: str, zh: str) -> None:
    found = [z for e, z in MANY if re.search(en, e)]
    assert found
    assert all(re.search(zh, z) for z in found)


@pytest.mark.parametrize("n", [0, -1, 100_001])
def test_number_must_be_in_range(n: int) -> None:
    message = rf"n must be in 1 \.\. 100000, got {n}"
    with pytest.raises(ValueError, match=message):
        data.make_translations(n, seed=0)
