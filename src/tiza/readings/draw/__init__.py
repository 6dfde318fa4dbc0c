"""Expressions and networks as pictures: SVG without any program to install."""

from tiza.readings.draw.drawing import draw_graph
from tiza.readings.draw.graph import Facts
from tiza.readings.draw.nested import nested
from tiza.readings.draw.network import neurons, stages_of
from tiza.readings.draw.picture import Picture

__all__ = ["Facts", "Picture", "draw_graph", "nested", "neurons", "stages_of"]
