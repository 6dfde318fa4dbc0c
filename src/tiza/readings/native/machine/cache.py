"""Object code, and what running it needs, kept on disk: it loads in milliseconds."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LIMIT = 256 << 20  # bytes
MAGIC = b"tiza-obj1\n"
SHARES = 64  # of the limit: one of them may be exceeded before somebody looks
DIGEST = 32  # bytes of a SHA-256
ENDING = ".obj"


def default_folder() -> Path:
    """Where objects are kept: `$XDG_CACHE_HOME/tiza/native`, usually `~/.cache/tiza/native`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = base if os.path.isabs(base) else os.path.expanduser("~/.cache")
    return Path(root) / "tiza" / "native"


def key_of(*parts: str) -> str:
    """The SHA-256 of several texts; their borders count, so ("ab", "c") is not ("a", "bc").

    >>> key_of("ab", "c") == key_of("a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()


class ObjectCache:
    """A folder of object files and the like, each under the hash of all that it depends on.

    Entries appear whole or not at all (written aside, then renamed), and carry a checksum: what
    does not match is deleted and counts as absent, so no damaged code is ever run. When the
    folder outgrows `limit_bytes`, by a small share of it, the entries not used for longest go.
    Several processes may share a folder. A folder that cannot be written, or that others may
    write to, is not used: `get` then finds nothing and `put` does nothing.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = ObjectCache(Path(folder) / "native")
    ...     cache.put("0123", b"machine code")
    ...     cache.get("0123"), cache.get("4567")
    (b'machine code', None)
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT) -> None:
        self._folder = folder
        self.limit_bytes = limit_bytes

    @property
    def folder(self) -> Path:
        """The folder in use; without one of its own, the default as it is now."""
        return self._folder or default_folder()

    def get(self, key: str) -> bytes | None:
        """The object code under a key; None if there is none, or it is damaged."""
        path = self._path(key)
        if not self._trusted():
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        payload = _checked(content)
        with suppress(OSError):
            if payload is None:
                path.unlink()
            else:
                os.utime(path)  # it was used just now: it goes last
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep object code under a key; silently nothing where that is impossible."""
        if len(payload) > self.limit_bytes or not self._trusted(make=True):
            return
        digest = hashlib.sha256(payload).digest()
        try:
            self._write(self._path(key), MAGIC + digest + payload)
        except OSError:
            return
        if self._looks(digest, len(payload)):
            self._evict(keep=self._path(key))

    def _looks(self, digest: bytes, size: int) -> bool:
        """Whether to look at all entries now: about once for each share of the limit written.

        A folder of 20,000 entries takes a good part of a second to look through. Which entries
        are looked after is a matter of their hash, so that no process has to know of the others.
        """
        return int.from_bytes(digest[:4], "big") * self.limit_bytes <= (size * SHARES) << 32

    def size(self) -> int:
        """The bytes that all entries take together."""
        return sum(size for _, size, _ in self._entries())

    def __len__(self) -> int:
        return sum(1 for _ in self._entries())

    def clear(self) -> None:
        """Delete every entry."""
        for _, _, path in list(self._entries()):
            with suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{ENDING}"

    def _trusted(self, make: bool = False) -> bool:
        """Whether the folder exists, is ours, and nobody else can put code into it."""
        folder = self.folder
        if not folder.is_absolute():  # no home folder is known
            return False
        try:
            if make:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = folder.stat()
        except OSError:
            return False
        if not hasattr(os, "getuid"):
            return True
        return state.st_uid == os.getuid() and not state.st_mode & 0o022

    def _write(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """Time of last use, size and path of each entry; what vanishes meanwhile is left out."""
        try:
            with os.scandir(self.folder) as found:
                entries = list(found)
        except OSError:
            return
        for entry in entries:
            if entry.name.endswith(ENDING) or entry.name.startswith(".new-"):
                with suppress(OSError):
                    state = entry.stat()
                    yield state.st_mtime, state.st_size, Path(entry.path)

    def _evict(self, keep: Path) -> None:
        entries = sorted(self._entries())
        excess = sum(size for _, size, _ in entries) - self.limit_bytes
        for _, size, path in entries:
            if excess <= 0:
                return
            if path != keep:
                with suppress(OSError):
                    path.unlink()
                    excess -= size


def _checked(content: bytes) -> bytes | None:
    """What an entry holds; None if it is cut short or altered."""
    head = len(MAGIC) + DIGEST
    payload = content[head:]
    whole = content[:head] == MAGIC + hashlib.sha256(payload).digest()
    return payload if whole else None
