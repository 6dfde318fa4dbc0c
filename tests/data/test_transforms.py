"""Transforms: scikit-learn's numbers, and constants that survive being written down."""

import json

import numpy as np
import pytest
from sklearn import preprocessing

from tiza.data import (
    Compose,
    ImagesToFloat,
    MinMax,
    OneHot,
    Standardize,
    Transform,
    transform_from_config,
)
from tiza.errors import ArgumentError, DataError

RNG = np.random.default_rng(0)
TRAIN = np.c_[RNG.normal(5, 3, 40), RNG.uniform(-1, 1, 40), np.full(40, 7.0)]
TEST = np.c_[RNG.normal(5, 3, 9), RNG.uniform(-2, 2, 9), np.full(9, 8.0)]


def test_standardize_is_standard_scaler() -> None:
    theirs = preprocessing.StandardScaler().fit(TRAIN)
    ours = Standardize().fit(TRAIN)
    np.testing.assert_allclose(ours.apply(TEST), theirs.transform(TEST), rtol=1e-6)
    np.testing.assert_allclose(ours.undo(ours.apply(TEST)), TEST, rtol=1e-5)


def test_min_max_is_min_max_scaler() -> None:
    theirs = preprocessing.MinMaxScaler().fit(TRAIN)
    ours = MinMax().fit(TRAIN)
    np.testing.assert_allclose(ours.apply(TEST), theirs.transform(TEST), rtol=1e-6)
    np.testing.assert_allclose(ours.undo(ours.apply(TEST)), TEST, rtol=1e-5)


def test_one_hot_is_one_hot_encoder() -> None:
    codes = RNG.integers(0, 5, 30)
    new = np.array([0, 4, 9])
    theirs = preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    theirs.fit(codes[:, None])
    ours = OneHot().fit(codes)
    assert (ours.apply(new) == theirs.transform(new[:, None])).all()
    assert ours.apply(new.reshape(1, 3)).shape == (1, 3, len(np.unique(codes)))


def test_images_keep_every_pixel() -> None:
    images = RNG.integers(0, 256, (3, 4, 5, 2), dtype=np.uint8)
    channels = ImagesToFloat("channels")(images)
    assert channels.shape == (3, 2, 4, 5)
    assert channels.dtype == np.float32
    np.testing.assert_allclose(channels[1, 1, 2, 3], images[1, 2, 3, 1] / 255, rtol=1e-6)
    assert ImagesToFloat("channels")(images[..., 0]).shape == (3, 1, 4, 5)
    assert ImagesToFloat("same")(images).shape == images.shape
    flat = ImagesToFloat(top=16)(images[..., 0])
    np.testing.assert_allclose(flat[2], images[2, ..., 0].ravel() / 16, rtol=1e-6)


FITTED = [
    Standardize().fit(TRAIN),
    MinMax().fit(TRAIN),
    OneHot().fit([1, 2, 9]),
    ImagesToFloat("same", 16.0),
    Compose((Standardize(), MinMax())).fit(TRAIN),
]


@pytest.mark.parametrize("transform", FITTED, ids=lambda t: type(t).__name__)
def test_configuration_survives_json(transform: Transform) -> None:
    again = transform_from_config(json.loads(json.dumps(transform.to_config())))
    assert again == transform
    assert type(again) is type(transform)


def test_compose_fits_each_part_on_what_it_will_see() -> None:
    both = Compose((Standardize(), MinMax())).fit(TRAIN)
    step = Standardize().fit(TRAIN).apply(TRAIN)
    assert (both.apply(TRAIN) == MinMax().fit(step).apply(step)).all()


@pytest.mark.parametrize("transform", [Standardize(), MinMax(), OneHot()])
def test_unfitted_transforms_say_so(transform: Transform) -> None:
    with pytest.raises(DataError, match="has not seen any data yet"):
        transform.apply(TRAIN)


def test_another_width_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        Standardize().fit(TRAIN).apply(TRAIN[:, :2])
    assert str(caught.value) == (
        "Standardize was fitted on 3 columns, but x has shape (40, 2)\n"
        "    fix: give the same columns as in fit"
    )


def test_foreign_configurations_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"no transform called 'os\.system'"):
        transform_from_config({"type": "os.system", "command": "true"})
    with pytest.raises(DataError, match="kept preparation"):
        transform_from_config({"type": "MinMax", "wide": 3})


def test_images_of_other_shapes_are_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(3,\)"):
        ImagesToFloat()(np.zeros(3))
    with pytest.raises(ArgumentError, match="no layout 'round'"):
        ImagesToFloat("round")
