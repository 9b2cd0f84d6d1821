"""What a block left on its page: figures and outputs, as readers get it."""

import textwrap

import pytest
from markdown import Markdown

EXTENSIONS = [
    "admonition",
    "pymdownx.details",
    "pymdownx.superfences",
    "book.markdown.mathml",
    "book.markdown.figures_outputs",
]
OUTPUT = """\
```python
print(1)
```

<!--book:tolerance 5%-->

<!--pytest-codeblocks:expected-output-->

```text
1
```
"""


def render(text: str) -> str:
    return Markdown(extensions=EXTENSIONS).convert(text)


def test_figure_with_its_caption() -> None:
    html = render('Text.\n\n![Loss `f` of $h_t$ "low"](a-b.svg)\n\nText.')
    assert '<img alt="Loss f of h_t &quot;low&quot;" src="a-b.svg" />' in html
    caption = html[html.index("<figcaption>") : html.index("</figcaption>")]
    assert "<code>f</code>" in caption
    assert "<math>" in caption
    assert "<p><figure>" not in html


def test_figure_is_linked_and_described_by_what_follows_the_file() -> None:
    html = render(
        '![Loss `f`](a-b.svg "Plot. Axis: &quot;t&quot; &amp; &#36;")'
    )
    assert (
        '<figure><a href="a-b.svg">'
        '<img alt="Plot. Axis: &quot;t&quot; &amp; $" src="a-b.svg" /></a>'
        "<figcaption>Loss <code>f</code></figcaption></figure>"
    ) in html.replace("\n", "")


def test_image_within_a_line_is_no_figure() -> None:
    assert "<figure>" not in render("See ![this](a.svg) here.")


@pytest.mark.parametrize("before", ["", "- item\n", '??? success "S"\n'])
def test_output_is_marked_and_comments_are_gone(before: str) -> None:
    text = textwrap.indent(OUTPUT, "    ") if before else OUTPUT
    html = render(f"{before}\n{text}")
    assert html.count('<div class="output">') == 1
    assert "1" in html[html.index('<div class="output">') :]
    assert "print" not in html[html.index('<div class="output">') :]
    assert "<!--" not in html


@pytest.mark.parametrize("before", ["", "- item\n", '??? success "S"\n'])
def test_the_tolerance_of_an_output_is_shown(before: str) -> None:
    text = textwrap.indent(OUTPUT, "    ") if before else OUTPUT
    html = render(f"{before}\n{text}")
    shown = html[html.index('<div class="output">') :]
    assert shown.count('<span class="tolerance">±5%</span></div>') == 1
    bare = OUTPUT.replace("<!--book:tolerance 5%-->", "")
    assert "tolerance" not in render(bare)


def test_the_tolerance_of_a_figure_is_shown() -> None:
    html = render("<!--book:tolerance 2.5%-->\n\n![Loss](a-b.svg)")
    assert 'Loss<span class="tolerance">±2.5%</span></figcaption>' in html
    assert "tolerance" not in render("![Loss](a-b.svg)")


def test_other_fences_are_not_outputs() -> None:
    assert 'class="output"' not in render("```text\n1\n```\n")


def test_marker_shown_in_a_fence_stays() -> None:
    html = render(f"````text\n{OUTPUT}````\n")
    assert "&lt;!--pytest-codeblocks:expected-output--&gt;" in html
    assert 'class="output"' not in html
