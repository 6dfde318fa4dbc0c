"""Whatever a table holds: it is prepared with finite numbers, or a DataError says why not."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tiza.data import Preparation, TableReport, read_table, with_target
from tiza.errors import DataError, use_language

CELL = st.one_of(
    st.sampled_from(
        ["", "NA", "0", "1", "2.5", "-1e300", "1e-300", "1,5", "1.234,5", "yes", "no", "Sí", "x",
         "two words", "2024-01-31", "31/12/1999", "0001-01-01", "9999-12-31", "12:30", "inf", "ñ"]
    ),
    st.floats().map(str),
    st.integers(-3, 3).map(str),
    st.text(st.characters(codec="utf-8", exclude_characters='\x00",\r\n'), max_size=5),
)  # fmt: skip


def assert_speaks(error: DataError) -> None:
    assert error.fact
    assert error.fix


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[object]]:
    rows = draw(st.integers(1, 25))
    columns: dict[str, list[object]] = {}
    for i in range(draw(st.integers(1, 4))):
        cells = draw(st.lists(CELL, min_size=1, max_size=4))  # few different: all kinds occur
        column = st.lists(st.sampled_from(cells), min_size=rows, max_size=rows)
        columns[draw(st.sampled_from(["a", "id", "día"])) + str(i)] = draw(column)
    return columns


@settings(max_examples=100)
@given(tables(), st.data())
def test_prepared_or_refused(columns: dict[str, list[object]], data: st.DataObject) -> None:
    target = data.draw(st.sampled_from(sorted(columns)))
    task = data.draw(st.sampled_from(["auto", "regression", "classification"]))
    try:
        table = with_target(read_table(columns), target)
        rows = np.flatnonzero(np.array([data.draw(st.booleans()) for _ in range(len(table))]))
        ready = Preparation.fit(table, target, task=task, rows=rows)
    except DataError as error:
        assert_speaks(error)
        return
    x, y = ready.features(table), ready.targets(table)
    assert x.shape == (len(table), len(ready.feature_names))
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    assert len(ready.decode(y)) == len(table)
    again = Preparation.from_config(json.loads(json.dumps(ready.to_config(), allow_nan=False)))
    assert (again.features(table) == x).all()
    assert (again.targets(table) == y).all()
    with use_language("es"):
        assert str(TableReport.of(table, ready))
    json.dumps(TableReport.of(table, ready).to_dict(), allow_nan=False)
    blank = dict.fromkeys(columns)
    assert np.isfinite(ready.features(blank)).all()
