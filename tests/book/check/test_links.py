"""The weekly question whether foreign addresses are still there."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from book.check import links
from book.layout import ROOT


class Host(BaseHTTPRequestHandler):
    """Answers with the status that a path names: /404, /nohead/200."""

    def do_GET(self) -> None:
        *how, status = self.path.strip("/").split("/")
        if how == ["nohead"] and self.command == "HEAD":
            status = "405"
        self.send_response(int(status))
        if status == "302":
            self.send_header("Location", "/403")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(links, "PAUSES", (0, 0, 0))
    monkeypatch.setenv("NO_PROXY", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "path, answer",
    [
        ("200", (False, "")),
        ("nohead/200", (False, "")),
        ("404", (True, "404")),
        ("410", (True, "410")),
        ("302", (False, "403")),
        ("403", (False, "403")),
        ("503", (False, "503")),
    ],
)
def test_what_is_gone_and_what_is_unsure(
    host: str, path: str, answer: tuple[bool, str]
) -> None:
    assert links.ask(f"{host}/{path}") == answer


def test_a_registry_answers_itself(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_REGISTRY", "127.0.0.1")
    assert links.ask(f"{host}/302") == (False, "")


def test_no_host_is_gone(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    free = host.rpartition(":")[0] + ":1"
    assert links.ask(free) == (True, "ConnectionRefusedError")

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert links.ask(host) == (True, "gaierror")


def test_a_silent_host_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "TIMEOUT", 0.05)
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        asked = links.ask(f"http://127.0.0.1:{port}/")
    assert asked == (False, TimeoutError.__name__)


def test_python_alone_suffices() -> None:
    """The workflow installs nothing."""
    code = "import book.check.links"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True)


def test_addresses_are_found_with_their_place(tmp_path: Path) -> None:
    text = (
        "See [a](https://a.org/x_(y)#part), https://b.org/z.\n"
        "参见 https://c.org/甲。`https://user.example.com`，"
        "http://127.0.0.1:8000/ and https://a.org/x_(y).\n"
    )
    folder = tmp_path / "docs" / "en"
    folder.mkdir(parents=True)
    (folder / "page.md").write_text(text, encoding="utf-8")
    cells = [
        {"cell_type": "markdown", "source": ["One\n", "https://d.org"]},
        {"cell_type": "code", "source": ["https://e.org"]},
    ]
    notebook = json.dumps({"cells": cells})
    (folder / "lab.ipynb").write_text(notebook, encoding="utf-8")
    assert links.addresses(tmp_path) == {
        "https://a.org/x_(y)": "docs/en/page.md:1",
        "https://b.org/z": "docs/en/page.md:1",
        "https://c.org/甲": "docs/en/page.md:2",
        "https://d.org": "docs/en/lab.ipynb:2",
    }


def test_the_references_of_the_book_are_found() -> None:
    found = links.addresses(ROOT)
    assert links.ROOT == ROOT
    assert "https://arxiv.org/abs/1406.1078" in found
    assert "https://doi.org/10.24432/C50P49" in found


def test_only_what_is_gone_fails(
    host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(links, "_EXAMPLES", links.re.compile("example"))
    monkeypatch.setattr(links, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"{host}/200 {host}/403\n", encoding="utf-8")
    assert links.main() == 0
    said = capsys.readouterr().out
    assert said == f"unsure: page.md:1: {host}/403: 403\n"
    page.write_text(f"{host}/200\n{host}/404\n", encoding="utf-8")
    assert links.main() == 1
    assert capsys.readouterr().out == f"gone: page.md:2: {host}/404: 404\n"
