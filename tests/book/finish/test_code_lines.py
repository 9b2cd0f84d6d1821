"""Files as pages: what a line is, and that it stays code."""

from pathlib import Path

from book.finish.built import read
from book.finish.code_lines import fill


def test_a_source_page_shows_what_would_be_markup(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text('s = """\n```\n$x$ <b> `c`\n"""\n', encoding="utf-8")
    made = '<div class="highlight source"><pre><code>a.py</code></pre></div>'
    page = read(tmp_path, "en", "", f"<p><code>a.py</code></p>{made}")
    fill(page)
    (first, code) = page.all("code")
    assert first.text() == "a.py"
    assert code.text() == '1s = """\n2```\n3$x$ <b> `c`\n4"""\n'
    assert [line.id for line in code.css("span")] == ["L1", "L2", "L3", "L4"]
    assert '<b class="s">$x$ &lt;b&gt; `c`</b></span>' in page.html
