"""`tiza demo`: a network learns to read handwritten digits, before your eyes."""

from tiza.cli.ending import conclude, of_learned
from tiza.cli.learned import learn_recipe
from tiza.cli.out import current
from tiza.cli.speak import command
from tiza.errors import pick


@command(
    "demo",
    words=(
        "Watch a network learn to read handwritten digits, in a few seconds.\n"
        "It learns from 1,797 scans that ship with tiza, is judged on a fifth of them that it "
        "never saw, and is compared with a linear model. The run and its report are kept.",
        "Vea cómo una red aprende a leer dígitos manuscritos, en unos segundos.\n"
        "Aprende de 1797 imágenes que vienen con tiza, se juzga con una quinta parte que nunca "
        "vio y se compara con un modelo lineal. La corrida y su informe se guardan.",
    ),
    examples=["tiza demo", "tiza demo --seed 3", "tiza demo --lang es", "tiza demo --json"],
)
def main() -> None:
    """Learn the recipe `digits` and say how well it went."""
    from tiza.recipes import find
    from tiza.recipes.board import neuron

    recipe = find("digits")
    learned = learn_recipe(recipe, recipe.settings(seed=current().seed or 0))
    task = learned.problem
    count = len(task.test)
    right = round(learned.metrics["accuracy"]["model"] * count)
    text = pick(
        (
            "It read {right} of {count} digits that it had never seen.",
            "Leyó {right} de {count} dígitos que nunca había visto.",
        )
    )
    shown = neuron(task, learned.model, learned.outputs)
    conclude(of_learned(learned, text.format(right=right, count=count), recipe), shown)
