"""Code keeps its text; what has a colour is marked, nothing else."""

from markdown import Markdown
from pygments.lexers import PythonLexer

from book.markdown.code_colours import coloured

CODE = '''\
def f(x: int) -> str:  # a & b
    """Return
    <x>."""

    return f"a{x}b" + str(1.5)
'''


def test_marks_are_colours_alone() -> None:
    made = coloured(CODE, PythonLexer(), cut=True)
    assert made == (
        '<b class="k">def</b> <b class="nf">f</b>(x: <b class="nb">int</b>)'
        ' -&gt; <b class="nb">str</b>:  <b class="c1"># a &amp; b</b>\n'
        '    <b class="sd">"""Return</b>\n'
        '<b class="sd">    &lt;x&gt;."""</b>\n\n'
        '    <b class="k">return</b> f<b class="s">"a{</b>x<b class="s">}b"'
        '</b> + <b class="nb">str</b>(<b class="m">1.5</b>)\n'
    )


def test_a_mark_that_is_not_cut_is_one() -> None:
    made = coloured(CODE, PythonLexer())
    assert '"""Return\n    &lt;x&gt;."""</b>' in made


def test_fences_are_coloured() -> None:
    markdown = Markdown(
        extensions=["pymdownx.superfences", "book.markdown.code_colours"]
    )
    made = markdown.convert(f"```python\n{CODE}```\n\n```text\n1 < 2\n```")
    python, text = [
        part.partition("</div>")[0]
        for part in made.split('<div class="language-')[1:]
    ]
    assert python.startswith('python highlight"><pre><code><b class="k">def')
    assert text == 'text highlight"><pre><code>1 &lt; 2\n</code></pre>'
