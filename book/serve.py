"""`python -m book.serve`: the built sites at an address of this machine."""

import argparse
import errno
import functools
import os
import sys
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from book.layout import ROOT

_TRIES = 20
"""How many ports are tried, the given one first."""


class _Server(ThreadingHTTPServer):
    # On Windows the option would let two servers share a port.
    allow_reuse_address = os.name != "nt"
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a reader who left before the answer did."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(SimpleHTTPRequestHandler):
    """Answers with files of a folder, or with the site's own 404 page."""

    def log_request(self, *_: object) -> None:
        """Say nothing of requests that went well."""

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answer for a missing page with the site's own, as hosts do."""
        page = Path(self.directory, "404.html")
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page.read_bytes())


def server(
    folder: Path,
    port: int,
    kind: type[Handler] = Handler,
    verb: str = "serve",
) -> ThreadingHTTPServer:
    """Return a server of `folder` at the first free port from `port` on.

    kind: what answers; verb: what make calls it.

    Raises: OSError if none of them is free, or may be used.
    """
    handler = functools.partial(kind, directory=str(folder))
    for number in range(port, port + _TRIES):
        try:
            return _Server(("127.0.0.1", number), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            print(f"port {number} is in use", file=sys.stderr)
    raise OSError(
        errno.EADDRINUSE,
        f"the ports {port} to {port + _TRIES - 1} are in use: name another "
        f"one, make {verb} PORT=9000",
    )


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m book.serve", description=main.__doc__
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=ROOT / "site")
    options = parser.parse_args(arguments)
    if not (options.folder / "index.html").is_file():
        print(
            f"error: no site in {options.folder}: run python -m book site",
            file=sys.stderr,
        )
        return 1
    try:
        with server(options.folder, options.port) as running:
            port = running.server_address[1]
            print(f"The book: http://127.0.0.1:{port}/ (Ctrl+C stops)")
            sys.stdout.flush()
            running.serve_forever()
    except KeyboardInterrupt:
        print()
    except (OSError, OverflowError) as error:
        print(f"error: port {options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
