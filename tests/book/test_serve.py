"""The server of `make serve`: at a free port, from this machine only."""

import http.client
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from book import serve

# A proxy that the environment names has no business here.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serves_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_text("<p>你好</p>", encoding="utf-8")
    with serve.server(tmp_path, free_port()) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            host, port = running.server_address[:2]
            address = f"http://127.0.0.1:{port}/"
            with OPENER.open(address, timeout=10) as answer:
                assert answer.read().decode() == "<p>你好</p>"
            with pytest.raises(urllib.error.HTTPError, match="404"):
                OPENER.open(address + "nothing", timeout=10)
        finally:
            running.shutdown()
            thread.join()
    assert host == "127.0.0.1"
    assert "GET / " not in capsys.readouterr().err


def test_a_missing_page_is_the_one_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("<p>没有</p>", encoding="utf-8")
    with serve.server(tmp_path, free_port()) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{running.server_address[1]}/a/b"
            with pytest.raises(urllib.error.HTTPError, match="404") as caught:
                OPENER.open(address, timeout=10)
            assert caught.value.read().decode() == "<p>没有</p>"
        finally:
            running.shutdown()
            thread.join()


def test_takes_the_next_port_when_one_is_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve.server(tmp_path, free_port()) as first:
        port = first.server_address[1]
        with serve.server(tmp_path, port) as second:
            assert port < second.server_address[1] < port + 20
    assert f"port {port} is in use" in capsys.readouterr().err


def test_says_that_all_ports_are_in_use(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(serve, "_TRIES", 1)
    with serve.server(tmp_path, free_port()) as running:
        port = str(running.server_address[1])
        options = ["--port", port, "--folder", str(tmp_path)]
        assert serve.main(options) == 1
    assert "make serve PORT=" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_refuses_what_is_no_port(
    port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").touch()
    assert serve.main(["--port", port, "--folder", str(tmp_path)]) == 1
    assert f"error: port {port}" in capsys.readouterr().err


def test_asks_for_a_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve.main(["--folder", str(tmp_path)]) == 1
    assert "run python -m book site" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [b"GET / HTTP/1.1\r\n\r\n", b"GET /"])
def test_a_reader_who_leaves_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: bytes
) -> None:
    (tmp_path / "index.html").write_bytes(bytes(20_000_000))
    with serve.server(tmp_path, free_port()) as running:
        running.daemon_threads = False  # the server waits for its answers
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        with socket.create_connection(running.server_address[:2]) as reader:
            reader.sendall(asked)
            # Without lingering, closing resets the connection.
            reader.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            time.sleep(0.1)
        running.shutdown()
        thread.join()
    assert capsys.readouterr().err == ""


def test_another_error_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(serve.Handler, "do_GET", fail)
    with serve.server(tmp_path, free_port()) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{running.server_address[1]}/"
        with pytest.raises(http.client.HTTPException):
            OPENER.open(address, timeout=10)
        running.shutdown()
        thread.join()
    assert "ZeroDivisionError" in capsys.readouterr().err
