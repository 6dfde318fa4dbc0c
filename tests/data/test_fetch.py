"""Files are found, checked, or fetched; what is wrong is never used."""

import gzip
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tiza.data import fetch, load, locate, registry
from tiza.data.download import StayOnHttps, download, https_open
from tiza.data.fetch import cache_folder, find, is_intact
from tiza.data.registry import Card, File
from tiza.errors import ChecksumError, DownloadError, use_language

CONTENT = bytes(range(256)) * 3000
PACKED = gzip.compress(CONTENT, mtime=0)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Site:
    """A server on this machine that can misbehave."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)  # how many bytes to send before hanging up
    ranges: bool = True
    asked: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.headers.get("Range", ""))
            body = state.files.get(self.path[1:])
            if body is None:
                self.send_error(404)
                return
            start = 0
            if state.ranges and self.headers.get("Range"):
                start = int(self.headers["Range"][6:-1])
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            stop = start + state.cut.pop(0) if state.cut else len(body)
            self.wfile.write(body[start:stop])

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def local_open(url: str, headers: dict[str, str]) -> AbstractContextManager[Any]:
    """As https_open, but for this machine only."""
    assert url.startswith("http://127.0.0.1:")
    return urlopen(Request(url, headers=headers), timeout=5)


def file_at(site: Site, served: bytes = PACKED, name: str = "x.bin") -> File:
    site.files.setdefault(name, served)
    return File(
        "set/x.bin.gz", len(PACKED), sha(PACKED), len(CONTENT), sha(CONTENT), (site.url(name),)
    )


def test_a_file_arrives_whole(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "set" / "x.bin.gz"
    assert download(file_at(site), target, open_url=local_open) == target
    assert target.read_bytes() == PACKED
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_served_uncompressed_gets_that_name(site: Site, tmp_path: Path) -> None:
    path = download(file_at(site, CONTENT), tmp_path / "x.bin.gz", open_url=local_open)
    assert path.name == "x.bin"
    assert path.read_bytes() == CONTENT


def test_a_broken_connection_is_taken_up_where_it_broke(site: Site, tmp_path: Path) -> None:
    site.cut = [100, 50]
    path = download(file_at(site), tmp_path / "x.gz", open_url=local_open)
    assert path.read_bytes() == PACKED
    assert site.asked == ["", "bytes=100-", "bytes=150-"]


def test_the_next_call_goes_on_too(site: Site, tmp_path: Path) -> None:
    site.cut = [10, 10, 10]
    with pytest.raises(DownloadError) as caught:
        download(file_at(site), tmp_path / "x.gz", open_url=local_open)
    assert str(caught.value) == (
        f"set/x.bin.gz could not be downloaded from {site.url('x.bin')}: "
        f"30 / {len(PACKED)} bytes\n    fix: check the network and try again"
    )
    assert (tmp_path / "x.gz.part").stat().st_size == 30
    assert download(file_at(site), tmp_path / "x.gz", open_url=local_open).exists()
    assert site.asked[-1] == "bytes=30-"


def test_a_server_without_ranges_begins_anew(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    (tmp_path / "x.gz.part").write_bytes(PACKED[:40])
    path = download(file_at(site), tmp_path / "x.gz", open_url=local_open)
    assert path.read_bytes() == PACKED


@pytest.mark.parametrize("left", [b"something else", PACKED + b"more", PACKED])
def test_a_part_of_another_file_is_given_up(site: Site, tmp_path: Path, left: bytes) -> None:
    (tmp_path / "x.gz.part").write_bytes(left)
    path = download(file_at(site), tmp_path / "x.gz", open_url=local_open)
    assert path.read_bytes() == PACKED


@pytest.mark.parametrize("served", [PACKED[:-1] + b"!", b"", CONTENT + b"endless" * 99_999])
def test_another_content_is_refused(site: Site, tmp_path: Path, served: bytes) -> None:
    with pytest.raises(ChecksumError, match="is not the file that the registry describes"):
        download(file_at(site, served), tmp_path / "x.gz", open_url=local_open)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".lock"] == []


def test_the_second_address_helps(site: Site, tmp_path: Path) -> None:
    good = file_at(site)
    both = File(good.path, good.bytes, good.sha256, urls=(site.url("gone.bin"), site.url("x.bin")))
    assert download(both, tmp_path / "x.gz", open_url=local_open).read_bytes() == PACKED


def test_only_https(tmp_path: Path, site: Site) -> None:
    with pytest.raises(DownloadError, match="https"):
        download(file_at(site), tmp_path / "x.gz")
    with pytest.raises(OSError, match="redirected to http://evil"):
        StayOnHttps().redirect_request(
            Request("https://a"),
            None,
            302,
            "",
            None,
            "http://evil",  # type: ignore[arg-type]
        )
    assert site.asked == []


def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            https_open(f"https://127.0.0.1:{server.server_address[1]}/", {})
    finally:
        server.shutdown()
        server.server_close()


def test_two_at_once_fetch_one_file(site: Site, tmp_path: Path) -> None:
    file, target = file_at(site), tmp_path / "x.gz"
    threads = [
        threading.Thread(target=download, args=(file, target), kwargs={"open_url": local_open})
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() == PACKED
    assert len(site.asked) == 1


# finding


@contextmanager
def registered(file: File, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pair = ("x", "x")
    one = Card("toy", pair, pair, (file,), pair, "x", "http://x", lambda card, paths: paths)
    monkeypatch.setattr(registry, "cards", lambda: {"toy": one})
    yield


@pytest.fixture
def toy(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[File]:
    file = file_at(site)
    monkeypatch.delenv("TIZA_OFFLINE")
    monkeypatch.delenv("TIZA_DATA", raising=False)
    with registered(file, monkeypatch):
        yield file


def local_fetch(file: File, target: Path) -> Path:
    return download(file, target, open_url=local_open)


def test_downloads_go_to_the_cache_once(toy: File, site: Site) -> None:
    first = locate("toy", fetch=local_fetch)
    assert first == {"x.bin.gz": cache_folder() / "set" / "x.bin.gz"}
    assert locate("toy", fetch=local_fetch) == first
    assert len(site.asked) == 1
    assert find("toy")[0].place == "cache"
    assert str(cache_folder()).startswith(os.environ["XDG_CACHE_HOME"])


def test_offline_is_an_error_that_says_what_to_do(
    toy: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIZA_OFFLINE", "1")
    with pytest.raises(DownloadError) as caught:
        locate("toy", fetch=local_fetch)
    assert str(caught.value) == (
        "toy: set/x.bin.gz is not on this machine, and TIZA_OFFLINE forbids downloading it\n"
        "    fix: unset TIZA_OFFLINE, or set TIZA_DATA to a folder that holds set/x.bin.gz"
    )
    with use_language("es"):
        assert caught.value.fact == (
            "toy: set/x.bin.gz no está en esta máquina y TIZA_OFFLINE prohíbe descargarlo"
        )
    assert find("toy")[0].place == "absent"


def test_a_set_without_address_says_where_it_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIZA_OFFLINE")
    monkeypatch.delenv("TIZA_DATA", raising=False)
    with pytest.raises(DownloadError, match="no address serves this very file"):
        load("imdb")


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.bin.gz", PACKED), ("x.bin", CONTENT), ("x.bin.gz", gzip.compress(CONTENT, 1))],
)
def test_ones_own_folder_comes_first(
    toy: File, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    name: str, content: bytes,
) -> None:  # fmt: skip
    monkeypatch.setenv("TIZA_DATA", str(tmp_path))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / name).write_bytes(content)
    assert locate("toy")["x.bin.gz"] == tmp_path / "set" / name
    assert find("toy")[0].place == "TIZA_DATA"
    assert site.asked == []


def test_a_changed_file_is_refused_in_ones_own_folder(
    toy: File, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIZA_DATA", str(tmp_path))
    (tmp_path / "set").mkdir()
    path = tmp_path / "set" / "x.bin.gz"
    path.write_bytes(PACKED[:-1] + b"!")
    with pytest.raises(ChecksumError) as caught:
        locate("toy", fetch=local_fetch)
    assert str(caught.value) == (
        f"{path} is not the file that the registry describes: its SHA-256 is "
        f"{sha(PACKED[:-1] + b'!')}, not {sha(PACKED)}\n"
        "    fix: delete the file and let it be fetched again"
    )
    assert find("toy")[0].place == "damaged"


def test_a_damaged_file_in_the_cache_is_fetched_again(toy: File) -> None:
    path = locate("toy", fetch=local_fetch)["x.bin.gz"]
    path.write_bytes(b"oops")
    assert find("toy")[0].place == "damaged"
    assert locate("toy", fetch=local_fetch)["x.bin.gz"].read_bytes() == PACKED


def test_a_damaged_file_that_cannot_be_fetched_again_is_named(
    toy: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    locate("toy", fetch=local_fetch)["x.bin.gz"].write_bytes(b"oops")
    with registered(replace(toy, urls=()), monkeypatch), pytest.raises(ChecksumError):
        locate("toy", fetch=local_fetch)
    monkeypatch.setenv("TIZA_OFFLINE", "1")
    with pytest.raises(ChecksumError):
        locate("toy", fetch=local_fetch)


def test_a_file_is_read_once_to_check_it(toy: File, monkeypatch: pytest.MonkeyPatch) -> None:
    path = locate("toy", fetch=local_fetch)["x.bin.gz"]
    read: list[Path] = []
    real = fetch.sha256_of
    monkeypatch.setattr(fetch, "sha256_of", lambda p, **kw: (read.append(p), real(p, **kw))[1])
    assert is_intact(path, toy)
    assert read == []
    os.utime(path, ns=(1, 1))
    assert is_intact(path, toy)
    assert read == [path]
    memory = cache_folder() / "verified.json"
    assert list(json.loads(memory.read_text())) == [str(path)]
    memory.write_text("{broken")
    assert is_intact(path, toy)
    memory.write_text("[]")
    assert is_intact(path, toy)


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    toy: File, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setenv("TIZA_DATA", str(tmp_path))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "x.bin.gz").write_bytes(PACKED)
    assert locate("toy")["x.bin.gz"].is_relative_to(tmp_path)


def test_a_progress_bar_on_a_terminal(
    toy: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    locate("toy", fetch=local_fetch)
    assert "downloading x.bin.gz" in capsys.readouterr().err
