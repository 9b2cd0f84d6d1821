"""Pages lose what shows nowhere, and nothing else."""

from book.finish.built import read
from book.finish.minify import squeeze
from book.layout import ROOT


def test_squeezed_pages_look_the_same() -> None:
    page = read(
        ROOT,
        "en",
        "",
        "<body><div>\n <p>\n    one\n\n  two <i>x</i>\n y</p>\n</div>\n"
        "<pre>a\n    <b>is</b>\n</pre><p><a>x</a>\n<a>y</a></p>\n"
        '<a title="a\n b" data-search-exclude="1">x="1"</a></body>',
    )
    squeeze(page)
    assert page.html == (
        "<html><head></head><body><div><p>one\ntwo <i>x</i>\ny</p></div>"
        "<pre>a\n    <b>is</b>\n</pre><p><a>x</a>\n<a>y</a></p>"
        '<a title="a\n b">x="1"</a></body></html>'
    )
