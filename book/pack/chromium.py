"""Where a Chromium is, and how the book starts it."""

import os
import shutil

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-sandbox",
]
"""It reaches no other host; without a sandbox it runs in containers."""


def chromium() -> str | None:
    """The path of a Chromium: `$CHROMIUM`, or the first one on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)
