"""What a column is taken for, and the values that come out of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiza.data.cells import DATES, Guess, is_id_name
from tiza.data.guess import guess_column

MANY = [f"code{i:03}" for i in range(30)]


@pytest.mark.parametrize(
    ("name", "cells", "delimiter", "guess"),
    [
        ("x", ["1", "2.5", "-3e4", None], ",", Guess("number", "plain")),
        ("x", ["1,5", "2,25", "3"], ";", Guess("number", "decimal-comma")),
        ("x", ["1.234,5", "2,25"], ",", Guess("number", "decimal-comma")),
        ("x", ["1,234", "12,345,678"], ",", Guess("number", "thousands")),
        ("x", ["1,234", "2,345"], ";", Guess("number", "decimal-comma")),
        ("x", ["$1.50", "$2", "US$ 3"], ",", Guess("number", "plain")),
        ("x", ["12%", "5.5 %"], ",", Guess("number", "plain")),
        ("x", ["yes", "No", "YES"], ",", Guess("boolean", "no|yes")),
        ("x", ["Sí", "no"], ",", Guess("boolean", "no|sí")),
        ("x", ["0", "1", "1"], ",", Guess("boolean", "0|1")),
        ("x", ["verdadero", "falso"], ",", Guess("boolean", "falso|verdadero")),
        ("x", ["2024-01-02", "2024-12-31"], ",", Guess("date", "iso")),
        ("x", ["2024-01-02T10:30:00Z", "2024-12-31T00:00:00+02:00"], ",", Guess("date", "iso")),
        ("x", ["1949-01", "1949-02"], ",", Guess("date", "%Y-%m")),
        ("x", ["13/01/2024", "02/03/2024"], ",", Guess("date", "%d/%m/%Y")),
        ("x", ["01/13/2024", "02/03/2024"], ",", Guess("date", "%m/%d/%Y")),
        ("x", ["01-Jan-1995", "12-Feb-1996"], ",", Guess("date", "%d-%b-%Y")),
        ("x", ["red", "blue", "red"], ",", Guess("category")),
        ("x", MANY, ",", Guess("identifier")),
        ("PassengerId", [str(i) for i in range(50)], ",", Guess("identifier")),
        ("year", [str(i) for i in range(1990, 2020)], ",", Guess("number", "plain")),
        ("id", ["1", "1", "2"], ",", Guess("number", "plain")),
        ("x", ["the same long sentence " + str(i) for i in range(30)], ",", Guess("text")),
        ("x", ["7", "7", "7"], ",", Guess("constant")),
        ("x", ["7", None, "7"], ",", Guess("number", "plain")),
        ("x", [None, None], ",", Guess("empty")),
        ("x", ["1"] * 15 + ["2"] * 4 + ["oops"], ",", Guess("number", "plain")),
        ("x", ["1"] * 8 + ["oops"] * 2, ",", Guess("category")),
        ("x", ["1_000", "2_000"], ",", Guess("category")),
        ("x", ["inf", "1", "2"], ",", Guess("category")),
    ],
)
def test_guesses(name: str, cells: list[str | None], delimiter: str, guess: Guess) -> None:
    assert guess_column(name, cells, delimiter) == guess


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (np.array([1.5, np.nan, 2]), "number"),
        (np.array([0, 1, np.nan]), "boolean"),
        (np.array(["2024-01-01", "NaT"], "M8[s]"), "date"),
        (np.array([np.nan, np.nan]), "empty"),
        (np.array([3.0, 3.0]), "constant"),
    ],
)
def test_guesses_of_arrays(column: np.ndarray, kind: str) -> None:
    assert guess_column("x", column).kind == kind
    assert guess_column("user_id", np.arange(9.0)).kind == "identifier"


@pytest.mark.parametrize(
    ("form", "cell", "value"),
    [
        ("plain", " -1.5e3 ", -1500),
        ("plain", "+.5", 0.5),
        ("plain", "5.", 5),
        ("plain", "1e999", np.nan),
        ("plain", "1,5", np.nan),
        ("plain", "- 5", -5),
        ("thousands", "-1,234,567.25", -1234567.25),
        ("thousands", "12,34", np.nan),
        ("decimal-comma", "-1.234,5", -1234.5),
        ("decimal-comma", ",5", 0.5),
        ("decimal-comma", "12.34", np.nan),
        ("decimal-comma", "7 €", 7),
    ],
)
def test_numbers(form: str, cell: str, value: float) -> None:
    guess = Guess("number", form)
    np.testing.assert_array_equal(guess.parse([cell, None]), [value, np.nan])
    assert guess.bad([None, cell]).tolist() == ([1] if np.isnan(value) else [])


@given(st.lists(st.one_of(st.none(), st.floats(-1e99, 1e99))))
def test_the_quick_way_reads_what_the_slow_way_reads(values: list[float | None]) -> None:
    cells = [None if v is None else repr(v) for v in values]
    quick = Guess("number", "plain").parse(cells)
    slow = [Guess("number", "plain").parse([cell, "$1"])[0] for cell in cells]
    np.testing.assert_array_equal(quick, np.array(slow, float))
    np.testing.assert_array_equal(quick, np.array([np.nan if v is None else v for v in values]))


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("iso", "2024-02-29", "2024-02-29T00:00:00"),
        ("iso", "2024-02-29 23:59:58.5", "2024-02-29T23:59:58"),
        ("iso", "2024-02-29T23:00:00-05:00", "2024-03-01T04:00:00"),
        ("iso", "2023-02-29", "NaT"),
        ("iso", "20240229", "NaT"),
        ("%d/%m/%Y %H:%M", "5/6/2024 7:08", "2024-06-05T07:08:00"),
        ("%Y-%m", "1749-01", "1749-01-01T00:00:00"),
    ],
)
def test_dates(form: str, text: str, value: str) -> None:
    assert form in DATES
    np.testing.assert_array_equal(
        Guess("date", form).parse([text, None]), np.array([value, "NaT"], "M8[s]")
    )


def test_booleans() -> None:
    guess = Guess("boolean", "no|sí")
    np.testing.assert_array_equal(
        guess.parse(["Sí", "no", None, "1", "perhaps"]), [1, 0, np.nan, 1, np.nan]
    )
    assert guess.bad(["Sí", None, "perhaps"]).tolist() == [2]
    np.testing.assert_array_equal(
        guess.parse(np.array([1.0, 0, 2, np.nan])), [1, 0, np.nan, np.nan]
    )


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("id", True), ("ID", True), ("user_id", True), ("id_cliente", True), ("CustomerID", True),
        ("Unnamed: 0", True), ("", True), ("No", True), ("folio", True), ("humid", False),
        ("grid", False), ("width", False), ("SOLID", False), ("noise", False), ("rowing", False),
    ],
)  # fmt: skip
def test_names_of_identifiers(name: str, answer: bool) -> None:
    assert is_id_name(name) is answer
