"""Object code on disk: whole or absent, bounded, shared, and never from strangers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tiza.readings.native.machine.cache import MAGIC, ObjectCache, default_folder, key_of

PAYLOAD = bytes(range(256)) * 4


@pytest.fixture
def cache(tmp_path: Path) -> ObjectCache:
    return ObjectCache(tmp_path / "native")


def entry(cache: ObjectCache) -> Path:
    (path,) = cache.folder.iterdir()
    return path


def test_what_was_put_is_got(cache: ObjectCache) -> None:
    cache.put("k", PAYLOAD)
    assert cache.get("k") == PAYLOAD
    assert cache.get("other") is None
    assert len(cache) == 1
    assert cache.size() == len(PAYLOAD) + len(MAGIC) + 32


def test_keys_tell_parts_apart() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("ab", "c", "")}) == 4


def test_the_folder_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "tiza" / "native"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the standard says: as if it were not set
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_folder() == tmp_path / "home" / ".cache" / "tiza" / "native"


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_a_cut_entry_is_discarded(cache: ObjectCache, quarter: int) -> None:
    cache.put("k", PAYLOAD)
    path = entry(cache)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * quarter // 4])
    assert cache.get("k") is None
    assert not path.exists()
    cache.put("k", PAYLOAD)
    assert cache.get("k") == PAYLOAD


@pytest.mark.parametrize("place", [0, len(MAGIC), len(MAGIC) + 31, len(MAGIC) + 32, -1])
def test_an_altered_entry_is_discarded(cache: ObjectCache, place: int) -> None:
    cache.put("k", PAYLOAD)
    path = entry(cache)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert cache.get("k") is None
    assert not path.exists()


def test_the_entries_used_least_recently_go_first(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "native", limit_bytes=4 * (len(PAYLOAD) + 64))
    for age, key in enumerate("abcd"):
        cache.put(key, PAYLOAD)
        past = time.time() - 1000 + age
        os.utime(cache.folder / f"{key}.obj", (past, past))
    assert cache.get("a") == PAYLOAD  # used now, so b is the oldest
    cache.put("e", PAYLOAD)
    assert {key for key in "abcde" if cache.get(key)} == set("acde")
    assert cache.size() <= cache.limit_bytes


def test_a_full_folder_is_seldom_looked_through_and_stays_near_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ObjectCache(tmp_path / "native", limit_bytes=1 << 20)
    looks = []
    evict = ObjectCache._evict
    monkeypatch.setattr(ObjectCache, "_evict",
                        lambda self, keep: (looks.append(keep), evict(self, keep)))  # fmt: skip
    for k in range(1500):
        cache.put(f"{k:04d}", f"{k:04d}".encode() * 256)  # 1 kB: 1.5 times the limit in all
    assert 20 < len(looks) < 400
    assert cache.size() <= cache.limit_bytes * 17 / 16


def test_nothing_larger_than_the_cache_is_kept(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "native", limit_bytes=100)
    cache.put("k", PAYLOAD)
    assert len(cache) == 0


def test_clearing(cache: ObjectCache) -> None:
    cache.put("a", PAYLOAD)
    cache.put("b", PAYLOAD)
    cache.clear()
    assert len(cache) == 0


def test_a_folder_that_cannot_be_made_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = ObjectCache(tmp_path / "file" / "native")
    cache.put("k", PAYLOAD)
    assert cache.get("k") is None
    assert len(cache) == 0


def test_without_a_home_there_is_no_cache(cache: ObjectCache) -> None:
    homeless = ObjectCache(Path("~/.cache/tiza/native"))
    homeless.put("k", PAYLOAD)
    assert homeless.get("k") is None
    assert not Path("~").exists()


def test_a_write_that_fails_leaves_nothing(
    cache: ObjectCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.put("k", PAYLOAD)
    assert list(cache.folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows keeps no modes")
def test_code_that_others_could_have_put_there_is_not_used(cache: ObjectCache) -> None:
    cache.put("k", PAYLOAD)
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    cache.folder.chmod(0o777)
    assert cache.get("k") is None
    cache.folder.chmod(0o700)
    assert cache.get("k") == PAYLOAD


WRITER = """
import sys
from pathlib import Path
from tiza.readings.native.machine.cache import ObjectCache

cache = ObjectCache(Path(sys.argv[1]), limit_bytes=20_000)
for turn in range(150):
    key = str(turn % 5)
    cache.put(key, key.encode() * 5000)
    got = cache.get(key)
    assert got is None or got == key.encode() * 5000, len(got)
"""


def test_processes_that_write_the_same_entries_never_see_a_part(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "native")]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    ends = [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers]
    assert ends == [(b"", 0)] * 3
    assert not list((tmp_path / "native").glob(".new-*"))
