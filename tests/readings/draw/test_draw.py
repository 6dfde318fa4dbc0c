"""Pictures of graphs and networks: everything is there, nothing overlaps, the XML is sound."""

import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, MissingExtraError, UsageError, use_language
from tiza.nn import functional as F
from tiza.readings.draw import Facts, stages_of
from tiza.readings.draw.folding import folded, order_of
from tiza.readings.draw.graph import boxes_of
from tiza.readings.draw.layout import arrange
from tiza.readings.draw.words import WORDS

SVG = "{http://www.w3.org/2000/svg}"


def worked_example():
    """The network of document b at the values of notation.md."""
    f64 = {"dtype": tz.float64, "requires_grad": True}
    w10, w11, w12 = (tz.tensor(v, **f64) for v in (0.1, 0.2, -0.3))
    w20, w21 = tz.tensor(0.05, **f64), tz.tensor(0.7, **f64)
    x1, x2, y = (tz.tensor(v, dtype=tz.float64) for v in (1.0, 2.0, 1.0))
    z_g = w10 + w11 * x1 + w12 * x2
    g = tz.tanh(z_g)
    z_f = w20 + w21 * g
    f = F.sigmoid(z_f)
    e = (y - f) ** 2 / 2
    return tz.draw(e), locals()


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(t.itertext()).replace("\u200b", "") for t in root.iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    root = ElementTree.fromstring(svg)
    return [
        (float(r.get("x")), float(r.get("y")), float(r.get("width")), float(r.get("height")))
        for r in root.iter(f"{SVG}rect")
        if r.get("class").startswith("box")
    ]


def overlapping(rects) -> list:
    return [
        (a, b)
        for i, a in enumerate(rects)
        for b in rects[i + 1 :]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]


def test_the_worked_example_shows_every_value_and_every_adjoint() -> None:
    picture, _ = worked_example()
    shown = texts(picture.svg)
    for name in ("w10", "w11", "w12", "w20", "w21", "x1", "x2", "y"):
        assert name in shown
    values = ("zg = −0.3", "g = −0.2913", "zf = −0.1539", "f = 0.4616", "e = 0.1449")
    assert set(values) <= set(shown)
    # de/dw10, de/dw21, de/dw12, de/dz_f, de/df: to the 4 digits shown
    assert {"−0.08572", "0.03898", "−0.1714", "−0.1338", "−0.5384"} <= set(shown)
    assert len(boxes(picture.svg)) == 8 + 11  # leaves and operations; numbers stand in boxes
    assert "· ÷ 2" in shown
    assert "(·)²" in shown


def test_boxes_never_overlap() -> None:
    net = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    for picture in (
        worked_example()[0],
        tz.draw(net, (2, 5, 16)),
        tz.draw(net, tz.ones((2, 5, 16)), view="graph", depth=None),
    ):
        found = boxes(picture.svg)
        assert len(found) > 5
        assert not overlapping(found)


def test_the_law_of_overlap_sees_a_planted_overlap() -> None:
    assert overlapping([(0, 0, 10, 10), (9, 9, 5, 5), (30, 0, 1, 1)])


def test_every_node_is_in_a_box() -> None:
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    loss = F.cross_entropy(net(tz.ones((5, 4))), tz.tensor([0, 1, 2, 0, 1]))
    order = order_of([loss.node])
    for depth in (0, 1, 2, None):
        graph = boxes_of(order, Facts(parameters={p.node for p in net.parameters()}), depth)
        assert {n for n in order if n.prim.name != "literal"} <= set(graph.of)
    folded_away = boxes_of(order, Facts(parameters={p.node for p in net.parameters()}), 1)
    layers = [b.lines for b in folded_away.boxes if b.kind == "layer"]
    assert layers == [["0", "40 parameters"], ["1"], ["2", "27 parameters"]]


def test_folding_by_depth() -> None:
    assert folded("GPT.blocks.0.attn", 2) == "GPT.blocks.0"
    assert folded("GPT.blocks.0.attn", None) == ""
    assert folded("GPT", 0) == "GPT"


def test_a_layer_called_twice_is_two_boxes() -> None:
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, x):
            return self.fc(tz.tanh(self.fc(x)))

    shown = texts(tz.draw(Twice(), (1, 3)).svg)
    assert shown.count("fc: Linear") == 2


def test_layers_that_wait_for_each_other_are_opened() -> None:
    class A(nn.Module):
        def forward(self, x, y):
            return tz.exp(x), tz.sin(y)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = A(), A()

        def forward(self, x):
            first, _ = self.a(x, x)
            other, _ = self.b(x * 2, x)
            return self.b(x, first)[1] + self.a(x, other)[1]

    picture = tz.draw(Net(), (2, 3))
    assert not overlapping(boxes(picture.svg))
    assert ElementTree.fromstring(picture.svg) is not None


def test_html_opens_what_is_folded() -> None:
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    loss = F.cross_entropy(net(tz.ones((5, 4))), tz.tensor([0, 1, 2, 0, 1]))
    html = tz.draw(loss).html
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert links
    assert links == set(re.findall(r'<details id="([^"]+)"', html))
    for title in ("Inside Sequential.0", "Inside cross entropy", "Inside log softmax"):
        assert title in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")  # works offline


def test_insides_carry_true_adjoints() -> None:
    x = tz.tensor([1.0, 2.0, 4.0], requires_grad=True)
    loss = (F.softmax(x, dim=0) * tz.tensor([1.0, 0.0, 0.0])).sum()
    inside = next(p for p in tz.draw(loss).inside if p.title == "Inside softmax")
    assert ElementTree.fromstring(inside.svg) is not None
    assert len(boxes(inside.svg)) == 6  # x, max, minus, exp, sum, quotient: and nothing before x
    p = np.exp([1.0, 2.0, 4.0]) / np.exp([1.0, 2.0, 4.0]).sum()
    shown = " ".join(texts(inside.svg))
    assert f"{p[0]:.4g}" in shown


def test_a_recurrence_opens_one_step() -> None:
    lstm = nn.LSTM(4, 8, batch_first=True)
    picture = tz.draw(lstm, (2, 5, 4))
    (inside,) = [p for p in picture.inside if "recurrence (5 steps)" in p.title]
    shown = texts(inside.svg)
    assert {"state 1", "state 2", "input of the step"} <= set(shown)
    assert not overlapping(boxes(inside.svg))


def test_every_layer_opens_before_any_part_of_one() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    picture = tz.draw(nn.TransformerEncoder(layer, 12), (1, 3, 8), depth=2)
    assert len(picture.inside) == 12


def test_data_prepared_beforehand_is_one_box() -> None:
    X = tz.random.normal((5, 4))
    w = tz.ones((4,), requires_grad=True)
    shown = texts(tz.draw((X * w).sum()).svg)
    assert "X" in shown
    assert "cos" not in shown  # how normal numbers are drawn is not part of the network


def test_neurons_of_a_perceptron() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    picture = tz.draw(net)
    assert picture.view == "neurons"
    root = ElementTree.fromstring(picture.svg)
    circles = list(root.iter(f"{SVG}circle"))
    weights = [e for e in root.iter(f"{SVG}line") if e.find(f"{SVG}title") is not None]
    assert len(circles) == 2 + 3 + 1
    assert len(weights) == 2 * 3 + 3 + 3 * 1 + 1
    numbers = [float(e.find(f"{SVG}title").text.replace("−", "-")) for e in weights]
    want = np.concatenate([p.numpy().ravel() for p in net.parameters()])
    np.testing.assert_allclose(sorted(numbers), sorted(want), rtol=1e-3)
    for e, w in zip(weights, numbers, strict=True):
        assert e.get("class") == ("pos" if w >= 0 else "neg")
    largest = max(weights[:9], key=lambda e: float(e.get("stroke-width")))
    assert float(largest.get("stroke-width")) == pytest.approx(4.5)


def test_wide_layers_are_cut_short() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
    svg = tz.draw(net).svg
    assert "⋮" in svg
    assert "784 inputs" in svg
    assert "100 neurons, ReLU" in svg
    assert len(svg) < 200_000


def test_only_chains_of_linear_layers_have_neurons() -> None:
    assert stages_of(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))) is not None
    assert stages_of(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Linear(2, 1))) is None
    assert stages_of(nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1))) is None
    with pytest.raises(ArgumentError) as caught:
        tz.draw(nn.Conv2d(1, 1, 3), view="neurons")
    assert "is not a chain of Linear layers" in str(caught.value)


def test_blocks_without_an_input_are_nested() -> None:
    picture = tz.draw(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten()))
    shown = texts(picture.svg)
    assert {"0: Conv2d", "1: ReLU", "2: Flatten", "80 parameters"} <= set(shown)


def test_blocks_with_an_input_carry_shapes() -> None:
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    shown = texts(tz.draw(net, (2, 1, 28, 28)).svg)
    assert {"2 × 8 × 26 × 26", "2 × 8 × 13 × 13", "2 × 1352", "80 parameters"} <= set(shown)


@pytest.mark.parametrize("ending", [".svg", ".html", ".png"])
def test_files(tmp_path, ending) -> None:
    path = worked_example()[0].save(tmp_path / f"graph{ending}")
    start = {".svg": b"<svg", ".html": b"<!DOCTYPE", ".png": b"\x89PNG"}[ending]
    assert path.read_bytes().startswith(start)


def test_wrong_files_are_refused(tmp_path) -> None:
    picture = worked_example()[0]
    with pytest.raises(ArgumentError) as caught:
        picture.save(tmp_path / "graph.gif")
    assert "end the file name in .svg, .html or .png" in str(caught.value)
    with pytest.raises(UsageError):
        picture.save(tmp_path / "missing" / "graph.svg")


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(ArgumentError, match="there is no view 'tree'"):
        tz.draw(tz.ones(2), view="tree")
    with pytest.raises(ArgumentError, match="takes a tensor or a module"):
        tz.draw([1, 2])
    with pytest.raises(ArgumentError, match="is drawn for an input"):
        tz.draw(nn.Conv2d(1, 1, 3), view="graph")


def test_without_the_library_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tiza\[plot\]'"):
        tz.draw(tz.ones(2, requires_grad=True).sum())
    assert tz.draw(nn.Linear(2, 1)).view == "neurons"  # needs none


def test_both_languages() -> None:
    assert all(en and es for en, es in WORDS.values())
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    with use_language("es"):
        assert "capa oculta" in tz.draw(net).svg
    assert "capa oculta" in tz.draw(net, lang="es").svg
    assert "hidden layer" in tz.draw(net).svg


def test_arrangement_keeps_order_and_sizes() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 7, 40):
        sizes = {i: (float(rng.integers(20, 90)), float(rng.integers(10, 60))) for i in range(n)}
        edges = [(int(rng.integers(0, b)), b) for b in range(1, n) for _ in range(2)]
        spots = arrange(sizes, edges)
        rects = [(*spots.corner[i], *sizes[i]) for i in sizes]
        assert len(rects) == n
        assert not overlapping(rects)
        assert all(spots.corner[a][0] < spots.corner[b][0] for a, b in edges)
        assert set(spots.route) == set(edges)


def test_a_deep_graph_is_drawn() -> None:
    x = tz.tensor(0.5, requires_grad=True)
    y = x
    for _ in range(300):
        y = tz.sin(y)
    assert len(boxes(tz.draw(y).svg)) == 301
