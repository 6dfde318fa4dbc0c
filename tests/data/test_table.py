"""Tables from every source say the same; the report names what was found."""

import io
from pathlib import Path

import numpy as np
import pytest
import rich

from tiza.data import Preparation, Table, TableReport, read_table, with_kinds
from tiza.data.frames import columns_of, to_column
from tiza.errors import ArgumentError, DataError, MissingExtraError, use_language

CSV = b"""name,age,height,city,member,joined
Ana,31,1.70,Lima,yes,2020-01-31
Luis,45,,Quito,no,2021-02-28
Eva,28,1.62,Lima,yes,NA
"""
ROWS = [
    {"name": "Ana", "age": 31, "height": 1.7, "city": "Lima", "member": "yes",
     "joined": "2020-01-31"},
    {"name": "Luis", "age": 45, "height": None, "city": "Quito", "member": "no",
     "joined": "2021-02-28"},
    {"name": "Eva", "age": 28, "height": 1.62, "city": "Lima", "member": "yes", "joined": None},
]  # fmt: skip


def assert_people(table: Table) -> None:
    assert table.names == ["name", "age", "height", "city", "member", "joined"]
    kinds = [table.guesses[name].kind for name in table.names]
    assert kinds == ["category", "number", "number", "category", "boolean", "date"]
    np.testing.assert_array_equal(table["age"], [31, 45, 28])
    np.testing.assert_array_equal(table["height"], [1.7, np.nan, 1.62])
    np.testing.assert_array_equal(table["member"], [1, 0, 1])
    assert table["city"].tolist() == ["Lima", "Quito", "Lima"]
    expected = np.array(["2020-01-31", "2021-02-28", "NaT"], "M8[s]")
    np.testing.assert_array_equal(table["joined"], expected)


def test_csv_and_rows_and_columns() -> None:
    assert_people(read_table(CSV))
    assert_people(read_table(ROWS))
    assert_people(read_table({key: [row[key] for row in ROWS] for key in ROWS[0]}))
    table = read_table(CSV)
    assert read_table(table) is table


def test_pandas(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(CSV))
    assert_people(read_table(frame))
    frame["joined"] = pandas.to_datetime(frame["joined"])
    frame["city"] = frame["city"].astype("category")
    frame["age"] = frame["age"].astype("Int64")
    frame["member"] = frame["member"] == "yes"
    assert_people(read_table(frame))


def test_parquet(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "people.parquet"
    pandas.read_csv(io.BytesIO(CSV)).to_parquet(path)
    assert_people(read_table(path))
    path.write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(DataError, match="is damaged or not of the expected kind"):
        read_table(path)
    with pytest.raises(DataError, match="there is no file"):
        read_table(tmp_path / "none.parquet")


def test_parquet_without_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(MissingExtraError, match="Parquet needs a library"):
        read_table(path)


def test_awkward_columns_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    times = pandas.to_datetime(["2024-01-01 23:30", None, "2024-05-05 00:00"])
    frame = pandas.DataFrame(
        {
            "whole": pandas.array([1, None, 3], dtype="Int64"),
            "zoned": times.tz_localize("America/Bogota"),
            "text": ["a", None, "b"],
            "yes": pandas.array([True, None, False], dtype="boolean"),
            "infinite": [1, np.inf, 2.5],
            "mixed": [1, "x", 2.5],
        }
    )
    table = read_table(frame)
    np.testing.assert_array_equal(table["whole"], [1, np.nan, 3])
    utc = np.array(["2024-01-02T04:30", "NaT", "2024-05-05T05:00"], "M8[s]")
    np.testing.assert_array_equal(table["zoned"], utc)
    assert table["text"].tolist() == ["a", None, "b"]
    np.testing.assert_array_equal(table["yes"], [1, np.nan, 0])
    np.testing.assert_array_equal(table["infinite"], [1, np.nan, 2.5])
    assert table["mixed"].tolist() == ["1", "x", "2.5"]
    assert [str(note) for note in table.bad_cells()] == [
        "column 'infinite': cells that are not of kind number count as missing: 1, e.g. inf in "
        "line 2"
    ]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ([1, 2.5, None], [1, 2.5, np.nan]),
        ([True, False], [1, 0]),
        (np.array([1, 2], np.int8), [1, 2]),
        (["a", 3, 4.5, True, None, " NA "], ["a", "3", "4.5", "true", None, None]),
    ],
)
def test_columns(values: object, column: list[object]) -> None:
    got = to_column(values)  # type: ignore[arg-type]
    if isinstance(got, np.ndarray):
        np.testing.assert_array_equal(got, np.array(column, float))
    else:
        assert got == column


def test_rows_may_lack_keys() -> None:
    columns = columns_of([{"a": 1}, {"b": "x"}])
    np.testing.assert_array_equal(columns["a"], [1, np.nan])
    assert columns["b"] == [None, "x"]


@pytest.mark.parametrize("source", [5, None, [], [1, 2], "no/such/file.csv"])
def test_what_cannot_be_a_table(source: object) -> None:
    with pytest.raises(DataError):
        read_table(source)


def test_columns_of_different_length() -> None:
    with pytest.raises(DataError, match="a: 2, b: 1"):
        read_table({"a": [1, 2], "b": [1]})
    with pytest.raises(DataError, match="table is empty"):
        read_table({"a": []})


def test_the_nearest_column_is_suggested() -> None:
    table = read_table(CSV)
    with pytest.raises(DataError) as caught:
        table["Heigth"]
    assert str(caught.value) == (
        "there is no column 'Heigth'\n"
        "    fix: 'height'? The columns are: name, age, height, city, member, joined"
    )
    with pytest.raises(DataError, match="there is no column 'zzz'\n    fix: the columns are: name"):
        table["zzz"]


def test_kinds_can_be_overruled() -> None:
    table = read_table(b"zip,d\n01234,1/2/2024\n99999,3/4/2024\n", kinds={"zip": "category"})
    assert table["zip"].tolist() == ["01234", "99999"]
    again = with_kinds(table, {"d": "text", "zip": "number"})
    assert (again.guesses["d"].kind, again["zip"].tolist()) == ("text", [1234, 99999])
    with pytest.raises(ArgumentError) as caught:
        with_kinds(table, {"zip": "postcode"})
    assert str(caught.value) == (
        "there is no kind of column called 'postcode'\n    fix: choose one of: number, boolean, "
        "category, date, identifier, text, constant, empty"
    )
    with pytest.raises(DataError, match="there is no column 'zap'"):
        read_table(CSV, kinds={"zap": "number"})


def test_take_by_position_and_by_mask() -> None:
    table = read_table(CSV)
    assert table.take(np.array([2, 0]))["age"].tolist() == [28, 31]
    part = table.take(table["age"].astype(float) > 30)
    assert (len(part), part.lines.tolist()) == (2, [2, 3])
    assert "Table(table, 2 rows; name: category, age: number" in repr(part)


def test_bad_cells_and_repeats_are_reported() -> None:
    content = b"a,b\n" + b"".join(b"%d,x\n" % i for i in range(20)) + b"many,x\n3,x\n"
    report = TableReport.of(read_table(content))
    assert [str(note) for note in report.notes] == [
        "column 'a': cells that are not of kind number count as missing: 1, e.g. 'many' in line 22",
        "rows that repeat another row: 1; a repeat that falls into both training and test "
        "flatters the result",
    ]


def test_report_as_text_in_both_languages() -> None:
    table = read_table(CSV)
    report = TableReport.of(table, Preparation.fit(table, "age"))
    assert str(report).splitlines()[:4] == [
        "table: 3 rows, 6 columns",
        "column  kind      missing  distinct  examples                what is done",
        "name    category           3         Ana, Luis               columns of 0 and 1: 3",
        "age     number             3         31, 45                  target",
    ]
    with use_language("es"):
        assert str(report).splitlines()[4:6] == [
            "height   número     1          2          1.70, 1.62              "
            "huecos: mediana 1.66, marcados; se estandariza",
            "city     categoría             2          Lima, Quito             "
            "columnas de 0 y 1: 1, y una para las raras (1)",
        ]
        assert str(report).splitlines()[-1] == (
            "• objetivo 'age': se toma como regresión, porque tiene 3 números distintos"
        )


def test_report_for_rich_and_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    report = TableReport.of(read_table(CSV))
    rich.print(report)
    assert "2020-01-31" in capsys.readouterr().out
    plain = report.to_dict()
    assert plain["rows"] == 3
    assert plain["columns"][2] == {  # type: ignore[index]
        "name": "height", "kind": "number", "missing": 1, "distinct": 2,
        "examples": ["1.70", "1.62"], "use": None,
    }  # fmt: skip


def test_wide_tables_are_cut_short() -> None:
    report = TableReport.of(read_table({f"c{i}": [1, 2] for i in range(100)}))
    assert "… and 60 more columns" in str(report)
    assert "c40" not in str(report)
