"""Formulas: what is built of them, and which are refused."""

import re

import pytest
from markdown import Markdown

from book.check import formulas as check
from book.layout import ROOT
from book.page import formulas
from book.page.blocks import find, read

EXTENSIONS = [
    "admonition",
    "attr_list",
    "pymdownx.details",
    "pymdownx.superfences",
    "tables",
    "toc",
    "book.markdown.mathml",
]


def render(text: str) -> str:
    return Markdown(extensions=EXTENSIONS).convert(text)


def display(tex: str, indent: str = "") -> str:
    return f"{indent}$$\n{indent}{tex}\n{indent}$$\n"


@pytest.mark.parametrize(
    "text, line, words",
    [
        ("Fine.\n\nHere $\\foo$.", 3, 'Unknown command "\\foo". In: \\foo'),
        ("\n\n" + display(r"\frac{1}"), 3, r"In: \frac{1}"),
        ("- item\n\n" + display("x^a^b", "    "), 3, "Duplicate"),
        ("| a |\n|---|\n| $\\foo$ |", 3, "Unknown command"),
        ('!!! note "On $\\foo$"\n    Text.', 1, "Unknown command"),
        ("See $\\eqref{eq:no}$.", 1, r"\eqref{eq:no}: this page has no"),
        (
            display(r"x \label{eq:a}") + "\n" + display(r"y \label{eq:a}"),
            5,
            r"\label{eq:a} stands here twice",
        ),
        ("It costs $5.", 1, "a dollar that opens no formula"),
        ("A space $ x$ inside.", 1, "opens no formula"),
        ("A display $$x$$ in the text.", 1, "opens no formula"),
        ("An empty one:\n\n$$\n\n$$", 3, "opens no formula"),
        ("```text\n$ $ $\n```\n\nThen $ one.", 5, "opens no formula"),
    ],
)
def test_refused_with_its_line(text: str, line: int, words: str) -> None:
    error = next(check.errors(text))
    assert error.line == line
    assert words in error.reason
    with pytest.raises(check.FormulaError):
        render(text)


@pytest.mark.parametrize(
    "text",
    [
        r"Here $\alpha$.",
        display(r"\frac{1}{2}"),
        "- item\n\n" + display("x^{a^b}", "    "),
        "| a |\n|---|\n| $\\beta$ |",
        '!!! note "On $x$"\n    Text.',
        "See $\\eqref{eq:a}$.\n\n" + display(r"x \label{eq:a}"),
        display(r"x \label{eq:a}") + "\n" + display(r"y \label{eq:b}"),
        r"It costs \$5.",
        r"A backslash \\$x$ before.",
        "No space $x$ inside.",
        "```text\n$ $ $\n```\n\nThen `$` one.",
    ],
)
def test_accepted(text: str) -> None:
    assert list(check.errors(text)) == []
    render(text)


def test_a_problem_names_the_page(tmp_path) -> None:
    path = tmp_path / "docs" / "en" / "a.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\ndescription: a\n---\n# A\n\n$\\foo$\n", "utf-8")
    (problem,) = check.problems(read(path))
    assert str(problem).startswith(f"{path}:6: Unknown command")


def test_all_problems_are_named() -> None:
    text = "$\\foo$\n\n$\\bar$ and $\\baz$ and $ here\n"
    assert len(list(check.errors(text))) == 4


def test_inline() -> None:
    assert render("Let $h_t$ be.") == (
        "<p>Let <math><msub><mi>h</mi><mi>t</mi></msub></math> be.</p>"
    )


@pytest.mark.parametrize(
    "text, kept",
    [
        ("For $x$, then", "{},"),
        ("Numbers (the $x$) and", "{})"),
        ("Numbers ($x$).", "({})."),
        ("An $x$-gram", "{}-"),
        ("取 $x$。再", "{}。"),
        ("数（$x$）是", "（{}）"),
    ],
)
def test_punctuation_stays_with_its_formula(text: str, kept: str) -> None:
    math = "<math><mi>x</mi></math>"
    tight = f'<span class="tight">{kept.format(math)}</span>'
    assert render(text) == f"<p>{text.replace(kept.format('$x$'), tight)}</p>"


def test_punctuation_is_no_markup() -> None:
    assert "<strong><math>" in render("**$x$** is")
    assert '<a href="a.md"><math>' in render("[$x$](a.md) is")
    assert "\\(" not in render(r"A \($x$) is")


def test_display_keeps_its_tex() -> None:
    html = render(display("a < b"))
    assert html.startswith('<div class="equation"><math display="block">')
    assert ">a &lt; b</annotation>" in html


def test_less_than_is_no_tag() -> None:
    html = render("If $a<b$ and *then* $c>d$.")
    assert html.count("<math>") == 2
    assert "<em>then</em>" in html


def test_line_that_begins_like_a_tag_is_no_tag() -> None:
    html = render("$$\nx\n<p = q>\n$$\n\nText.")
    assert "<mo>&lt;</mo><mi>p</mi>" in html
    assert html.endswith("<p>Text.</p>")


def test_numbers_follow_the_page_and_references_go_both_ways() -> None:
    html = render(
        "First $\\eqref{eq:b}$.\n\n"
        + display(r"x = 1 \label{eq:a}")
        + "\n"
        + display("unnumbered")
        + "\n"
        + display(r"y = 2 \label{eq:b}")
        + "\nThen $\\eqref{eq:a}$.\n"
    )
    numbers = re.findall(r'id="(eq:\w)"><mtext>(\(\d\))', html)
    assert numbers == [("eq:a", "(1)"), ("eq:b", "(2)")]
    links = re.findall(r'<a href="#(eq:\w)">(\(\d\))</a>', html)
    assert links == [("eq:b", "(2)"), ("eq:a", "(1)")]
    assert "<p>Then <a " in html.replace('<span class="tight">', "")
    assert html.count('class="equation numbered"') == 2


def test_numbers_begin_anew_on_each_page() -> None:
    md = Markdown(extensions=EXTENSIONS)
    page = display(r"x \label{eq:a}")
    assert md.convert(page) == md.reset().convert(page)


def test_one_number_for_aligned_lines() -> None:
    html = render(
        "$$\n\\begin{aligned}\na &= b \\\\\n- c &= d\n\\end{aligned}\n"
        "\\label{eq:a}\n$$\n"
    )
    assert re.findall(r"<mtext>(\(\d\))", html) == ["(1)"]


@pytest.mark.parametrize(
    "code",
    ["`$x$`", "`` `$x$` ``", "```text\n$x$\n$$\n```", "~~~text\n$x\n~~~"],
)
def test_code_is_left_alone(code: str) -> None:
    html = render(f"Text.\n\n{code}\n\nText.")
    assert "<math" not in html
    assert "$x" in html


def test_fence_in_a_note_is_left_alone() -> None:
    html = render('??? success "S"\n    $y$:\n\n    ```text\n    $x$\n    ```')
    assert html.count("<math>") == 1
    assert "$x$" in html


def test_escaped_dollar() -> None:
    raw = '<span class="raw">$</span>'
    assert render(r"From \$5 to \$6.") == f"<p>From {raw}5 to {raw}6.</p>"


@pytest.mark.parametrize(
    "before, after",
    [
        ("- item\n\n", "</li>"),
        ("1. item\n\n", "</li>"),
        ('!!! note "N"\n', "</div>"),
        ('??? success "S"\n    Text.\n\n', "</details>"),
    ],
)
def test_display_inside(before: str, after: str) -> None:
    html = render(before + display("+ x\n    - y", "    ") + "\nOutside.\n")
    inside = html[: html.index(after)]
    assert inside.count('<div class="equation">') == 1
    assert "<li>y" not in html
    assert html.endswith("<p>Outside.</p>")


def test_bar_in_a_table_does_not_end_the_cell() -> None:
    html = render("| a | b |\n|---|---|\n| $|x|$ | c |")
    assert html.count("<td>") == 2
    assert "<td>c</td>" in html


def test_heading_and_contents() -> None:
    md = Markdown(extensions=EXTENSIONS)
    html = md.convert("## Why $\\sqrt{d}$? {#why}")
    assert '<h2 id="why">Why <span class="tight"><math>' in html
    assert md.toc_tokens[0]["name"] == "Why \\sqrt{d}?"


def test_contents_of_the_next_page_are_its_own() -> None:
    md = Markdown(extensions=EXTENSIONS)
    md.convert("Let $x$.")
    md.reset().convert("## A <b>c</b>")
    assert md.toc_tokens[0]["name"] == "A c"


def test_description_of_an_image_is_plain() -> None:
    assert 'alt="State h_t"' in render("See ![State $h_t$](a.svg) here.")


@pytest.mark.parametrize("name", formulas.MACROS)
def test_macros(name: str) -> None:
    argument = "{x}" if "#1" in formulas.MACROS[name] else " x"
    assert list(check.errors(f"$\\{name}{argument}$")) == []


def test_macros_mean_the_notation() -> None:
    html = render(r"$A^\T$, $\norm{x}$, $\abs{x}$, $\R$, $\d y$")
    assert html.count("‖") == 2
    assert html.count(">|<") == 2
    for sign in ("⊤", "ℝ", '<mi mathvariant="normal">d</mi>'):
        assert sign in html


def test_both_readers_find_the_same_formulas() -> None:
    """The scanner sees the book's pages as their parser does."""
    for language in ("en", "zh"):
        for path in find(ROOT / "docs", language):
            page = read(path)
            found = formulas.formulas("\n".join(page.lines))
            shown = [f.tex for f in found if f.display]
            inline = [f.tex for f in found if not f.display]
            equations = [b.text for b in page.blocks if b.kind == "equation"]
            texts = [f for b in page.blocks for f in b.formulas]
            assert sorted(map(_words, shown)) == sorted(map(_words, equations))
            assert sorted(map(_words, inline)) == sorted(map(_words, texts))


def _words(tex: str) -> str:
    return " ".join(tex.split())


def test_characters_of_tex_that_are_meant_are_marked() -> None:
    """So that the rest of them on a built page is known to be a slip."""
    made = render(r"costs \$5 and \\n, `\$` and $x$")
    assert 'costs <span class="raw">$</span>5' in made
    assert '<span class="raw">\\</span>n' in made
    assert r"<code>\$</code>" in made
