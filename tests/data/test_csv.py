"""Reading CSV: the cells come out, whoever wrote it; nothing but DataError is ever raised."""

import bz2
import csv
import gzip
import io
import lzma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiza.data.csvfile import parse_csv
from tiza.data.table import read_table
from tiza.errors import DataError, use_language


def assert_speaks(error: DataError) -> None:
    """The message can be written in both languages."""
    for lang in ("en", "es"):
        with use_language(lang):
            assert error.fact
            assert error.fix


LIKELY = st.text('ab1,;\t|"\n\r.- \x85é', max_size=120)


@given(st.one_of(st.binary(max_size=300), LIKELY.map(str.encode)))
@example(b'"')
@example(b"a,b\n\x00,1\n")
@example(b"\xff\xfea")
@example(b"\xef\xbb\xbf")
@example(b"1\n")
@example(b"\r\r\r")
@example("a,b\n1,\x85\n".encode())
def test_no_bytes_cause_another_error(content: bytes) -> None:
    try:
        table = read_table(content)
    except DataError as error:
        assert_speaks(error)
        return
    assert len(table) > 0
    for name in table.names:
        assert len(table[name]) == len(table)


CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=8
)


@given(st.data(), st.sampled_from(",;\t|"))
def test_what_csv_writes_is_read_back(data: st.DataObject, mark: str) -> None:
    width = data.draw(st.integers(2, 4))
    row = st.lists(CELLS.map(lambda s: f"k{s}"), min_size=width, max_size=width)
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    titles = [f"t{i}" for i in range(width)]
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows([titles, *rows])
    sheet = parse_csv(text.getvalue().encode(), delimiter=mark)
    assert list(sheet.columns) == titles
    assert [list(r) for r in zip(*sheet.columns.values(), strict=True)] == rows


@given(st.binary(max_size=100), st.text(max_size=3), st.text(max_size=6))
def test_no_settings_cause_another_error(content: bytes, mark: str, encoding: str) -> None:
    try:
        read_table(content, delimiter=mark or None, encoding=encoding or None)
    except DataError as error:
        assert_speaks(error)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(mark: str, end: str) -> None:
    text = end.join([mark.join(row) for row in (("a", "b"), ("1", "x y"), ("2", "z"))])
    sheet = parse_csv(text.encode())
    assert sheet.columns == {"a": ["1", "2"], "b": ["x y", "z"]}
    assert (sheet.delimiter, sheet.lines) == (mark, [2, 3])


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    table = read_table(b"a;b\n1,5;2,25\n3,5;4,75\n")
    assert table["b"].tolist() == [2.25, 4.75]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"]
)
def test_encodings(encoding: str) -> None:
    content = "año,país\n1,México\n".encode(encoding)
    named = encoding if encoding == "utf-16-le" else None
    assert parse_csv(content, encoding=named).columns == {"año": ["1"], "país": ["México"]}


def test_a_guessed_encoding_is_reported() -> None:
    notes = parse_csv("año,b\n1,2\n".encode("cp1252")).notes
    assert [str(note) for note in notes] == ["the file is not UTF-8; it was read as cp1252"]


def test_quotes_hold_commas_and_line_ends() -> None:
    sheet = parse_csv(b'a,b\n"x, y","two\nlines"\nz,"say ""hi"""\n')
    assert sheet.columns == {"a": ["x, y", "z"], "b": ["two\nlines", 'say "hi"']}
    assert sheet.lines == [2, 4]


def test_blank_lines_and_spaces_are_passed_over() -> None:
    sheet = parse_csv(b"\n a , b\n\n 1 , x \n,\n 2 ,\n\n")
    assert sheet.columns == {"a": ["1", "2"], "b": ["x", None]}
    assert sheet.lines == [4, 6]


def test_words_for_missing_values() -> None:
    words = ["", "NA", "N/A", "NaN", "null", "None", "?", "-", "#N/A", "s/d"]
    sheet = parse_csv(("a,b\n" + "".join(f"{w},1\n" for w in words)).encode())
    assert sheet.columns["a"] == [None] * len(words)


def test_a_header_is_missed_and_made() -> None:
    sheet = parse_csv(b"1,2.5\n3,4\n")
    assert sheet.columns == {"x1": ["1", "3"], "x2": ["2.5", "4"]}
    assert "the first line holds numbers" in str(sheet.notes[0])
    assert parse_csv(b"1,2.5\n3,4\n", header=True).columns == {"1": ["3"], "2.5": ["4"]}


def test_names_are_made_unique() -> None:
    sheet = parse_csv(b"a,a,,a\n1,2,3,4\n")
    assert list(sheet.columns) == ["a", "a_2", "column_3", "a_3"]
    assert [str(note) for note in sheet.notes][1] == (
        "column 3 was called 'column_3': its name was empty or repeated"
    )


def test_empty_cells_at_the_end_of_every_row_are_no_column() -> None:
    assert parse_csv(b"a,b,\n1,2,\n3,4,\n").columns == {"a": ["1", "3"], "b": ["2", "4"]}
    assert parse_csv(b"a,b\n1,2,\n3,4,\n").columns == {"a": ["1", "3"], "b": ["2", "4"]}


def test_ragged_rows_are_named() -> None:
    with pytest.raises(DataError) as caught:
        parse_csv(b"a,b\n1,2\n3\n4,5\n6,7,8\n", name="my.csv")
    assert str(caught.value) == (
        "my.csv: rows without 2 cells like the first line: 2 (lines 3, 5; line 3 has 1)\n"
        '    fix: a comma inside a text needs quotes around it: "Pérez, Ana"'
    )
    with use_language("es"):
        assert str(caught.value).startswith(
            "my.csv: filas sin 2 celdas como la primera línea: 2 (líneas 3, 5; la línea 3 tiene 1)"
        )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "CSV is empty"),
        (b" \n\n", "CSV is empty"),
        (b"a,b\n", "has a line of names but no rows"),
        (b"PK\x03\x04\x00\x00", "is not a text file"),
        (b"a,b\n" + b"1," + b"x" * 200_000 + b"\n", "line 2: cannot be read as CSV"),
    ],
)
def test_what_is_no_table(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_csv(content)


def test_a_wrong_encoding_is_named() -> None:
    with pytest.raises(DataError, match="cannot be read as ascii"):
        parse_csv("ñ,b\n1,2".encode(), encoding="ascii")


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, bytes])
def test_compressed_files(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / "table.csv.bin"
    path.write_bytes(pack(b"a,b\n1,x\n2,y\n"))
    table = read_table(path)
    assert (table["a"].tolist(), table.name) == ([1, 2], "table.csv.bin")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000))
    with pytest.raises(DataError, match="holds more than 1000 bytes once uncompressed"):
        read_table(path, limit=1000)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder, not a file"):
        read_table(tmp_path)
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"a,b\n1,2\n" * 100)[:-30])
    with pytest.raises(DataError, match="is damaged or not of the expected kind"):
        read_table(cut)


def test_numbers_agree_with_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    text = "a,b,c\n" + "".join(
        f"{x!r},{x * 1e9:.3e},{'NA' if x < 0 else int(x * 10)}\n" for x in rng.normal(size=200)
    )
    text = text.replace("np.float64(", "").replace(")", "")
    theirs = pandas.read_csv(io.StringIO(text))
    ours = read_table(text.encode())
    for name in "abc":
        np.testing.assert_allclose(ours[name], theirs[name].to_numpy(float), rtol=1e-15)
