"""Messages of normalization layers."""

from tiza.errors.entry import Entry

ENTRIES = {
    "norm-affine": Entry(
        en=(
            "{op}: {name} has shape {got}, but x of shape {x} needs {want}",
            "give {name} the shape {want}",
        ),
        es=(
            "{op}: {name} tiene forma {got}, pero x de forma {x} necesita {want}",
            "dé a {name} la forma {want}",
        ),
        more=(
            "After normalizing, entries are stretched by weight and shifted by bias: one of each "
            "for every channel, or for every entry of the normalized axes.",
            "Después de normalizar, los elementos se estiran con weight y se desplazan con bias: "
            "uno de cada uno por canal, o por elemento de los ejes normalizados.",
        ),
    ),
    "norm-axes": Entry(
        en=(
            "{op}: x has shape {got}, but examples, channels and what they hold are wanted",
            "add an axis with x[None]",
        ),
        es=(
            "{op}: x tiene forma {got}, pero se esperan ejemplos, canales y lo que contienen",
            "agregue un eje con x[None]",
        ),
        more=(
            "The second axis of the input counts its channels.",
            "El segundo eje de la entrada cuenta sus canales.",
        ),
    ),
    "norm-input-axes": Entry(
        en=(
            "{layer}: x has shape {got}, but {want} axes are wanted",
            "use the layer for as many axes as x has, such as BatchNorm2d for images (N, C, H, W)",
        ),
        es=(
            "{layer}: x tiene forma {got}, pero se esperan {want} ejes",
            "use la capa para los ejes que tiene x, p. ej. BatchNorm2d para imágenes (N, C, H, W)",
        ),
        more=(
            "1d layers take (N, C) or (N, C, L), 2d layers images (N, C, H, W).",
            "Las capas 1d toman (N, C) o (N, C, L), las capas 2d imágenes (N, C, H, W).",
        ),
    ),
    "norm-channels": Entry(
        en=(
            "{layer}: x of shape {x} has {got} channels, but the layer {want}",
            "{layer}({got}) instead of {layer}({want})",
        ),
        es=(
            "{layer}: x de forma {x} tiene {got} canales, pero la capa {want}",
            "{layer}({got}) en lugar de {layer}({want})",
        ),
        more=(
            "num_features counts the channels, which stand on the axis after the examples.",
            "num_features cuenta los canales, que están en el eje que sigue a los ejemplos.",
        ),
    ),
    "norm-shape": Entry(
        en=(
            "{op}: x of shape {got} does not end in normalized_shape {want}",
            "give the last axes of x as normalized_shape",
        ),
        es=(
            "{op}: x de forma {got} no termina en normalized_shape {want}",
            "dé los últimos ejes de x como normalized_shape",
        ),
        more=(
            "Layer normalization takes mean and variance over the last axes, which "
            "normalized_shape names.",
            "La normalización por capa toma media y varianza sobre los últimos ejes, que "
            "normalized_shape nombra.",
        ),
    ),
    "norm-groups": Entry(
        en=(
            "{op}: {channels} channels cannot be divided into {groups} groups",
            "choose a number of groups that divides the channels",
        ),
        es=(
            "{op}: {channels} canales no se pueden dividir en {groups} grupos",
            "elija un número de grupos que divida a los canales",
        ),
        more=(
            "Group normalization takes mean and variance over equally large groups of channels.",
            "La normalización por grupos toma media y varianza sobre grupos de canales del mismo "
            "tamaño.",
        ),
    ),
    "norm-statistics": Entry(
        en=(
            "batch_norm: the running statistics have shape {got}, but x has {channels} channels",
            "give a running mean and variance of shape ({channels},)",
        ),
        es=(
            "batch_norm: las estadísticas acumuladas tienen forma {got}, pero x tiene {channels} "
            "canales",
            "dé una media y una varianza acumuladas de forma ({channels},)",
        ),
        more=(
            "One mean and one variance are kept for each channel.",
            "Se guarda una media y una varianza por canal.",
        ),
    ),
    "norm-no-statistics": Entry(
        en=(
            "batch_norm: outside training a running mean and variance are needed",
            "give running_mean and running_var, or training=True",
        ),
        es=(
            "batch_norm: fuera del entrenamiento se necesitan una media y una varianza acumuladas",
            "dé running_mean y running_var, o training=True",
        ),
        more=(
            "In use, batch normalization must not depend on the other examples of the batch, so it "
            "uses statistics kept from training.",
            "En uso, la normalización por lotes no debe depender de los otros ejemplos del lote, "
            "así que usa estadísticas guardadas del entrenamiento.",
        ),
    ),
    "norm-one-value": Entry(
        en=(
            "batch_norm: in training more than one value per channel is needed, but x is {got}",
            "use batches of two or more, or model.eval()",
        ),
        es=(
            "batch_norm: en entrenamiento se necesita más de un valor por canal, pero x es {got}",
            "use lotes de dos o más, o model.eval()",
        ),
        more=(
            "The variance of one value is 0. Often the last batch of an epoch holds a single "
            "example: drop_last=True leaves it out.",
            "La varianza de un solo valor es 0. A menudo el último lote de una época tiene un "
            "único ejemplo: drop_last=True lo omite.",
        ),
    ),
    "norm-one-place": Entry(
        en=(
            "instance_norm: more than one entry per channel is needed, but x is {got}",
            "use larger images, or BatchNorm",
        ),
        es=(
            "instance_norm: se necesita más de un elemento por canal, pero x es {got}",
            "use imágenes más grandes, o BatchNorm",
        ),
        more=(
            "Instance normalization takes mean and variance over each image alone.",
            "La normalización por instancia toma media y varianza sobre cada imagen por separado.",
        ),
    ),
    "norm-eps": Entry(
        en=(
            "{layer}: eps must be a number of at least 0, not {got}",
            "use eps=1e-5",
        ),
        es=(
            "{layer}: eps debe ser un número mayor o igual que 0, no {got}",
            "use eps=1e-5",
        ),
        more=(
            "eps is added to the variance, so that nothing is divided by 0.",
            "eps se suma a la varianza, para no dividir entre 0.",
        ),
    ),
    "norm-momentum": Entry(
        en=(
            "{layer}: momentum must lie between 0 and 1, but is {got}",
            "use momentum=0.1, or None for the mean over all batches",
        ),
        es=(
            "{layer}: momentum debe estar entre 0 y 1, pero es {got}",
            "use momentum=0.1, o None para la media de todos los lotes",
        ),
        more=(
            "The running statistics move by this share towards those of each batch. PyTorch's "
            "momentum is one minus that of Keras.",
            "Las estadísticas acumuladas avanzan esta fracción hacia las de cada lote. El momentum "
            "de PyTorch es uno menos el de Keras.",
        ),
    ),
    "spectral-iterations": Entry(
        en=(
            "spectral_norm: n_power_iterations must be at least 1, but is {got}",
            "use n_power_iterations=1",
        ),
        es=(
            "spectral_norm: n_power_iterations debe ser al menos 1, pero es {got}",
            "use n_power_iterations=1",
        ),
        more=(
            "Each step of the power iteration brings the estimate closer to the greatest singular "
            "value.",
            "Cada paso de la iteración de potencias acerca la estimación al mayor valor singular.",
        ),
    ),
    "norm-hook-twice": Entry(
        en=(
            "{what}: {name!r} of this module is already normalized so",
            "take it away first with remove_{what}",
        ),
        es=(
            "{what}: {name!r} de este módulo ya está normalizado así",
            "quítelo antes con remove_{what}",
        ),
        more=(
            "A weight can be written in one such way only.",
            "Un peso se puede escribir de una sola de estas maneras.",
        ),
    ),
    "norm-hook-missing": Entry(
        en=(
            "{what}: the module has no {name!r} to treat so",
            "name one of its parameters",
        ),
        es=(
            "{what}: el módulo no tiene {name!r} que tratar así",
            "nombre uno de sus parámetros",
        ),
        more=(
            "The name is that of a parameter of the module, usually weight.",
            "El nombre es el de un parámetro del módulo, por lo general weight.",
        ),
    ),
}
