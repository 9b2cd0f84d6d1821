"""Labels in comments of code lead to the formulas of their page."""

import pytest

from book.finish.built import read
from book.finish.code_labels import link
from book.layout import ROOT

FORMULA = (
    '<div class="equation numbered"><math><mtd id="eq:a"><mtext>(1)</mtext>'
    '</mtd><mtd id="eq:b-c"><mtext>(2)</mtext></mtd></math></div>'
)
CODE = '<div class="highlight"><pre><code>{}</code></pre></div>'
LINK = '<a href="#{0}" aria-label="({1})"><span>{0}</span></a>'
A, B = LINK.format("eq:a", 1), LINK.format("eq:b-c", 2)


def made(code: str) -> str:
    html = f"<article>{FORMULA}{CODE.format(code)}</article>"
    page = read(ROOT, "en", "part/one.html", html)
    link(page)
    (block,) = page.all("code")
    return block.inner_html or ""


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("# eq:a", f"# {A}"),
        ("# eq:a, eq:b-c", f"# {A}, {B}"),
        ("# (B, H), eq:b-c", f"# (B, H), {B}"),
        ("# eq:a, (B, H) &amp; more", f"# {A}, (B, H) &amp; more"),
        ("# eq:a, eq:unknown", f"# {A}, eq:unknown"),
        ("# seq:a and eq:ab", "# seq:a and eq:ab"),
    ],
)
def test_a_label_is_a_link_with_the_number(comment: str, shown: str) -> None:
    code = 'x = 1  <b class="c1">{}</b>\n'
    assert made(code.format(comment)) == code.format(shown)


def test_what_is_no_comment_stays() -> None:
    code = '<b class="s">"# eq:a"</b>\n<b class="sd">"""eq:a"""</b>'
    assert made(code) == code


def test_the_text_stays_the_same() -> None:
    """Whoever copies a block gets what the module has."""
    page = read(ROOT, "en", "p.html", made('<b class="c1"># eq:a, eq:b-c</b>'))
    assert page.tree.text() == "# eq:a, eq:b-c"
