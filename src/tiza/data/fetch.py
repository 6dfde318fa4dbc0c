"""Finding the files of a data set: TIZA_DATA, the cache, or a download; always checked."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tiza.data.registry import Card, File, card
from tiza.data.storage import sha256_of
from tiza.errors import ChecksumError, DownloadError

Place = Literal["package", "TIZA_DATA", "cache", "absent", "damaged"]
SHIPPED = Path(__file__).parent / "files"


@dataclass(frozen=True)
class Found:
    """Where one file of a data set is, if anywhere."""

    file: File
    place: Place
    path: Path | None


def cache_folder() -> Path:
    """The folder of downloaded data: $XDG_CACHE_HOME/tiza/data, usually ~/.cache/tiza/data."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "tiza" / "data"


def _folders() -> Iterator[tuple[Place, Path]]:
    own = os.environ.get("TIZA_DATA", "")
    if own:
        yield "TIZA_DATA", Path(own).expanduser()
    yield "cache", cache_folder()


def _candidates(card: Card, file: File) -> Iterator[tuple[Place, Path]]:
    """The places where a file may lie, as stored or uncompressed, best first."""
    if card.shipped:
        yield "package", SHIPPED / file.name
    for place, folder in _folders():
        path = folder / file.path
        yield place, path
        if file.plain_sha256:
            yield place, path.with_suffix("")


def find(name: str) -> list[Found]:
    """Where the files of a data set are, checked; nothing is downloaded and nothing raised."""
    which = card(name)
    return [_found(which, file) for file in which.files]


def _found(which: Card, file: File) -> Found:
    for place, path in _candidates(which, file):
        if path.is_file():
            return Found(file, place if is_intact(path, file) else "damaged", path)
    return Found(file, "absent", None)


def _download(file: File, target: Path) -> Path:
    """Fetch a file; the network's libraries are loaded on first use."""
    from tiza.data.download import download

    return download(file, target)


def locate(name: str, *, fetch: Callable[[File, Path], Path] = _download) -> dict[str, Path]:
    """The checked path of each file of a data set, by the file's name; what is absent is fetched.

    Errors: ChecksumError for a file that is not what it should be; DownloadError where it is absent
    and offline, has no address, or cannot be fetched; ArgumentError for an unknown name.

    >>> [path.name for path in locate("digits").values()]
    ['digits_8x8.csv.gz']
    """
    which = card(name)
    return {file.name: _obtain(which, file, fetch) for file in which.files}


def _obtain(which: Card, file: File, fetch: Callable[[File, Path], Path]) -> Path:
    found = _found(which, file)
    if found.path is not None and found.place != "damaged":
        return found.path
    offline = os.environ.get("TIZA_OFFLINE", "") not in ("", "0")
    cached = found.path is not None and found.path.is_relative_to(cache_folder())
    if found.path is not None and (offline or not cached or not file.urls):
        got = sha256_of(found.path)
        raise ChecksumError("data-checksum", path=found.path, got=got, want=file.sha256)
    if not file.urls:
        raise DownloadError(
            "data-no-address", name=which.name, file=file.path, homepage=which.homepage
        )
    if offline:
        raise DownloadError("data-offline", name=which.name, file=file.path)
    path = fetch(file, cache_folder() / file.path)
    _remember(path, file)
    return path


def is_intact(path: Path, file: File) -> bool:
    """Whether a file has the content that the registry demands.

    The answer yes is remembered for as long as size and time of change stay the same.
    """
    stamp = _stamp(path, file)
    if stamp is not None and _memory().get(str(path.resolve())) == stamp:
        return True
    if not matches(path, file):
        return False
    _remember(path, file)
    return True


def matches(path: Path, file: File) -> bool:
    """Whether a file is the one of the registry, as stored or uncompressed, by its SHA-256."""
    size = path.stat().st_size
    if size == file.bytes and sha256_of(path) == file.sha256:
        return True
    if not file.plain_sha256:
        return False
    if size == file.plain_bytes and sha256_of(path) == file.plain_sha256:
        return True
    try:  # compressed by somebody else
        return sha256_of(path, plain=True, limit=file.plain_bytes) == file.plain_sha256
    except (OSError, EOFError, ValueError):
        return False


def _stamp(path: Path, file: File) -> list[Any] | None:
    with suppress(OSError):
        stat = path.stat()
        return [stat.st_size, stat.st_mtime_ns, file.sha256]
    return None


def _memory_file() -> Path:
    return cache_folder() / "verified.json"


def _memory() -> dict[str, list[Any]]:
    try:
        kept = json.loads(_memory_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _remember(path: Path, file: File) -> None:
    """Keep the stamp of a verified file; where the cache cannot be written, do without."""
    stamp = _stamp(path, file)
    with suppress(OSError):
        target = _memory_file()
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = _memory() | {str(path.resolve()): stamp}
        draft = target.with_name(f"verified.{os.getpid()}.part")
        draft.write_text(json.dumps(kept, indent=0), "utf-8")
        os.replace(draft, target)
