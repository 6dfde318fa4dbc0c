"""Downloading one file: https with a verified certificate, resumable, checked, atomic."""

import os
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Protocol, cast
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from tiza.data.registry import File
from tiza.data.storage import sha256_of
from tiza.data.words import say
from tiza.errors import ChecksumError, DownloadError

PIECE = 1 << 16  # bytes read at a time
TIMEOUT = 30.0  # seconds without a byte
ATTEMPTS = 3  # at each address, as long as the connection breaks
Step = Callable[[int], None]  # told how many bytes have arrived so far


class Answer(Protocol):
    """What is needed of a server's answer."""

    status: int
    headers: Mapping[str, str]

    def read(self, amount: int, /) -> bytes:
        """At most `amount` bytes; none at the end."""
        ...


Opener = Callable[[str, dict[str, str]], AbstractContextManager[Answer]]


class StayOnHttps(HTTPRedirectHandler):
    """Follows redirections to https only."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """The next request, refused where it would leave https."""
        if not newurl.startswith("https://"):
            raise OSError(f"redirected to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def https_open(url: str, headers: dict[str, str]) -> AbstractContextManager[Answer]:
    """Open an https address; the certificate is verified against the system's authorities.

    Errors: OSError for another scheme, an unverified certificate, or a status of failure.
    """
    if not url.startswith("https://"):
        raise OSError("https://…")
    context = ssl.create_default_context()
    opener = build_opener(HTTPSHandler(context=context), StayOnHttps())
    answer = opener.open(Request(url, headers=headers), timeout=TIMEOUT)
    return cast("AbstractContextManager[Answer]", answer)


def download(file: File, target: Path, *, open_url: Opener = https_open) -> Path:
    """Fetch a file to `target`, or beside it without its last suffix where it comes uncompressed.

    A part that arrived earlier is continued. The file gets its name only when its SHA-256 is right.

    Errors: DownloadError where no address answers; ChecksumError where another content comes.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    why: object = ""
    url = ""
    with _one_at_a_time(target.parent / ".lock"), _progress(file) as step:
        if (done := _named(target, file)) is not None:  # another process was quicker
            return done
        for url in file.urls:
            for _ in range(ATTEMPTS):
                try:
                    resumed = _receive(url, part, file, open_url, step)
                except HTTPError as error:
                    error.close()
                    why = error
                    if error.code != 416:  # the part is longer than the file: begin anew
                        break
                    part.unlink(missing_ok=True)
                except (OSError, HTTPException) as error:
                    why = error
                else:
                    final = _finished(part, target, file, may_retry=resumed)
                    if final is not None:
                        return final
    raise DownloadError("data-download", file=file.path, url=url, why=why)


def _receive(url: str, part: Path, file: File, open_url: Opener, step: Step) -> bool:
    """Bring the rest of a file; whether it continued an earlier part."""
    have = part.stat().st_size if part.exists() else 0
    limit = max(file.bytes, file.plain_bytes)
    headers = {"User-Agent": "tiza", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with open_url(url, headers) as answer:
        goes_on = answer.status == 206 and (answer.headers.get("Content-Range") or "").startswith(
            f"bytes {have}-"
        )
        have = have if goes_on else 0
        expected = answer.headers.get("Content-Length")
        with open(part, "ab" if goes_on else "wb") as out:
            got = 0
            while piece := answer.read(PIECE):
                got += len(piece)
                if have + got > limit:
                    break
                out.write(piece)
                step(have + got)
            out.flush()
            os.fsync(out.fileno())
    if have + got <= limit and expected is not None and got < int(expected):
        raise OSError(f"{have + got} / {have + int(expected)} bytes")
    return goes_on


def _names(target: Path, file: File) -> dict[str, Path]:
    """SHA-256 → the name that such a content gets."""
    plain = {file.plain_sha256: target.with_suffix("")} if file.plain_sha256 else {}
    return {file.sha256: target, **plain}


def _named(target: Path, file: File) -> Path | None:
    """The complete file, if it is there."""
    names = _names(target, file).items()
    return next((p for sha, p in names if p.is_file() and sha256_of(p) == sha), None)


def _finished(part: Path, target: Path, file: File, *, may_retry: bool) -> Path | None:
    """Give a complete file its name; None where a continued part turned out wrong: begin anew."""
    got = sha256_of(part)
    names = _names(target, file)
    if got in names:
        os.replace(part, names[got])
        return names[got]
    part.unlink()
    if may_retry:
        return None
    raise ChecksumError("data-checksum", path=target, got=got, want=file.sha256)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Let two processes that want the same file wait for each other, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows: the checksum still guards the outcome
        yield
        return
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _progress(file: File) -> Iterator[Step]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
               TransferSpeedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(say("downloading", name=file.name), total=file.bytes)
        yield lambda done: bar.update(task, completed=done)
