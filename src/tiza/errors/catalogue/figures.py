"""Messages of figures."""

from tiza.errors.entry import Entry

_MORE = (
    "The figures of tz.plot are matplotlib figures; what each accepts stands in its documentation: "
    "help(tz.plot.race).",
    "Las figuras de tz.plot son figuras de matplotlib; lo que acepta cada una está en su "
    "documentación: help(tz.plot.race).",
)

_LIST = (
    "`tiza plot --list` shows every figure with what stands after its name; `tiza plot --help` "
    "shows the options.",
    "`tiza plot --list` muestra cada figura y lo que va después de su nombre; `tiza plot --help` "
    "muestra las opciones.",
)

ENTRIES = {
    "plot-function": Entry(
        en=("nn.functional has no function {got!r}", 'a name such as "relu", or a function'),
        es=("nn.functional no tiene la función {got!r}", 'un nombre como "relu" o una función'),
        more=_MORE,
    ),
    "plot-choice": Entry(
        en=("{name} cannot be {got!r}", "one of: {known}"),
        es=("{name} no puede ser {got!r}", "una de estas: {known}"),
        more=_MORE,
    ),
    "plot-start": Entry(
        en=("a start of one or two numbers is needed", "start=(-1.5, 2.0)"),
        es=("hace falta un inicio de uno o dos números", "start=(-1.5, 2.0)"),
        more=_MORE,
    ),
    "plot-moving": Entry(
        en=("a moving picture cannot be written as {got!r}", "end the file name in .gif or .html"),
        es=(
            "una animación no se puede escribir como {got!r}",
            "termine el nombre del archivo en .gif o .html",
        ),
        more=_MORE,
    ),
    "plot-ending": Entry(
        en=(
            "a figure cannot be written as {got!r}",
            "end the file name in .png, .svg, .pdf, .jpg or .html",
        ),
        es=(
            "una figura no se puede escribir como {got!r}",
            "termine el nombre del archivo en .png, .svg, .pdf, .jpg o .html",
        ),
        more=(
            "Only a race of optimizers moves: tz.plot.race_animation, or "
            "tiza plot race -o race.gif.",
            "Solo se mueve una carrera de optimizadores: tz.plot.race_animation, o "
            "tiza plot race -o carrera.gif.",
        ),
    ),
    "plot-shape": Entry(
        en=("{name} must have shape {want}, not {got}", "reshape it, or choose part of it"),
        es=("{name} debe tener forma {want}, no {got}", "cambie su forma o elija una parte"),
        more=_MORE,
    ),
    "plot-unknown": Entry(
        en=("there is no figure {got!r}", "one of: {names}"),
        es=("no existe la figura {got!r}", "una de estas: {names}"),
        more=_LIST,
    ),
    "plot-unknown-near": Entry(
        en=("there is no figure {got!r}", "did you mean {near}?"),
        es=("no existe la figura {got!r}", "¿quiso decir {near}?"),
        more=_LIST,
    ),
    "plot-words": Entry(
        en=("after the figure's name stands {got!r}", "tiza plot {usage}"),
        es=("después del nombre de la figura está {got!r}", "tiza plot {usage}"),
        more=_LIST,
    ),
    "plot-option": Entry(
        en=("the figure {figure} does not take {option}", "it takes: {takes}"),
        es=("la figura {figure} no admite {option}", "admite: {takes}"),
        more=_LIST,
    ),
    "plot-classes": Entry(
        en=("the run {run} does not tell classes apart", "choose a run that learned classes"),
        es=("la corrida {run} no distingue clases", "elija una corrida que aprendió clases"),
        more=(
            "Confusion, ROC, precision, calibration and decision boundaries are about classes; a "
            "run that predicts numbers has none.",
            "La confusión, las curvas ROC, la precisión, la calibración y las fronteras de "
            "decisión tratan de clases; una corrida que predice números no las tiene.",
        ),
    ),
    "plot-no-rows": Entry(
        en=(
            "the run {run} has a loop of its own and keeps no test rows",
            "tiza plot training {run}, or tiza plot weights {run}",
        ),
        es=(
            "la corrida {run} tiene su propio ciclo y no conserva filas de prueba",
            "tiza plot training {run}, o tiza plot weights {run}",
        ),
        more=(
            "Its own figures stand in its report and in its folder plots/.",
            "Sus propias figuras están en su informe y en su carpeta plots/.",
        ),
    ),
    "plot-rows-needed": Entry(
        en=("the run {run} learned a table that it did not keep", "--data rows.csv"),
        es=("la corrida {run} aprendió una tabla que no conservó", "--data filas.csv"),
        more=(
            "Give rows with the same columns, best ones that the run has not learned from.",
            "Dé filas con las mismas columnas, mejor si la corrida no aprendió de ellas.",
        ),
    ),
    "plot-no-weights": Entry(
        en=("the run {run} kept no weights", "tiza runs"),
        es=("la corrida {run} no conservó pesos", "tiza runs"),
        more=(
            "A run that was stopped early lacks weights.safetensors; choose one that has finished.",
            "A una corrida detenida temprano le falta weights.safetensors; elija una terminada.",
        ),
    ),
    "plot-layer": Entry(
        en=("there is no layer {got!r}", "one of: {names}"),
        es=("no existe la capa {got!r}", "una de estas: {names}"),
        more=_LIST,
    ),
    "plot-layer-near": Entry(
        en=("there is no layer {got!r}", "did you mean {near}?"),
        es=("no existe la capa {got!r}", "¿quiso decir {near}?"),
        more=_LIST,
    ),
    "plot-no-curves": Entry(
        en=("the run {run} measured nothing by epoch", "tiza runs"),
        es=("la corrida {run} no midió nada por época", "tiza runs"),
        more=(
            "Curves are kept by runs of tiza train and by Trainer(run_dir=True).",
            "Las curvas las guardan las corridas de tiza train y Trainer(run_dir=True).",
        ),
    ),
    "plot-no-shared": Entry(
        en=("the runs {runs} have no metric in common", "--metric NAME"),
        es=("las corridas {runs} no tienen ninguna métrica en común", "--metric NOMBRE"),
        more=(
            "`tiza show RUN` lists what a run measured.",
            "`tiza show CORRIDA` muestra lo que midió una corrida.",
        ),
    ),
    "plot-no-pictures": Entry(
        en=("the rows of the run {run} are no pictures", "tiza plot embedding {run}"),
        es=("las filas de la corrida {run} no son imágenes", "tiza plot embedding {run}"),
        more=(
            "Pictures are known for recipes on images, such as digits or lenet-mnist.",
            "Se conocen imágenes de las recetas sobre imágenes, como digits o lenet-mnist.",
        ),
    ),
    "plot-no-maps": Entry(
        en=("the network of the run {run} has no convolution", "tiza plot weights {run}"),
        es=("la red de la corrida {run} no tiene ninguna convolución", "tiza plot weights {run}"),
        more=(
            "Feature maps are the channels of a Conv2d; train for example lenet-mnist.",
            "Los mapas de características son los canales de una Conv2d; entrene por ejemplo "
            "lenet-mnist.",
        ),
    ),
    "plot-two-columns": Entry(
        en=(
            "{what} has {got} columns of numbers beside the classes; a plane has 2",
            "keep two columns, or tiza plot embedding {what}",
        ),
        es=(
            "{what} tiene {got} columnas de números además de las clases; un plano tiene 2",
            "deje dos columnas, o tiza plot embedding {what}",
        ),
        more=(
            "Text columns count once for each category.",
            "Las columnas de texto cuentan una vez por cada categoría.",
        ),
    ),
}
