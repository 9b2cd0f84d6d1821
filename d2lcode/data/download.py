"""Fetch files from mirrors, and never use one with the wrong hash.

pooch speaks HTTP; what stands here is the rest: mirrors in turn, a
temporary file of its own for every download, renamed in one step only
after its hash was checked, so that a crash, Ctrl-C or a second process
can never leave half a file under the real name.
"""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import pooch
from requests import RequestException
from tqdm import tqdm

Folder = str | os.PathLike[str]

VARIABLE = "D2LCODE_DATA"
"""The environment variable that names a folder with all the files."""

TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes."""

CHUNK = 2**16
"""Bytes between two writes, and two steps of the progress bar."""


class DownloadError(OSError):
    """No mirror gave the right file; the message says what each gave."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set: kept as name/file, found at any of urls.

    sha256: of the file as the mirrors give it, in lower-case hex.
    """

    name: str
    file: str
    sha256: str
    urls: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}/{self.file}"

    def path_in(self, folder: Folder) -> Path:
        """Return the absolute path of the file below a data folder."""
        root = Path(folder).expanduser().absolute()
        return root / self.name / self.file


def fetch(
    remote: RemoteFile,
    folder: Folder | None = None,
    *,
    timeout: tuple[float, float] = TIMEOUT,
) -> Path:
    """Return the path of the file, its hash checked a moment ago.

    Where the environment variable D2LCODE_DATA is set, it names the
    folder that holds the file, and nothing is downloaded or changed.
    Otherwise the file is kept below `folder`, and one that is missing
    or damaged is fetched, from the first mirror that gives the right
    bytes. The progress bar goes to stderr, if that is a terminal.

    folder: where downloads are kept; by default the user's cache folder
        for "d2lcode" as the operating system has it.
    timeout: seconds to wait for a connection and for the next bytes.

    Raises: FileNotFoundError or ValueError if D2LCODE_DATA lacks the
        file or has another under its name; OSError if the folder cannot
        be written to; DownloadError if no mirror gave it.
    """
    provided = os.environ.get(VARIABLE)
    if provided:
        return _provided(remote, remote.path_in(provided))
    path = remote.path_in(folder or pooch.os_cache("d2lcode"))
    if _sha256(path) == remote.sha256:
        return path
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    _make(part, remote)
    failures = []
    try:
        for url in remote.urls:
            try:
                _download(url, part, remote, timeout)
                _replace(part, path, remote.sha256)
            except (RequestException, ValueError) as error:
                failures.append(f"{url}: {type(error).__name__}: {error}")
            else:
                return path
    finally:
        part.unlink(missing_ok=True)
    raise DownloadError(
        "\n  ".join([f"no mirror gave {remote}:", *failures])
        + f"\nIts SHA-256 must be {remote.sha256}. If you have the file, "
        f"put it at {path}, or let {VARIABLE} name a folder that holds "
        f"{remote}."
    )


def _provided(remote: RemoteFile, path: Path) -> Path:
    """Return the path of a file that the user put there, if right."""
    found = _sha256(path)
    if found is None:
        raise FileNotFoundError(
            f"{VARIABLE} must name a folder that holds {remote}, "
            f"got no readable file {path} (SHA-256 {remote.sha256})"
        )
    if found != remote.sha256:
        raise ValueError(
            f"{path} (from {VARIABLE}) must have the SHA-256 "
            f"{remote.sha256}, got {found}"
        )
    return path


def _make(part: Path, remote: RemoteFile) -> None:
    """Make an empty file, and the folders above it.

    Raises: OSError, of the kind that came, with what to do about it.
    """
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    except OSError as error:
        raise type(error)(
            error.errno,
            f"cannot write to {part.parent} ({error.strerror}): name another "
            f"folder with folder=, or let {VARIABLE} name one that holds "
            f"{remote}",
        ) from error


def _download(
    url: str, part: Path, remote: RemoteFile, timeout: tuple[float, float]
) -> None:
    """Put what a URL gives into the file `part`, if its hash is right.

    Raises: ValueError for another hash, and what requests raises.
    """
    # pooch asks for bool(bar), an error without a total; then sets it.
    with tqdm(
        total=1, desc=remote.file, unit="B", unit_scale=True, disable=None
    ) as bar:
        get = pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=CHUNK,
            timeout=timeout,
            headers={"Accept-Encoding": "identity"},
        )
        get(url, str(part), None)
    found = _sha256(part)
    if found != remote.sha256:
        raise ValueError(
            f"the {part.stat().st_size} bytes have SHA-256 {found}"
        )


def _replace(part: Path, path: Path, sha256: str) -> None:
    """Rename in one step; that another process was faster is fine."""
    try:
        part.replace(path)
    except PermissionError:
        # Windows refuses while somebody reads the file at path.
        if _sha256(path) != sha256:
            raise


def _sha256(path: Path) -> str | None:
    """Return a file's hash in hex, or None if no such file can be read."""
    try:
        return str(pooch.file_hash(str(path)))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
