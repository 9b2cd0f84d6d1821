"""Which words of a page are explained, and how."""

import re

import pytest
from markdown import Markdown

EXTENSIONS = [
    "admonition",
    "attr_list",
    "tables",
    "pymdownx.details",
    "pymdownx.superfences",
    "book.markdown.mathml",
    "book.markdown.figures_outputs",
]


def render(text: str, language: str = "en") -> str:
    configs = {"book.markdown.tooltips": {"language": language}}
    names = [*EXTENSIONS, "book.markdown.tooltips"]
    return Markdown(extensions=names, extension_configs=configs).convert(text)


def explained(text: str, language: str = "en") -> list[str]:
    return re.findall("<dfn [^>]*>([^<]*)", render(text, language))


def test_the_first_use_of_a_term_is_described() -> None:
    html = render("*A* reset gate opens. A reset gate closes; update gates.")
    first = (
        '<em>A</em> <dfn aria-describedby="t1" tabindex="0">reset gate'
        '<span data-search-exclude="1" id="t1" role="tooltip">'
        '<b lang="zh">重置门</b>: the gate that says how much of the old '
        "state the candidate sees</span></dfn> opens. A reset gate closes; "
        '<dfn aria-describedby="t2" tabindex="0">update gates<span '
    )
    assert html.startswith(f"<p>{first}")
    assert html.endswith("</span></dfn>.</p>")


def test_chinese_pages_name_the_english_term() -> None:
    html = render("先看重置门（reset gate），再看更新门。", "zh")
    assert '重置门<span data-search-exclude="1"' in html
    assert '<b lang="en">reset gate</b>：决定候选状态能看到多少旧状态' in html
    assert html.startswith("<p>先看<dfn ")
    assert "</dfn>（reset gate），再看<dfn " in html


def test_the_longest_term_wins_and_hides_none() -> None:
    text = "Decoupled weight decay, decoupled weight decay. Weight decay."
    assert explained(text) == ["Decoupled weight decay", "Weight decay"]
    text = "缩放点积注意力，缩放点积注意力；自注意力，注意力"
    assert explained(text, "zh") == ["缩放点积注意力", "自注意力", "注意力"]


def test_each_page_begins_anew() -> None:
    markdown = Markdown(extensions=["book.markdown.tooltips"])
    pages = [markdown.reset().convert("a reset gate") for _ in "ab"]
    assert pages[0] == pages[1]
    assert "<dfn" in pages[0]


@pytest.mark.parametrize(
    "text",
    [
        "# Weight decay",
        "### Weight decay {#decay}",
        "`weight decay` and `` weight decay ``",
        "```python\nweight decay\n```",
        "[weight decay](a.md) and <https://a.example/weight decay>",
        r"$\text{weight decay}$",
        "$$\n\\text{weight decay}\n$$",
        "![The weight decay.](a-b.svg)",
        "| weight decay | b |\n| --- | --- |\n| weight decay | d |",
        '!!! note "weight decay"\n    Text.',
        '??? success "weight decay"\n    Text.',
        "## Read {#references}\n\n- On weight decay.",
        "un-weight decay and weight decays and weight decay-free",
    ],
)
def test_no_tooltip_stands(text: str) -> None:
    assert "<dfn" not in render(text)
    assert explained(f"Weight decay.\n\n{text}") == ["Weight decay"]


def test_prose_in_lists_and_notes_is_explained() -> None:
    assert explained("- **Weight decay** helps.\n- A reset gate.") == [
        "Weight decay",
        "reset gate",
    ]
    note = '!!! note "A"\n    Weight decay.\n\n    - A reset gate.'
    assert explained(note) == ["Weight decay", "reset gate"]
    assert explained(note.replace("!!! note", "??? success")) == [
        "Weight decay",
        "reset gate",
    ]


def test_everyday_words_are_terms_where_they_are_marked() -> None:
    text = "The value of a key. What we ask with is the **query**."
    assert explained(text) == ["query"]
    assert explained("The **keys**, *values* and **no query**.") == [
        "keys",
        "values",
    ]
    assert explained("键和值都在门后；拿来比较的叫**键**。", "zh") == ["键"]


def test_a_part_of_a_chinese_word_is_no_term() -> None:
    assert explained("求一次梯度。", "zh") == []
    assert explained("这叫次梯度。", "zh") == ["次梯度"]
