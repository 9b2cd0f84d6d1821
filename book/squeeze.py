"""Smaller pages that look the same."""

import re

_PREFORMATTED = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_MARGIN = re.compile(r"[ \t]*\n[ \t\n]*")
_BLOCK = re.compile(
    r"\n?(</?(?:article|d[dlt]|div|figure|h\d|head|li|link|main|meta|nav|ol|p"
    r"|t[dhr]|table|tbody|thead|ul)\b[^<>]*>)\n?"
)
_PLAIN = re.compile(r'<span class="(?:n|o|p|w|fm|kc|ow|sa|vm)">([^<]*)</span>')
_MARK = re.compile(r'<span class="(\w+)">([^<]*)</span>')
_TAG = re.compile(r"<[a-z][^<>]*>")
_QUOTED = re.compile(r'="([\w.%#/:-]*[\w.%#:-])"(?=[ >])')
_BUILT = re.compile(r' data-search-exclude="?1"?')
_STRINGS = re.compile(r'(?:<span class="(?:s2|si)">[^<]*</span>){2,}')


def squeeze(page: str) -> str:
    """Drop white space that shows nowhere, and marks without a colour.

    Names, operators, punctuation and spaces are two thirds of all that
    a highlighter marks in Python, and look like unmarked text. The
    pieces of an f-string share a colour. The other marks are as good
    with a shorter name, most attributes without quotes, and what was
    said to the builder of the search index has been heard.
    """
    page = _BUILT.sub("", page).replace("<pre><span></span>", "<pre>")
    parts = _PREFORMATTED.split(page)
    parts[::2] = [
        _BLOCK.sub(r"\1", _MARGIN.sub("\n", part)) for part in parts[::2]
    ]
    parts[1::2] = [
        _MARK.sub(
            r'<b class="\1">\2</b>',
            _STRINGS.sub(_join, _PLAIN.sub(r"\1", part)),
        )
        for part in parts[1::2]
    ]
    return _TAG.sub(lambda tag: _QUOTED.sub(r"=\1", tag[0]), "".join(parts))


def _join(pieces: re.Match[str]) -> str:
    return f'<span class="s2">{re.sub("<[^>]*>", "", pieces[0])}</span>'
