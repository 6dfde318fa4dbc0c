"""Messages of convolutional layers and of padding."""

from tiza.errors.entry import Entry

ENTRIES = {
    "layer-sizes": Entry(
        en=(
            "{layer}: {name} must be a whole number of at least {least}, or {axes} of them, "
            "not {got}",
            "give {name} as a number such as 3, or as a tuple with one number for each axis",
        ),
        es=(
            "{layer}: {name} debe ser un número entero mayor o igual que {least}, o {axes} de "
            "ellos, no {got}",
            "dé {name} como un número, p. ej. 3, o como una tupla con un número por eje",
        ),
        more=(
            "Layers on images take one number for both axes, or a tuple (height, width).",
            "Las capas sobre imágenes toman un número para ambos ejes, o una tupla (alto, ancho).",
        ),
    ),
    "image-axes": Entry(
        en=(
            "{layer}: x has shape {got}, but a batch has {batched} axes and one example {single}",
            "bring x into the shape (N, C, …) with {axes} axes after the channels; x[None] adds "
            "an axis in front",
        ),
        es=(
            "{layer}: x tiene forma {got}, pero un lote tiene {batched} ejes y un ejemplo {single}",
            "lleve x a la forma (N, C, …) con {axes} ejes después de los canales; x[None] agrega "
            "un eje al inicio",
        ),
        more=(
            "A batch of images has the shape (examples, channels, height, width). Grey images "
            "often lack the axis of channels: x[:, None] adds it.",
            "Un lote de imágenes tiene la forma (ejemplos, canales, alto, ancho). A las imágenes "
            "grises suele faltarles el eje de canales: x[:, None] lo agrega.",
        ),
    ),
    "conv-weight": Entry(
        en=(
            "{op}: the weight has shape {got}, but {want} axes are wanted",
            "give a weight of shape (out_channels, in_channels / groups, *kernel_size)",
        ),
        es=(
            "{op}: el peso tiene forma {got}, pero se esperan {want} ejes",
            "dé un peso de forma (out_channels, in_channels / groups, *kernel_size)",
        ),
        more=(
            "The weight of a convolution has one small image, the kernel, for each pair of an "
            "output and an input channel.",
            "El peso de una convolución tiene una imagen pequeña, el núcleo, por cada par de "
            "canal de salida y canal de entrada.",
        ),
    ),
    "conv-weight-transposed": Entry(
        en=(
            "{op}: the weight has shape {got}, but {want} axes are wanted",
            "give a weight of shape (in_channels, out_channels / groups, *kernel_size)",
        ),
        es=(
            "{op}: el peso tiene forma {got}, pero se esperan {want} ejes",
            "dé un peso de forma (in_channels, out_channels / groups, *kernel_size)",
        ),
        more=(
            "The weight of a transposed convolution is laid out as that of the convolution which "
            "it transposes, so its first axis counts the input channels.",
            "El peso de una convolución transpuesta se ordena como el de la convolución que "
            "transpone, así que su primer eje cuenta los canales de entrada.",
        ),
    ),
    "conv-channels": Entry(
        en=(
            "{op}: x has {got} channels on its axis 1, but the weight takes {want}",
            "{layer}({got}, {out}, …) instead of {layer}({want}, {out}, …); images with the "
            "channels last need tz.permute_dims(x, …) first",
        ),
        es=(
            "{op}: x tiene {got} canales en su eje 1, pero el peso toma {want}",
            "{layer}({got}, {out}, …) en lugar de {layer}({want}, {out}, …); las imágenes con "
            "los canales al final necesitan antes tz.permute_dims(x, …)",
        ),
        more=(
            "The second axis of the input counts its channels, and must be the layer's "
            "in_channels. Colour images have 3 channels, grey ones 1.",
            "El segundo eje de la entrada cuenta sus canales, y debe ser in_channels de la capa. "
            "Las imágenes en color tienen 3 canales, las grises 1.",
        ),
    ),
    "conv-groups": Entry(
        en=(
            "{op}: {which} {channels} cannot be divided into {groups} groups",
            "choose a number of groups that divides {channels}",
        ),
        es=(
            "{op}: {which} {channels} no se puede dividir en {groups} grupos",
            "elija un número de grupos que divida a {channels}",
        ),
        more=(
            "With groups, each part of the output channels sees only its part of the input "
            "channels; all parts are of one size.",
            "Con grupos, cada parte de los canales de salida ve solo su parte de los canales de "
            "entrada; todas las partes tienen el mismo tamaño.",
        ),
    ),
    "conv-layer-groups": Entry(
        en=(
            "{layer}: {which}={channels} cannot be divided into groups={groups}",
            "choose a number of groups that divides in_channels and out_channels",
        ),
        es=(
            "{layer}: {which}={channels} no se puede dividir en groups={groups}",
            "elija un número de grupos que divida a in_channels y a out_channels",
        ),
        more=(
            "With groups, each part of the output channels sees only its part of the input "
            "channels; all parts are of one size.",
            "Con grupos, cada parte de los canales de salida ve solo su parte de los canales de "
            "entrada; todas las partes tienen el mismo tamaño.",
        ),
    ),
    "conv-bias": Entry(
        en=(
            "{op}: the bias has shape {got}, but there are {out} output channels",
            "give a bias of shape ({out},)",
        ),
        es=(
            "{op}: el sesgo tiene forma {got}, pero hay {out} canales de salida",
            "dé un sesgo de forma ({out},)",
        ),
        more=(
            "The bias adds one number to each output channel.",
            "El sesgo suma un número a cada canal de salida.",
        ),
    ),
    "conv-padding-word": Entry(
        en=(
            "{layer}: there is no padding {got!r}",
            'give a number, "same" or "valid"',
        ),
        es=(
            "{layer}: no existe el relleno {got!r}",
            'dé un número, "same" o "valid"',
        ),
        more=(
            '"same" pads so that the image keeps its size; "valid" does not pad.',
            '"same" rellena de modo que la imagen conserve su tamaño; "valid" no rellena.',
        ),
    ),
    "conv-same-stride": Entry(
        en=(
            '{layer}: padding="same" needs stride 1, but the stride is {stride}',
            "give the padding as a number",
        ),
        es=(
            '{layer}: padding="same" requiere stride 1, pero el stride es {stride}',
            "dé el relleno como un número",
        ),
        more=(
            "With a stride the image becomes smaller, so it cannot keep its size.",
            "Con un stride la imagen se hace más pequeña, así que no puede conservar su tamaño.",
        ),
    ),
    "conv-padding-mode": Entry(
        en=(
            "{layer}: there is no padding_mode {got!r}",
            "choose one of: {known}",
        ),
        es=(
            "{layer}: no existe padding_mode {got!r}",
            "elija uno de: {known}",
        ),
        more=(
            "Around the image stand zeros, its mirror image (reflect), its edge (replicate) or "
            "its other side (circular).",
            "Alrededor de la imagen hay ceros, su reflejo (reflect), su borde (replicate) o su "
            "otro lado (circular).",
        ),
    ),
    "conv-output-padding": Entry(
        en=(
            "{layer}: output_padding {got} must be smaller than the stride {stride} or the "
            "dilation {dilation}",
            "use output_padding of at most stride - 1",
        ),
        es=(
            "{layer}: output_padding {got} debe ser menor que el stride {stride} o la dilatación "
            "{dilation}",
            "use output_padding de a lo sumo stride - 1",
        ),
        more=(
            "Several sizes of image give a convolution of one size; output_padding chooses among "
            "them, and there are as many as the stride.",
            "Varios tamaños de imagen dan una convolución de un mismo tamaño; output_padding "
            "elige entre ellos, y hay tantos como el stride.",
        ),
    ),
    "conv-output-size": Entry(
        en=(
            "{layer}: output_size {got} is not possible for this input",
            "ask for sizes from {least} to {most}",
        ),
        es=(
            "{layer}: output_size {got} no es posible para esta entrada",
            "pida tamaños desde {least} hasta {most}",
        ),
        more=(
            "A transposed convolution can give as many sizes as its stride.",
            "Una convolución transpuesta puede dar tantos tamaños como su stride.",
        ),
    ),
    "conv-transpose-empty": Entry(
        en=(
            "{op}: an image of {image} would become {got}",
            "use less padding",
        ),
        es=(
            "{op}: una imagen de {image} quedaría de {got}",
            "use menos relleno",
        ),
        more=(
            "The padding of a transposed convolution is taken away from its result.",
            "El relleno de una convolución transpuesta se quita de su resultado.",
        ),
    ),
    "pad-mode": Entry(
        en=(
            "pad: there is no mode {got!r}",
            'choose "constant", "reflect", "replicate" or "circular"',
        ),
        es=(
            "pad: no existe el modo {got!r}",
            'elija "constant", "reflect", "replicate" o "circular"',
        ),
        more=(
            "The mode says what stands beyond the edge: a value, the mirror image, the edge "
            "itself, or the other side.",
            "El modo dice qué hay más allá del borde: un valor, el reflejo, el borde mismo o el "
            "otro lado.",
        ),
    ),
    "pad-value": Entry(
        en=(
            "pad: mode {mode!r} takes no value, but {got} was given",
            'leave value out, or use mode="constant"',
        ),
        es=(
            "pad: el modo {mode!r} no toma valor, pero se dio {got}",
            'omita value, o use mode="constant"',
        ),
        more=(
            "Only constant padding writes a value; the other modes repeat entries of the image.",
            "Solo el relleno constante escribe un valor; los otros modos repiten elementos de la "
            "imagen.",
        ),
    ),
    "pad-sides": Entry(
        en=(
            "pad: {got} must be pairs (before, after) of whole numbers for at most {ndim} axes",
            "give two numbers for each axis, the last axis first: at most {most}",
        ),
        es=(
            "pad: {got} deben ser pares (antes, después) de números enteros para a lo sumo "
            "{ndim} ejes",
            "dé dos números por eje, primero el último eje: a lo sumo {most}",
        ),
        more=(
            "pad=(1, 2) lengthens the last axis by 1 in front and 2 behind; pad=(1, 2, 3, 4) "
            "also the axis before it, by 3 and 4.",
            "pad=(1, 2) alarga el último eje en 1 por delante y 2 por detrás; pad=(1, 2, 3, 4) "
            "también el eje anterior, en 3 y 4.",
        ),
    ),
    "pad-axes": Entry(
        en=(
            "pad: mode {mode!r} over {axes} axes needs one more in front, but x has shape {shape}",
            "add an axis with x[None]",
        ),
        es=(
            "pad: el modo {mode!r} sobre {axes} ejes necesita uno más al inicio, pero x tiene "
            "forma {shape}",
            "agregue un eje con x[None]",
        ),
        more=(
            "Only constant padding may reach the first axis, which counts examples or channels.",
            "Solo el relleno constante puede alcanzar el primer eje, que cuenta ejemplos o "
            "canales.",
        ),
    ),
    "pad-reflect": Entry(
        en=(
            "pad: {got} entries cannot be mirrored on axis {axis} of {n} entries",
            "pad by at most {most}",
        ),
        es=(
            "pad: no se pueden reflejar {got} elementos en el eje {axis} de {n} elementos",
            "rellene a lo sumo con {most}",
        ),
        more=(
            "The mirror image leaves the edge itself out, so it is one entry shorter than the "
            "axis.",
            "El reflejo deja fuera el borde mismo, así que es un elemento más corto que el eje.",
        ),
    ),
    "pad-circular": Entry(
        en=(
            "pad: {got} entries would go more than once around axis {axis} of {n} entries",
            "pad by at most {n}",
        ),
        es=(
            "pad: {got} elementos darían más de una vuelta al eje {axis} de {n} elementos",
            "rellene a lo sumo con {n}",
        ),
        more=(
            "Circular padding takes entries from the other end of the axis, each at most once.",
            "El relleno circular toma elementos del otro extremo del eje, cada uno a lo sumo una "
            "vez.",
        ),
    ),
    "pad-empty": Entry(
        en=(
            "pad: axis {axis} of {shape} has no edge to repeat",
            "give an axis of at least one entry",
        ),
        es=(
            "pad: el eje {axis} de {shape} no tiene borde que repetir",
            "dé un eje de al menos un elemento",
        ),
        more=(
            "Replication repeats the first and last entries, so there must be one.",
            "La replicación repite el primer y el último elemento, así que debe haber alguno.",
        ),
    ),
    "pad-negative": Entry(
        en=(
            "pad: {got} takes more away from axis {axis} than its {n} entries",
            "take less away",
        ),
        es=(
            "pad: {got} quita al eje {axis} más que sus {n} elementos",
            "quite menos",
        ),
        more=(
            "Negative padding shortens an axis.",
            "El relleno negativo acorta un eje.",
        ),
    ),
    "pad-layer": Entry(
        en=(
            "{layer}: padding must be a whole number or {count} of them, not {got}",
            "give one number for all sides, or one for each, the last axis first",
        ),
        es=(
            "{layer}: padding debe ser un número entero o {count} de ellos, no {got}",
            "dé un número para todos los lados, o uno por lado, primero el último eje",
        ),
        more=(
            "For images the sides are (left, right, top, bottom).",
            "Para imágenes los lados son (izquierda, derecha, arriba, abajo).",
        ),
    ),
}
