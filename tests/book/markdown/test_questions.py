"""A list of choices becomes radio buttons, each with its reason."""

import pytest
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from book.layout import LANGUAGES

QUESTION = """\
!!! question "Check yourself"

    What is $h_t$ for `z`?

    - [ ] the candidate $n_t$
        - With $z = 1$ it is 0.
    - [x] $h_0$
        - Every step
          *keeps* it.
"""
LOOSE = QUESTION.replace("    - [x]", "\n    - [x]")


def tree(text: str, language: str = "en") -> LexborHTMLParser:
    markdown = Markdown(
        extensions=[
            "admonition",
            "book.markdown.mathml",
            "book.markdown.questions",
        ],
        extension_configs={"book.markdown.questions": {"language": language}},
    )
    return LexborHTMLParser(markdown.convert(text))


def texts(made: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(e.text().split()) for e in made.css(selector)]


@pytest.mark.parametrize("text", [QUESTION, LOOSE])
def test_a_question_is_a_field_of_choices(text: str) -> None:
    made = tree(text)
    assert texts(made, ".question > p") == ["Check yourself"]
    assert texts(made, ".question > fieldset > legend") == [
        "What is ht for z?"
    ]
    assert texts(made, ".choice > label") == ["the candidate nt", "h0"]
    assert texts(made, ".choice > .reason > p") == [
        "Not quite. With z=1 it is 0.",
        "Right. Every step keeps it.",
    ]
    assert texts(made, ".choice.right > label") == ["h0"]
    assert len(made.css("label > input[type=radio][name=check-1]")) == 2
    assert len(made.css("label math")) == 2
    named = [e.attributes.get("aria-label") for e in made.css("input")]
    assert named == [None, "h_0"]  # a formula alone has its TeX for a name
    assert made.css("ul, li, [id], [checked]") == []
    assert "[" not in made.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_the_page(language: str) -> None:
    words = {"en": ["Not quite.", "Right."], "zh": ["再想想。", "正确。"]}
    made = tree(QUESTION, language)
    assert texts(made, ".reason b") == words[language]


def test_two_questions_have_two_names() -> None:
    made = tree(f"{QUESTION}\n{QUESTION}")
    names = [e.attributes["name"] for e in made.css("input")]
    assert names == ["check-1"] * 2 + ["check-2"] * 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("!!! question", "!!! note"),
        ("[x]", "[y]"),
        ("    What is $h_t$ for `z`?\n", ""),
        ("        - With $z = 1$ it is 0.\n", ""),
        ("it is 0.\n", "it is 0.\n        - Two.\n"),
    ],
)
def test_another_form_is_left_to_be_refused(old: str, new: str) -> None:
    assert old in QUESTION
    made = tree(QUESTION.replace(old, new))
    assert made.css("fieldset") == []
    assert "[ ]" in made.text()
