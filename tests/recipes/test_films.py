"""What the recipes on films judge by, and what they put beside."""

import numpy as np
import pytest

from tiza.data import load
from tiza.errors import UsageError
from tiza.models import MatrixFactorization
from tiza.recipes import films
from tiza.recipes import neural_mf_movielens as neural
from tiza.recipes import universal_approximation as widths
from tiza.recipes.asking import Asked


def test_biases_are_koren_s():
    user, item = np.array([0, 0, 1]), np.array([0, 1, 0])
    rating = np.array([5.0, 3.0, 4.0])
    film = np.array([(1 + 0) / (25 + 2), -1 / (25 + 1)])  # around the mean 4
    person = np.array([(1 - film[0] - 1 - film[1]) / 12, -film[0] / 11])
    found = films.biases((user, item, rating), 4.0, user, item)
    assert found == pytest.approx(4 + film[item] + person[user])


def test_hits_and_gains_count_the_place():
    places = np.array([0, 9, 10, 50])
    hit, gain = neural._figures(places)
    assert hit == 0.5
    assert gain == pytest.approx((1 + 1 / np.log2(11)) / 4)


def test_the_place_is_how_many_stand_before():
    class Item:
        training = False

        def eval(self):
            return self

        def train(self, mode):
            return self

        def __call__(self, user, item):
            return np.asarray(item).view(Scores)

    shown = np.array([[5, 1, 9, 7], [8, 1, 2, 3]])
    assert neural._places(Item(), shown).tolist() == [2, 0]


class Scores(np.ndarray):
    """An array that a model could have given."""

    def numpy(self):
        return np.asarray(self)


def test_what_was_rated_is_not_recommended(shared_data):
    data = load("movielens_100k")
    model = MatrixFactorization(films.USERS, films.FILMS, 4, 3.5)
    (reply,) = films.predict(Asked(model, ("196",)))
    known = {data.titles[k] for k in data.item[data.user == 195]}
    assert len(reply.value) == 10
    assert not known & set(reply.value)
    for words in ("0", "944", "1.5"):
        with pytest.raises(UsageError):
            films.predict(Asked(model, (words,), example="196"))


def test_relu_meets_the_function_as_width_grows_and_cubes_do_not():
    x = np.linspace(-3, 3, 1001)
    error = {kind: [np.abs(widths.fitted(kind, n, x) - widths.target(x)).max() for n in (5, 50)]
             for kind in widths.KINDS}  # fmt: skip
    assert error["ReLU"][1] < 0.05 * error["ReLU"][0]
    assert error["tanh"][1] < 0.1 * error["tanh"][0]
    assert error["x³"][1] == pytest.approx(error["x³"][0], rel=1e-3)
    assert error["x³"][1] > 1
