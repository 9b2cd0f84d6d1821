"""The sites while one writes, at an address of this machine."""

import json
import queue
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.parse import parse_qs, unquote, urlsplit

from book.errors import OrderError
from book.layout import LANGUAGES, ROOT
from book.preview.state import Place, Preview
from book.preview.watch import Watch
from book.serve import Handler, server

_ALIVE = 15.0
"""After these seconds without news it is asked whether a page is open."""

_EMPTY = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{0}</title></head>
<body><p>{0}</p></body>
</html>
"""


class PreviewHandler(Handler):
    """Makes a page before it answers, and tells it of changes."""

    preview: Preview

    def end_headers(self) -> None:
        """Let no browser keep what may have changed."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def do_GET(self) -> None:
        """Answer with a page, a file, or news for an open page."""
        address = urlsplit(self.path)
        if address.path == "/_preview":
            asked = parse_qs(address.query)
            self._news(asked["page"][0], int(asked["stamp"][0]))
        elif place := _place(address.path):
            self._page(place)
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """The search knows all pages: its index is that of the last build."""
        found = Path(super().translate_path(path))
        if not found.exists() and "search" in found.parts:
            inside = found.relative_to(self.preview.site)
            return str(self.preview.root / "site" / inside)
        return str(found)

    def _page(self, place: Place) -> None:
        """Send a page, or its last one, with what is wrong with it."""
        stamp, wrong = self.preview.page(place)
        language, name = place
        path = Path(self.directory, language, f"{name}.html")
        if not path.is_file() and not wrong:
            self.send_error(404)
            return
        html = _EMPTY.format(escape("/".join(place)))
        if path.is_file():
            html = path.read_text(encoding="utf-8")
        before, end, after = html.rpartition("</body>")
        html = before + _injected(stamp, wrong) + end + after
        self._send("text/html; charset=utf-8", html.encode())

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _news(self, page: str, shown: int) -> None:
        """Hold the connection; say so once the page has changed."""
        place = _place(page) or ("", page)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with self.preview.tab(place) as news:
            while self.preview.stamp(place) <= shown:
                try:
                    news.get(timeout=_ALIVE)
                except queue.Empty:
                    self.wfile.write(b": still here\n\n")  # raises if not
                    self.wfile.flush()
        self.wfile.write(b"data: changed\n\n")


def _place(path: str) -> Place | None:
    """The page at an address, if it is one of a site's."""
    language, _, rest = unquote(path).strip("/").partition("/")
    if language not in LANGUAGES or ".." in rest or rest == "404.html":
        return None
    rest = rest or "index.html"
    name = rest.removesuffix(".html")
    return (language, name) if name != rest else None


def _injected(stamp: int, wrong: list[str]) -> str:
    facts = json.dumps({"stamp": str(stamp), "wrong": wrong})
    facts = facts.replace("<", "\\u003c")  # which could end the script
    return Template(_template()).substitute(facts=facts)


@cache
def _template() -> str:
    path = ROOT / "book" / "templates" / "preview.html"
    return path.read_text(encoding="utf-8")


@contextmanager
def previewing(root: Path, port: int) -> Iterator[str]:
    """Serve the sites of a book while one writes; return the address.

    Raises: OSError for a port that cannot be used.
    """
    (root / "build").mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="preview-", dir=root / "build") as name:
        preview = Preview(root.resolve(), Path(name).resolve())
        preview.site.mkdir()
        kind = type("_Of", (PreviewHandler,), {"preview": preview})
        watch = Watch(preview.root, preview.change)
        with server(preview.site, port, kind, "preview") as running:
            watch.start()
            preview.start()
            Thread(target=running.serve_forever, daemon=True).start()
            try:
                yield f"http://127.0.0.1:{running.server_address[1]}/"
            finally:
                running.shutdown()
                watch.stop()
                preview.stop()


def serve(root: Path, port: int) -> None:
    """Serve until interrupted.

    Raises: OrderError for a port that cannot be used.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with previewing(root, port) as address:
            print(f"The book while you write: {address} (Ctrl+C stops)")
            sys.stdout.flush()
            Event().wait()
    except (OSError, OverflowError) as error:
        raise OrderError(f"port {port}: {error}") from error
    except KeyboardInterrupt:
        print()
