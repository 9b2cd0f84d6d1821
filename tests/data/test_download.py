"""Downloads against a server that fails in every way we could think of."""

import _thread
import contextlib
import errno
import hashlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pooch
import pytest
import requests

from d2lcode.data import DownloadError, RemoteFile, download, fetch

CONTENT = bytes(range(256)) * 1024  # several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()
LONG = 300.0
"""Seconds that no test waits for, however busy the machine is."""


class Mirror(ThreadingHTTPServer):
    """A server whose path says how it behaves; it notes each request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requested: list[str] = []
        self.closing = threading.Event()
        self.meeting = threading.Barrier(2, timeout=LONG)
        self.folder = Path()  # where the client keeps its files

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behaviour}"


class Handler(BaseHTTPRequestHandler):
    """Answer /good, /truncated, ...: one method for each behaviour."""

    server: Mirror

    def do_GET(self) -> None:
        behaviour = self.path[1:]
        self.server.requested.append(behaviour)
        with contextlib.suppress(ConnectionError):  # the client gave up
            getattr(self, behaviour)()

    def log_message(self, *args: object) -> None:
        pass

    def start(self, length: int | None = len(CONTENT)) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def good(self) -> None:
        self.start()
        self.wfile.write(CONTENT)

    def unsized(self) -> None:
        self.start(length=None)
        self.wfile.write(CONTENT)

    def truncated(self) -> None:
        self.start()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])

    def truncated_unnoticed(self) -> None:
        self.start(length=None)
        self.wfile.write(CONTENT[:-1])

    def wrong(self) -> None:
        self.start()
        self.wfile.write(CONTENT[:-1] + b"?")

    def misnumbered(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "many")
        self.end_headers()
        self.wfile.write(CONTENT)

    def stalled(self) -> None:
        self.start()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        self.server.closing.wait(LONG)

    def silent(self) -> None:
        self.server.closing.wait(LONG)

    def missing(self) -> None:
        self.send_error(404)

    def broken(self) -> None:
        self.send_error(500)

    def meeting(self) -> None:
        """Go on only when two clients have half the file each."""
        self.start()
        half = len(CONTENT) // 2
        self.wfile.write(CONTENT[:half])
        self.wfile.flush()
        self.server.meeting.wait()
        self.wfile.write(CONTENT[half:])

    def interrupting(self) -> None:
        """Press Ctrl-C when a part of the file is there, then drip on."""
        self.start()
        half = len(CONTENT) // 2
        self.wfile.write(CONTENT[:half])
        self.wfile.flush()
        while not any(
            part.stat().st_size for part in self.server.folder.rglob("*.part")
        ):
            if self.server.closing.wait(0.01):
                return
        _thread.interrupt_main()
        for place in range(half, len(CONTENT)):
            self.wfile.write(CONTENT[place : place + 1])
            self.wfile.flush()
            if self.server.closing.wait(0.01):
                return

    def compressing(self) -> None:
        """Compress on the way, as some servers do, if the client may."""
        assert self.headers["Accept-Encoding"] == "identity"
        self.good()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def refused() -> Iterator[str]:
    """An address at which nobody listens, and nobody else can."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/refused"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon on the mirrors that stall, and on no other."""
    get = requests.get

    def get_soon(url: str, *, timeout: object, **options: object) -> object:
        assert timeout == (LONG, LONG)
        wait = 0.3 if url.endswith(("/stalled", "/silent")) else LONG
        return get(url, timeout=(LONG, wait), **options)

    monkeypatch.setattr(requests, "get", get_soon)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let neither the user's data folder nor a proxy take part."""
    monkeypatch.delenv("D2LCODE_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def remote_file(*urls: str) -> RemoteFile:
    return RemoteFile("novel", "text.txt", SHA256, urls)


def files_below(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def test_good_file_is_kept_and_not_fetched_again(
    mirror: Mirror, tmp_path: Path
) -> None:
    remote = remote_file(mirror.url("good"))
    path = fetch(remote, tmp_path)
    assert path == tmp_path / "novel" / "text.txt"
    assert path.read_bytes() == CONTENT
    assert files_below(tmp_path) == ["novel/text.txt"]
    assert fetch(remote, str(tmp_path)) == path
    assert mirror.requested == ["good"]


@pytest.mark.parametrize("behaviour", ["unsized", "compressing"])
def test_other_ways_to_send_the_right_bytes(
    mirror: Mirror, tmp_path: Path, behaviour: str
) -> None:
    path = fetch(remote_file(mirror.url(behaviour)), tmp_path)
    assert path.read_bytes() == CONTENT


BAD = {
    "truncated": "ChunkedEncodingError",
    "truncated_unnoticed": r"ValueError: the 262143 bytes have SHA-256 \w+$",
    "wrong": r"ValueError: the 262144 bytes have SHA-256 \w+$",
    "misnumbered": "ValueError",
    "stalled": "(ConnectionError|ReadTimeout): .*[Rr]ead timed out",
    "silent": "ReadTimeout: .*[Rr]ead timed out",
    "missing": "HTTPError: 404",
    "broken": "HTTPError: 500",
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behaviour", BAD)
def test_bad_mirror_gives_an_error_and_leaves_nothing(
    mirror: Mirror, tmp_path: Path, behaviour: str
) -> None:
    url = mirror.url(behaviour)
    with pytest.raises(DownloadError) as caught:
        fetch(remote_file(url), tmp_path, timeout=(LONG, LONG))
    assert files_below(tmp_path) == []
    failure = str(caught.value).splitlines()[1]
    assert re.match(f"  {url}: {BAD[behaviour]}", failure)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behaviour", BAD)
def test_next_mirror_is_tried(
    mirror: Mirror, refused: str, tmp_path: Path, behaviour: str
) -> None:
    remote = remote_file(
        refused, mirror.url(behaviour), mirror.url("good"), "unused"
    )
    path = fetch(remote, tmp_path, timeout=(LONG, LONG))
    assert path.read_bytes() == CONTENT
    assert files_below(tmp_path) == ["novel/text.txt"]
    assert mirror.requested == [behaviour, "good"]


def test_error_says_all_that_helps(
    mirror: Mirror, refused: str, tmp_path: Path
) -> None:
    remote = remote_file(mirror.url("missing"), refused, mirror.url("wrong"))
    with pytest.raises(OSError, match="no mirror gave") as caught:
        fetch(remote, tmp_path)
    assert isinstance(caught.value, DownloadError)
    heading, *failures, advice = str(caught.value).splitlines()
    assert heading == "no mirror gave novel/text.txt:"
    for url, failure in zip(remote.urls, failures, strict=True):
        assert failure.startswith(f"  {url}: ")
    assert "ConnectionError" in failures[1]
    assert SHA256 in advice
    assert str(tmp_path / "novel" / "text.txt") in advice
    assert "D2LCODE_DATA" in advice


def test_connecting_has_a_timeout_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    def get(url: str, *, timeout: object, **options: object) -> None:
        given.append((url, timeout))
        raise requests.ConnectTimeout("too slow")

    monkeypatch.setattr(requests, "get", get)
    with pytest.raises(DownloadError, match="b: ConnectTimeout: too slow"):
        fetch(remote_file("a", "b"), tmp_path)
    assert given == [("a", download.TIMEOUT), ("b", download.TIMEOUT)]
    assert all(0 < seconds <= 60 for seconds in download.TIMEOUT)


def test_interrupted_download_leaves_nothing(
    mirror: Mirror, tmp_path: Path
) -> None:
    remote = remote_file(mirror.url("interrupting"), mirror.url("good"))
    mirror.folder = tmp_path
    # What a shell starts in the background is deaf to Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            fetch(remote, tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert files_below(tmp_path) == []
    assert mirror.requested == ["interrupting"]


def test_full_disk_is_not_blamed_on_a_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(self: object, url: str, file: str, _: None) -> None:
        # A rename is one step only within one folder's file system.
        assert Path(file).parent == tmp_path / "novel"
        Path(file).write_bytes(CONTENT[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", write_half)
    with pytest.raises(OSError, match="No space left") as caught:
        fetch(remote_file("a", "b"), tmp_path)
    assert not isinstance(caught.value, DownloadError)
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("refusing", ["mkdir", "touch"])
def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusing: str
) -> None:
    def refuse(self: Path, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, refusing, refuse)
    with pytest.raises(PermissionError, match="cannot write") as caught:
        fetch(remote_file("unused"), tmp_path)
    for part in (str(tmp_path / "novel"), "denied", "folder=", "D2LCODE_DATA"):
        assert part in str(caught.value)


def test_a_folder_below_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="folder=.*D2LCODE_DATA") as caught:
        fetch(remote_file("unused"), tmp_path / "file" / "cache")
    assert not isinstance(caught.value, DownloadError)
    assert files_below(tmp_path) == ["file"]


@pytest.mark.parametrize("damaged", [b"", CONTENT[:-1], b"?" + CONTENT[1:]])
def test_damaged_file_is_fetched_again(
    mirror: Mirror, tmp_path: Path, damaged: bytes
) -> None:
    remote = remote_file(mirror.url("good"))
    path = remote.path_in(tmp_path)
    path.parent.mkdir()
    path.write_bytes(damaged)
    assert fetch(remote, tmp_path).read_bytes() == CONTENT
    assert files_below(tmp_path) == ["novel/text.txt"]


def test_damaged_file_is_not_used_when_mirrors_fail(
    mirror: Mirror, tmp_path: Path
) -> None:
    remote = remote_file(mirror.url("missing"))
    path = remote.path_in(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    with pytest.raises(DownloadError):
        fetch(remote, tmp_path)
    assert path.read_bytes() == b"damaged"


def test_two_threads_at_once(mirror: Mirror, tmp_path: Path) -> None:
    keep = partial(fetch, timeout=(LONG, LONG))
    remote = remote_file(mirror.url("meeting"))
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(keep, [remote] * 2, [tmp_path] * 2))
    assert paths == [remote.path_in(tmp_path)] * 2
    assert paths[0].read_bytes() == CONTENT
    assert files_below(tmp_path) == ["novel/text.txt"]
    assert mirror.requested == ["meeting"] * 2


def test_two_processes_at_once(mirror: Mirror, tmp_path: Path) -> None:
    program = (
        "import sys, download\n"
        "file = download.RemoteFile('novel', 'text.txt', *sys.argv[1:2],"
        " tuple(sys.argv[2:3]))\n"
        "wait = float(sys.argv[4])\n"
        "print(download.fetch(file, sys.argv[3], timeout=(wait, wait)))\n"
    )
    command = [sys.executable, "-c", program]
    command += [SHA256, mirror.url("meeting"), str(tmp_path), str(LONG)]
    # From inside d2lcode/data: `import d2lcode.data` would take seconds.
    folder = Path(download.__file__).parent
    processes = [
        subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    path = tmp_path / "novel" / "text.txt"
    for process in processes:
        printed, errors = process.communicate(timeout=2 * LONG)
        assert (printed, errors) == (f"{path}\n", "")
    assert path.read_bytes() == CONTENT
    assert files_below(tmp_path) == ["novel/text.txt"]
    assert mirror.requested == ["meeting"] * 2


@pytest.mark.parametrize("other", [CONTENT, b"damaged"])
def test_windows_refuses_to_replace_an_open_file(
    mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    other: bytes,
) -> None:
    def replace(_: Path, target: Path) -> None:
        target.write_bytes(other)  # another process was faster
        raise PermissionError("Access is denied")

    monkeypatch.setattr(Path, "replace", replace)
    remote = remote_file(mirror.url("good"))
    if other == CONTENT:
        assert fetch(remote, tmp_path).read_bytes() == CONTENT
    else:
        with pytest.raises(PermissionError, match="denied"):
            fetch(remote, tmp_path)
    assert files_below(tmp_path) == ["novel/text.txt"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_may_read_what_the_umask_lets_them(
    mirror: Mirror, tmp_path: Path
) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    path = fetch(remote_file(mirror.url("good")), tmp_path)
    assert path.stat().st_mode == usual.stat().st_mode


def test_default_folder_is_the_users_cache(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    path = fetch(remote_file(mirror.url("good")))
    assert path == tmp_path / "d2lcode" / "novel" / "text.txt"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("behaviour", ["good", "unsized"])
def test_progress_bar_on_a_terminal(
    mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    behaviour: str,
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    fetch(remote_file(mirror.url(behaviour)), tmp_path)
    assert "text.txt" in terminal.getvalue()
    if behaviour == "good":
        assert "100%" in terminal.getvalue()
        assert "262k/262k" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_silence_where_there_is_no_terminal(
    mirror: Mirror, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fetch(remote_file(mirror.url("missing"), mirror.url("good")), tmp_path)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def provided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], Path]:
    """Put a file into a folder and let D2LCODE_DATA name the folder."""
    folder = tmp_path / "provided"
    monkeypatch.setenv("D2LCODE_DATA", str(folder))

    def put(content: bytes) -> Path:
        path = folder / "novel" / "text.txt"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return path

    return put


def test_provided_file_is_used(
    provided: Callable[[bytes], Path], mirror: Mirror, tmp_path: Path
) -> None:
    path = provided(CONTENT)
    assert fetch(remote_file(mirror.url("good")), tmp_path / "cache") == path
    assert mirror.requested == []
    assert not (tmp_path / "cache").exists()


def test_wrong_provided_file_is_an_error_and_stays(
    provided: Callable[[bytes], Path], mirror: Mirror, tmp_path: Path
) -> None:
    path = provided(b"my own")
    found = hashlib.sha256(b"my own").hexdigest()
    with pytest.raises(ValueError, match="D2LCODE_DATA") as caught:
        fetch(remote_file(mirror.url("good")), tmp_path / "cache")
    for part in (str(path), SHA256, found):
        assert part in str(caught.value)
    assert path.read_bytes() == b"my own"
    assert mirror.requested == []
    assert files_below(tmp_path) == ["provided/novel/text.txt"]


@pytest.mark.parametrize("obstacle", ["none", "folder", "file"])
def test_missing_provided_file_is_an_error(
    mirror: Mirror,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    obstacle: str,
) -> None:
    folder = tmp_path / "provided"
    monkeypatch.setenv("D2LCODE_DATA", str(folder))
    if obstacle == "folder":
        folder.mkdir()
    elif obstacle == "file":
        folder.touch()
    before = files_below(tmp_path)
    with pytest.raises(FileNotFoundError, match="D2LCODE_DATA") as caught:
        fetch(remote_file(mirror.url("good")), tmp_path / "cache")
    for part in ("novel/text.txt", str(folder / "novel"), SHA256):
        assert part in str(caught.value)
    assert mirror.requested == []
    assert files_below(tmp_path) == before


def test_empty_variable_means_none(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D2LCODE_DATA", "")
    path = fetch(remote_file(mirror.url("good")), tmp_path)
    assert path.parent.parent == tmp_path


def test_relative_folder_gives_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = remote_file().path_in("data")
    assert path == tmp_path / "data" / "novel" / "text.txt"


def test_home_folder_may_be_written_as_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = remote_file().path_in("~/data")
    assert path == tmp_path / "data" / "novel" / "text.txt"
