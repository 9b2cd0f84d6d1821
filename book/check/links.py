"""Are the addresses still there that the book names? `book.check.links`.

Each host is asked on its own, one address after another. What it says
is gone fails the check; what it refuses to tell a machine is listed.
Python alone suffices to run it: there is nothing to install or to pin.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import groupby
from pathlib import Path
from socket import gaierror
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    Request,
    build_opener,
)

ROOT = Path(__file__).resolve().parents[2]  # book.layout wants YAML
SOURCES = (
    "*.md",
    "docs/**/*.md",
    "docs/**/*.ipynb",
    "book/words/references.yml",
)
"""The files whose addresses are asked for."""

PAUSES = (1.0, 3.0, 9.0)
"""Seconds of rest for a host after each try for an address."""

TIMEOUT = 30

_ADDRESS = re.compile(
    r"""https?://(?:[^\s()<>{}\[\]"'`*\\|，。；：、！？（）“”]|\([^\s()]*\))+"""
)
_EXAMPLES = re.compile(r"(?:.*\.)?example\.\w+|localhost|127\.0\.0\.1")
_SAFE = "%/:?=&;,+~!$'()*@"
"""What stands for itself in an address, beside letters and digits."""

_IDENTIFIER = re.compile(r'^ +(doi|arxiv): "([^"]+)"$', re.MULTILINE)
_HOSTS = {"doi": "https://doi.org/", "arxiv": "https://arxiv.org/abs/"}
"""What a reference's identifier stands for."""

_NO_HOST = (gaierror, ConnectionRefusedError)
_REGISTRY = "doi.org"
"""Its answer is the redirection; where that leads refuses machines."""

_AGENT = "Mozilla/5.0 (compatible; weekly link check of a book)"


def addresses(root: Path) -> dict[str, str]:
    """The foreign addresses of a book, with the first place of each."""
    found: dict[str, str] = {}
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            place = path.relative_to(root).as_posix()
            for number, line in enumerate(_lines(path), 1):
                for match in _ADDRESS.finditer(line):
                    address = match[0].rstrip(".,:;!?").partition("#")[0]
                    if not _EXAMPLES.fullmatch(_host(address)):
                        found.setdefault(address, f"{place}:{number}")
    return found


def _lines(path: Path) -> list[str]:
    """The lines that a person wrote: of a notebook, those of its prose.

    An identifier of a reference is written out as its address.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        prose = (c["source"] for c in cells if c["cell_type"] == "markdown")
        text = "\n".join("".join(source) for source in prose)
    if path.suffix == ".yml":
        text = _IDENTIFIER.sub(lambda m: _HOSTS[m[1]] + m[2], text)
    return text.splitlines()


def ask(address: str) -> tuple[bool, str]:
    """Return whether an address is gone, and what its host said if not well.

    A host that answers, but not to machines, says nothing of the kind.
    """
    handlers: list[BaseHandler] = [HTTPCookieProcessor()]
    if _host(address) == _REGISTRY:
        handlers.append(_Stay())
    opener = build_opener(*handlers)
    opener.addheaders = [("User-Agent", _AGENT)]
    status = 0
    for method in ("HEAD", "GET"):  # some hosts know no HEAD
        request = Request(quote(address, safe=_SAFE), method=method)
        try:
            with opener.open(request, timeout=TIMEOUT):
                return False, ""
        except HTTPError as error:
            status = error.code
            error.close()
            if status < 400:
                return False, ""
        except (OSError, HTTPException) as error:
            cause = getattr(error, "reason", error)
            return isinstance(cause, _NO_HOST), type(cause).__name__
    return status in (404, 410), str(status)


class _Stay(HTTPRedirectHandler):
    """Takes a redirection for the answer."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def check(root: Path) -> Iterator[tuple[bool, str]]:
    """Ask for all addresses; yield what is wrong, and whether it is gone."""
    places = addresses(root)
    by_host = sorted(places, key=lambda address: (_host(address), address))
    groups = [list(group) for _, group in groupby(by_host, _host)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        for answers in pool.map(_ask_host, groups):
            for address, (gone, said) in answers.items():
                if said:
                    yield gone, f"{places[address]}: {address}: {said}"


def _ask_host(group: list[str]) -> dict[str, tuple[bool, str]]:
    """Ask one host for its addresses; again, if all is not well."""
    answers = {}
    for address in group:
        for pause in PAUSES:
            answers[address] = ask(address)
            time.sleep(pause)
            if answers[address] == (False, ""):
                break
    return answers


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def main() -> int:
    """Check this book; return 1 if an address is gone."""
    found = sorted(check(ROOT))
    for gone, problem in found:
        print("gone: " if gone else "unsure: ", problem, sep="")
    return int(any(gone for gone, _ in found))


if __name__ == "__main__":
    sys.exit(main())
