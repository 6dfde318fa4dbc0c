"""In a real notebook everything that can be looked at shows itself, and says nothing else."""

import re
import sys

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("fast_sugiyama")

import nbformat
from nbclient import NotebookClient

START = """
import logging
logging.disable()  # a new machine's list of fonts is told about
import tiza as tz
from tiza import nn
from tiza.nn import functional as F
tz.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
X, y = tz.tensor([[1.0, 2.0], [0.5, -1.0]]), tz.tensor([0, 1])
loss = F.cross_entropy(net(X), y)
"""
CELLS = {  # what stands in the last line of a cell, and what its picture in HTML must hold
    "tz.derive(loss, list(net.parameters()))": "<math",
    "tz.derive(loss, list(net.parameters()), detail='summary', lang='es')": "Gradientes",
    "tz.draw(loss)": "<svg",
    "tz.draw(net)": "<svg",
    "tz.draw(net, view='blocks')": "<svg",
    "tz.plot.activations('relu')": "<img",
    "tz.plot.losses(theme='dark', lang='es')": "<img",
    "tz.plot.race_animation('parabola', optimizers=['SGD'], steps=2)": "<script",
    "tz.check('de/dw = (f - y) x', 'f = S(w x); e = (y - f)^2/2')": "<",
    "__import__('tiza.readings.blackboard.classics', fromlist=['ALL']).ALL[1]()": "<math",
    "net": "Linear",
}


def executed(sources: list[str]) -> list[nbformat.NotebookNode]:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    client = NotebookClient(book, timeout=300, kernel_name="python3")
    client.execute()
    return book.cells


@pytest.mark.slow
def test_objects_show_themselves_in_a_notebook() -> None:
    first, *cells = executed([START, *CELLS])
    assert first.outputs == []
    for cell, holds in zip(cells, CELLS.values(), strict=True):
        kinds = [output.output_type for output in cell.outputs]
        assert kinds == ["execute_result"], (cell.source, cell.outputs)
        shown = cell.outputs[0].data
        assert holds in shown["text/html"], cell.source
        assert len(shown["text/plain"]) < 5000, cell.source
        assert not re.search(r"(src|href)=.https?:", shown["text/html"]), cell.source


@pytest.mark.slow
def test_a_notebook_runs_the_python_of_the_tests() -> None:
    (cell,) = executed(["import sys; sys.version"])
    assert sys.version.split()[0] in cell.outputs[0].data["text/plain"]
