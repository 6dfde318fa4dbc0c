"""Messages of pictures."""

from tiza.errors.entry import Entry

_FILES = (
    "A picture of tz.draw is written as .svg (one picture), as .html (with the inside of every "
    "folded box, which opens on a click), or as .png.",
    "Un dibujo de tz.draw se escribe como .svg (un dibujo), como .html (con el interior de cada "
    "caja plegada, que se abre al hacer clic) o como .png.",
)
_VIEWS = (
    'tz.draw shows the expression (view="graph"), the neurons and weights of a multilayer '
    'perceptron (view="neurons"), or the layers of any network (view="blocks").',
    'tz.draw muestra la expresión (view="graph"), las neuronas y los pesos de un perceptrón '
    'multicapa (view="neurons") o las capas de cualquier red (view="blocks").',
)
_ZERO = (
    "tz.explain_zero follows the chain rule from the loss back to a parameter and finds where the "
    "factor 0 enters. It needs the expression of the loss, a scalar, which an optimizer's step "
    "forgets.",
    "tz.explain_zero sigue la regla de la cadena desde la función de pérdida hasta un parámetro y "
    "encuentra dónde entra el factor 0. Necesita la expresión de la pérdida, un escalar, que el "
    "paso de un optimizador olvida.",
)

ENTRIES = {
    "draw-ending": Entry(
        en=("a picture cannot be written as {got!r}", "end the file name in .svg, .html or .png"),
        es=(
            "un dibujo no se puede escribir como {got!r}",
            "termine el nombre del archivo en .svg, .html o .png",
        ),
        more=_FILES,
    ),
    "draw-write": Entry(
        en=("{path} cannot be written: {reason}", "choose another path"),
        es=("no se puede escribir {path}: {reason}", "elija otra ruta"),
        more=_FILES,
    ),
    "draw-view": Entry(
        en=("there is no view {got!r}", 'view="graph", "neurons" or "blocks"'),
        es=("no existe la vista {got!r}", 'view="graph", "neurons" o "blocks"'),
        more=_VIEWS,
    ),
    "draw-what": Entry(
        en=("tz.draw takes a tensor or a module, not {got}", "give the loss, or the model"),
        es=(
            "tz.draw recibe un tensor o un módulo, no {got}",
            "dé la función de pérdida o el modelo",
        ),
        more=_VIEWS,
    ),
    "draw-neurons": Entry(
        en=(
            "{kind} is not a chain of Linear layers: neurons cannot be drawn",
            'view="blocks"',
        ),
        es=(
            "{kind} no es una cadena de capas Linear: no se pueden dibujar neuronas",
            'view="blocks"',
        ),
        more=_VIEWS,
    ),
    "draw-input": Entry(
        en=(
            "a model's graph is drawn for an input",
            "give it, or its shape: tz.draw(model, (1, 784), view={view!r})",
        ),
        es=(
            "el grafo de un modelo se dibuja para una entrada",
            "dé la entrada o su forma: tz.draw(model, (1, 784), view={view!r})",
        ),
        more=_VIEWS,
    ),
    "zero-what": Entry(
        en=("tz.explain_zero takes a tensor, not {got}", "give a parameter: model.fc1.weight"),
        es=("tz.explain_zero recibe un tensor, no {got}", "dé un parámetro: model.fc1.weight"),
        more=_ZERO,
    ),
    "zero-loss": Entry(
        en=(
            "no loss was found that still knows how it was computed",
            "tz.explain_zero(p, loss), before optimizer.step()",
        ),
        es=(
            "no se encontró una pérdida que aún sepa cómo se calculó",
            "tz.explain_zero(p, loss), antes de optimizer.step()",
        ),
        more=_ZERO,
    ),
}
