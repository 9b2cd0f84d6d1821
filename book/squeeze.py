"""Smaller pages that look the same."""

import re
from pathlib import Path

_PREFORMATTED = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_MARGIN = re.compile(r"[ \t]*\n[ \t\n]*")
_PLAIN = re.compile(r'<span class="(?:n|o|p|w|fm|kc|ow|sa|vm)">([^<]*)</span>')
_MARK = re.compile(r'<span class="(\w+)">')
_LEAN = re.compile(r"<(math|dfn)\b.*?</\1>", re.DOTALL)
_QUOTED = re.compile(r'="([\w.%-]+)"(?=[ >])')
_STRINGS = re.compile(r'(?:<span class="(?:s2|si)">[^<]*</span>){2,}')


def squeeze(page: str) -> str:
    """Drop indentation, and the marks of code that change no colour.

    Names, operators, punctuation and spaces are two thirds of all that
    a highlighter marks in Python, and look like unmarked text. The
    pieces of an f-string share a colour. In what makes up most of
    a chapter, code and formulas, attributes need no quotes.
    """
    page = page.replace("<pre><span></span>", "<pre>")
    parts = _PREFORMATTED.split(page)
    parts[::2] = [_MARGIN.sub("\n", part) for part in parts[::2]]
    parts[1::2] = [
        _MARK.sub(
            r"<span class=\1>",
            _STRINGS.sub(_join, _PLAIN.sub(r"\1", part)),
        )
        for part in parts[1::2]
    ]
    return _LEAN.sub(lambda part: _QUOTED.sub(r"=\1", part[0]), "".join(parts))


def squeeze_all(site: Path) -> None:
    """Squeeze every page below `site`, in place."""
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(squeeze(page), encoding="utf-8")


def _join(pieces: re.Match[str]) -> str:
    return f'<span class="s2">{re.sub("<[^>]*>", "", pieces[0])}</span>'
