"""Preparations: scikit-learn's numbers, from training rows alone, kept without pickle."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import compose, impute, pipeline, preprocessing

from tiza.data import Note, Preparation, Target, load, read_table, split_rows, with_target
from tiza.errors import ArgumentError, DataError, use_language

RNG = np.random.default_rng(1)
N = 60


def house(i: int) -> dict[str, object]:
    return {
        "id": i,
        "size": None if i % 7 == 0 else float(RNG.normal(100, 30)),
        "rooms": int(RNG.integers(1, 6)),
        "garden": None if i == 3 else ("yes" if RNG.random() < 0.5 else "no"),
        "zone": ["north", "south", "east", None][int(RNG.integers(0, 4))] if i else "moon",
        "built": f"{RNG.integers(1950, 2020)}-{RNG.integers(1, 13):02}-15",
        "remark": f"a sentence about house number {i} that nobody else has",
        "country": "Peru",
        "ghost": None,
        "price": float(RNG.normal(1000, 200)),
    }


HOUSES = [house(i) for i in range(N)]
TABLE = read_table(HOUSES)
TRAIN, TEST = split_rows(N, seed=1)
READY = Preparation.fit(TABLE, "price", rows=TRAIN)


def test_numbers_are_imputed_and_scaled_as_by_scikit_learn() -> None:
    theirs = compose.make_column_transformer(
        (
            pipeline.make_pipeline(
                impute.SimpleImputer(strategy="median"), preprocessing.StandardScaler()
            ),
            [0, 1],
        ),
        (impute.MissingIndicator(), [0]),
    )
    numbers = TABLE.matrix(["size", "rooms"])
    expected = theirs.fit(numbers[TRAIN]).transform(numbers)
    x = READY.features(TABLE)
    names = READY.feature_names
    ours = np.stack([x[:, names.index(name)] for name in ("size", "rooms", "size?")], axis=1)
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_categories_are_encoded_as_by_scikit_learn() -> None:
    theirs = preprocessing.OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=2, sparse_output=False
    )
    rows = TRAIN if 0 in TRAIN else np.r_[0, TRAIN]
    zones = TABLE.texts("zone")
    said = np.array([zone is not None for zone in zones])
    ready = Preparation.fit(TABLE.take(rows), "price")
    theirs.fit(zones[rows][said[rows]][:, None])
    names = [name for name in ready.feature_names if name.startswith("zone=")]
    assert names == ["zone=east", "zone=north", "zone=south", "zone=…"]
    columns = [ready.feature_names.index(name) for name in names]
    ours = ready.features(TABLE)[:, columns]
    assert (ours[said] == theirs.transform(zones[said][:, None])).all()
    assert (ours[~said] == 0).all()
    gaps = ready.features(TABLE)[:, ready.feature_names.index("zone?")]
    assert (gaps == ~said).all()


def test_what_is_done_with_each_column() -> None:
    uses = {name: note.key for name, note in READY.uses.items()}
    assert uses == {
        "id": "use-identifier", "size": "use-number-missing", "rooms": "use-number",
        "garden": "use-boolean-missing" if 3 in TRAIN else "use-boolean",
        "zone": "use-category-rare" if 0 in TRAIN else "use-category", "built": "use-date",
        "remark": "use-text", "country": "use-constant", "ghost": "use-empty",
        "price": "use-target",
    }  # fmt: skip


def test_test_rows_change_nothing() -> None:
    changed = [dict(row) for row in HOUSES]
    for i in TEST.tolist():
        changed[i] |= {"size": 1e6, "rooms": 99, "zone": "mars", "price": -1e6}
    again = Preparation.fit(read_table(changed), "price", rows=TRAIN)
    assert again.to_config() == READY.to_config()


def test_features_are_finite_float32_and_training_rows_standard() -> None:
    x = READY.features(TABLE)
    assert (x.dtype, x.shape) == (np.float32, (N, len(READY.feature_names)))
    assert np.isfinite(x).all()
    size = x[TRAIN, READY.feature_names.index("size")]
    np.testing.assert_allclose([size.mean(), size.std()], [0, 1], atol=1e-5)


def test_targets_go_and_come_back() -> None:
    y = READY.targets(TABLE)
    prices = [row["price"] for row in HOUSES]
    assert y.dtype == np.float32
    np.testing.assert_allclose([y[TRAIN].mean(), y[TRAIN].std()], [0, 1], atol=1e-5)
    np.testing.assert_allclose(READY.decode(y), prices, rtol=1e-5)
    np.testing.assert_allclose(READY.decode(y[:, None]), prices, rtol=1e-5)


def test_configuration_survives_json() -> None:
    again = Preparation.from_config(json.loads(json.dumps(READY.to_config())))
    assert (again.features(HOUSES) == READY.features(HOUSES)).all()
    assert (again.targets(HOUSES) == READY.targets(HOUSES)).all()
    assert again.to_config() == READY.to_config()
    assert {name: str(use) for name, use in again.uses.items()} == {
        name: str(use) for name, use in READY.uses.items()
    }


@pytest.mark.parametrize(
    "config",
    [
        {}, {"encoders": 3}, {"encoders": [{"type": "os"}], "uses": {}, "target": {}},
        {"encoders": [{"type": "number", "guess": {}}], "uses": {}, "target": {}},
        READY.to_config() | {"target": {}}, READY.to_config() | {"uses": []},
    ],
)  # fmt: skip
def test_broken_configurations_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(DataError, match="the kept preparation of the data cannot be read"):
        Preparation.from_config(config)


def test_one_row_rows_and_files_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    keys = list(HOUSES[0])
    lines = [",".join("" if row[key] is None else str(row[key]) for key in keys) for row in HOUSES]
    path.write_text("\n".join([",".join(keys), *lines]))
    from_file = READY.features(path)
    np.testing.assert_allclose(from_file, READY.features(HOUSES), rtol=1e-6)
    assert (READY.features(HOUSES[5]) == from_file[5]).all()
    reordered = [dict(reversed(row.items())) for row in HOUSES]
    assert (READY.features(reordered) == from_file).all()


def test_new_things_in_rows_are_told() -> None:
    notes: list[Note] = []
    row = dict(HOUSES[1]) | {"zone": "venus", "colour": "red"}
    del row["price"], row["remark"]
    x = READY.features(row, notes)
    assert np.isfinite(x).all()
    assert [str(note) for note in notes] == [
        "column 'zone': the value 'venus' did not occur in training (rows: 1)",
        "column 'colour' is not used by this model and was ignored",
    ]
    with use_language("es"):
        assert str(notes[1]) == "la columna 'colour' no la usa este modelo y se ignoró"


def test_a_missing_column_is_an_error_with_the_nearest_name() -> None:
    row = dict(HOUSES[1])
    row["Size"] = row.pop("size")
    with pytest.raises(DataError) as caught:
        READY.features([row])
    assert str(caught.value).startswith(
        "the rows lack the column 'size', which the model needs\n    fix: is it the one called "
        "'Size'? The rows have: id, rooms"
    )


def test_a_cell_of_another_kind_is_an_error_with_its_line() -> None:
    rows = [dict(HOUSES[1]), dict(HOUSES[2]) | {"size": "big"}]
    with pytest.raises(DataError) as caught:
        READY.features(rows)
    assert str(caught.value) == (
        "column 'size', line 2: 'big' is not of kind number\n"
        "    fix: correct the cell, or leave it blank"
    )
    with use_language("es"):
        assert caught.value.fix == "corrija la celda o déjela en blanco"


def test_gaps_where_training_had_none() -> None:
    x = READY.features(dict.fromkeys(HOUSES[0]))
    assert np.isfinite(x).all()


def test_leaks_are_told() -> None:
    rows = [
        {"a": i, "euros": 3.0 * i + 1, "noise": float(RNG.normal()), "dollars": 3.3 * i}
        for i in range(40)
    ]
    ready = Preparation.fit(rows, "dollars")
    leaks = [note.params["column"] for note in ready.notes if note.key == "note-leak"]
    assert leaks == ["a", "euros"]
    rows = [
        {"sick": i % 3 == 0, "ward": "A" if i % 3 == 0 else "B", "age": 20 + i % 17}
        for i in range(40)
    ]
    ready = Preparation.fit(rows, "sick")
    assert [str(note) for note in ready.notes] == [
        "target 'sick': taken as classification, because it has two different values",
        "column 'ward' determines the target 'sick' almost exactly: if it is not known when "
        "predicting, leave it out",
    ]
    assert len(Preparation.fit(rows, "sick", drop=["ward"]).notes) == 1


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        ([0.5 * i for i in range(40)], "regression", ()),
        (list(range(40)), "regression", ()),
        ([i % 3 for i in range(40)], "classification", ("0", "1", "2")),
        ([str(i % 12) for i in range(80)], "classification", tuple(map(str, range(12)))),
        (["b", "a"] * 20, "classification", ("a", "b")),
        (["Yes", "no"] * 20, "classification", ("no", "Yes")),
        (["Sí", "sí", "No", "no", "no"] * 8, "classification", ("no", "Sí")),
        ([True, False] * 20, "classification", ("0", "1")),
        (["1,5", "2,5", "7,25"] * 10, "regression", ()),
    ],
)
def test_the_task_is_guessed(values: list[object], task: str, classes: tuple[str, ...]) -> None:
    table = read_table({"t": values, "x": range(len(values))})
    target = Target.fit(table, "t")
    assert (target.task, target.classes) == (task, classes)


def test_the_task_can_be_given() -> None:
    table = read_table({"t": [1, 2, 3] * 10, "x": range(30)})
    assert Target.fit(table, "t").task == "classification"
    assert Target.fit(table, "t", "regression").classes == ()
    many = read_table({"t": [i / 2 for i in range(30)], "x": range(30)})
    assert Target.fit(many, "t", "classification").classes[:3] == ("0", "0.5", "1")
    mixed = read_table({"t": ["10", "9", *"1234567", "odd"] * 2, "x": range(20)})
    assert Target.fit(mixed, "t", "classification").classes == (*"1234567", "9", "10", "odd")
    with pytest.raises(ArgumentError, match="there is no task 'guess'"):
        Target.fit(table, "t", "guess")


def test_classes_go_and_come_back() -> None:
    table = read_table({"t": ["x", "y", "z"] * 5, "a": range(15)})
    ready = Preparation.fit(table, "t")
    y = ready.targets(table)
    assert (y.dtype, y[:3].tolist()) == (np.int64, [0, 1, 2])
    assert ready.decode(y).tolist() == ["x", "y", "z"] * 5
    assert ready.decode(np.eye(3)[::-1]).tolist() == ["z", "y", "x"]
    again = Preparation.from_config(json.loads(json.dumps(ready.to_config())))
    assert again.classes == ("x", "y", "z")
    with pytest.raises(DataError) as caught:
        ready.targets({"t": ["w"]})
    assert str(caught.value) == (
        "the target 'w' did not occur in training\n    fix: known classes are: x, y, z"
    )


def test_number_classes_keep_their_order_and_spelling() -> None:
    table = read_table(b"t,a\n" + b"".join(b"%d.0,%d\n" % (i % 11, i) for i in range(80)))
    target = Target.fit(table, "t")
    assert target.classes == tuple(map(str, range(11)))
    assert target.encode(table)[:12].tolist() == [*range(11), 0]


def test_rows_without_a_target_are_left_out() -> None:
    table = read_table({"t": [1.5, None, 2.5, 4.0], "a": [1, 2, 4, 3]})
    kept = with_target(table, "t")
    assert (len(kept), str(kept.notes[0])) == (3, "rows without a target, left out: 1")
    ready = Preparation.fit(table, "t")
    assert ready.target.mean == pytest.approx(8 / 3)
    with pytest.raises(DataError, match="rows without a value in the target column 't': 1, the f"):
        ready.targets(table)
    assert with_target(kept, "t") is kept


@pytest.mark.parametrize(
    ("columns", "target", "message"),
    [
        ({"a": [1, 2], "b": [1, 2]}, "aa", "there is no target column 'aa'\n    fix: 'a'?"),
        ({"a": [1, 2], "b": [1, 2]}, "zzz", "there is no target column 'zzz'\n    fix: the col"),
        ({"a": [1, 2], "b": [None, None]}, "b", "the target column 'b' has no value at all"),
        ({"a": [1, 2], "b": ["x", "x"]}, "b", "the target column 'b' always says 'x'"),
        (
            {"a": range(30), "b": [f"text number {i} of many" for i in range(30)]}, "b",
            "the target column 'b' is of kind free text, with 30 different values",
        ),
        (
            {"a": range(20), "b": [*map(str, range(19)), "many"]}, "b",
            "the target column 'b' holds cells that are not numbers: 1, e.g. 'many' in line 20",
        ),
        ({"id": range(30), "b": [0.5, 1] * 15}, "b", "no column is left from which to predict"),
        ({"a": [1, 2, 3], "b": [0.5, None, None]}, "b", "always says '0.5'"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_used(columns: dict[str, object], target: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        Preparation.fit(columns, target)
    assert str(caught.value).startswith(message) or message in str(caught.value)
    with use_language("es"):
        assert caught.value.fact != message


def test_too_few_or_constant_training_rows() -> None:
    table = read_table({"t": [1.0, 1.0, 2.0], "a": [1, 2, 3]})
    with pytest.raises(DataError, match="too few rows to learn from: 1"):
        Preparation.fit(table, "t", rows=np.array([0]))
    with pytest.raises(DataError, match="always says '1'"):
        Preparation.fit(table, "t", rows=np.array([0, 1]))
    with pytest.raises(DataError, match="there is no column 'b'"):
        Preparation.fit(table, "t", drop=["b"])


def test_columns_that_training_rows_leave_empty_or_constant() -> None:
    table = read_table(
        {"t": range(6), "a": range(6), "b": [None] * 4 + [1.5, 2], "c": [7] * 5 + [8]}
    )
    ready = Preparation.fit(table, "t", task="regression", rows=np.arange(4))
    assert ready.feature_names == ["a"]
    assert (ready.uses["b"].key, ready.uses["c"].key) == ("use-empty", "use-constant")


def test_dates_become_days_and_circles() -> None:
    rows = {"d": ["2024-01-01", "2024-01-03", None, "2024-07-01"], "t": [0.5, 1, 2, 3]}
    ready = Preparation.fit(rows, "t")
    assert ready.feature_names == [
        "d.day", "d.month.sin", "d.month.cos", "d.weekday.sin", "d.weekday.cos", "d?",
    ]  # fmt: skip
    x = ready.features(rows)
    np.testing.assert_allclose(x[0, 1:3], [0, 1], atol=1e-6)  # January
    np.testing.assert_allclose(x[3, 1:3], [0, -1], atol=1e-6)  # July, half a turn later
    np.testing.assert_allclose(x[0, 3:5], [0, 1], atol=1e-6)  # a Monday
    angle = 2 * np.pi * 2 / 7
    np.testing.assert_allclose(x[1, 3:5], [np.sin(angle), np.cos(angle)], atol=1e-6)  # Wednesday
    assert x[2].tolist() == [0, 0, 0, 0, 0, 1]
    hours = Preparation.fit({"d": ["2024-01-01 06:00", "2024-01-01 12:00"], "t": [0.5, 1]}, "t")
    np.testing.assert_allclose(
        hours.features({"d": ["2024-01-01 06:00"]})[0, 5:], [1, 0], atol=1e-6
    )


def test_rare_categories_share_a_column() -> None:
    rows = {"c": ["a"] * 10 + ["b"] * 10 + ["c", "d"], "t": np.arange(22) / 7}
    ready = Preparation.fit(rows, "t")
    assert ready.feature_names == ["c=a", "c=b", "c=…"]
    notes: list[Note] = []
    x = ready.features({"c": ["c", "b", "new"]}, notes)
    assert x.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert [note.params["value"] for note in notes] == ["new"]
    plain = Preparation.fit({"c": ["a", "b"] * 5, "t": np.arange(10) / 7}, "t")
    assert plain.features({"c": ["new"]}).tolist() == [[0, 0]]


def test_many_categories_are_bounded() -> None:
    words = [f"w{i % 90} x" for i in range(900)]
    ready = Preparation.fit({"c": words, "t": np.arange(900) / 7}, "t", kinds={"c": "category"})
    assert len(ready.feature_names) == 51


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize(
    ("name", "width", "task"),
    [("penguins", 14, "classification"), ("auto_mpg", 10, "regression"),
     ("california_housing", 14, "regression"), ("iris", 4, "classification")],
)  # fmt: skip
def test_real_tables(name: str, width: int, task: str) -> None:
    data = load(name)
    train, _ = split_rows(len(data.table), seed=0)
    ready = Preparation.fit(data.table, data.target, rows=train)
    x = ready.features(data.table)
    assert (ready.task, x.shape[1]) == (task, width)
    assert np.isfinite(x).all()
    assert len(ready.targets(data.table)) == len(x)
