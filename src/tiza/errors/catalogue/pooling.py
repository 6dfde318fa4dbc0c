"""Messages of pooling, resizing and unfolding."""

from tiza.errors.entry import Entry

ENTRIES = {
    "pool-padding": Entry(
        en=(
            "{layer}: padding {got} is more than half the window {size}",
            "pad by at most {most}",
        ),
        es=(
            "{layer}: el relleno {got} es más de la mitad de la ventana {size}",
            "rellene a lo sumo con {most}",
        ),
        more=(
            "With more padding, some windows would see nothing of the image.",
            "Con más relleno, algunas ventanas no verían nada de la imagen.",
        ),
    ),
    "pool-divisor": Entry(
        en=(
            "{layer}: divisor_override must be a whole number other than 0, not {got}",
            "leave it out to divide by the number of entries",
        ),
        es=(
            "{layer}: divisor_override debe ser un número entero distinto de 0, no {got}",
            "omítalo para dividir entre el número de elementos",
        ),
        more=(
            "divisor_override takes the place of the number of entries in a window.",
            "divisor_override reemplaza el número de elementos de una ventana.",
        ),
    ),
    "pool-norm": Entry(
        en=(
            "{layer}: norm_type must be positive, but is {got}",
            "use norm_type=2",
        ),
        es=(
            "{layer}: norm_type debe ser positivo, pero es {got}",
            "use norm_type=2",
        ),
        more=(
            "norm_type is the exponent p of the p-norm.",
            "norm_type es el exponente p de la norma p.",
        ),
    ),
    "unpool-size": Entry(
        en=(
            "{layer}: output_size {got} is too far from {usual}",
            "give the size that the image had before max pooling",
        ),
        es=(
            "{layer}: output_size {got} está demasiado lejos de {usual}",
            "dé el tamaño que la imagen tenía antes del max pooling",
        ),
        more=(
            "Images that differ by less than the stride are pooled to one size; output_size says "
            "which of them it was.",
            "Las imágenes que difieren en menos que el stride se reducen a un mismo tamaño; "
            "output_size dice cuál de ellas era.",
        ),
    ),
    "unpool-indices": Entry(
        en=(
            "{layer}: the indices have shape {got}, but x has {want}",
            "use the indices that max pooling gave along with x",
        ),
        es=(
            "{layer}: los índices tienen forma {got}, pero x tiene {want}",
            "use los índices que el max pooling dio junto con x",
        ),
        more=(
            "Max pooling with return_indices=True gives the maxima and their places; unpooling "
            "needs both.",
            "El max pooling con return_indices=True da los máximos y sus lugares; deshacerlo "
            "requiere ambos.",
        ),
    ),
    "adaptive-size": Entry(
        en=(
            "{layer}: output_size must be a whole number, or {axes} of them, or None to keep an "
            "axis, not {got}",
            "give e.g. output_size=1",
        ),
        es=(
            "{layer}: output_size debe ser un número entero, o {axes} de ellos, o None para "
            "conservar un eje, no {got}",
            "dé p. ej. output_size=1",
        ),
        more=(
            "Adaptive pooling chooses its windows so that the output has this size.",
            "El pooling adaptativo elige sus ventanas de modo que la salida tenga este tamaño.",
        ),
    ),
    "adaptive-empty": Entry(
        en=(
            "{layer}: an image of {image} has no entries to summarise",
            "give an image with at least one entry along each axis",
        ),
        es=(
            "{layer}: una imagen de {image} no tiene elementos que resumir",
            "dé una imagen con al menos un elemento por eje",
        ),
        more=(
            "Every window needs an entry.",
            "Cada ventana necesita un elemento.",
        ),
    ),
    "resize-mode": Entry(
        en=(
            "{layer}: there is no mode {got!r} for {axes} axes",
            "choose one of: {known}",
        ),
        es=(
            "{layer}: no existe el modo {got!r} para {axes} ejes",
            "elija uno de: {known}",
        ),
        more=(
            "The mode says how values between the entries are found: the nearest entry, a line "
            "between two (linear, bilinear, trilinear), a cubic through four, or the mean (area).",
            "El modo dice cómo se hallan los valores entre los elementos: el elemento más "
            "cercano, una recta entre dos (linear, bilinear, trilinear), una cúbica por cuatro, "
            "o la media (area).",
        ),
    ),
    "resize-one": Entry(
        en=(
            "{layer}: give either size or scale_factor",
            "e.g. scale_factor=2",
        ),
        es=(
            "{layer}: dé size o scale_factor, uno de los dos",
            "p. ej. scale_factor=2",
        ),
        more=(
            "The new size is given directly, or as a multiple of the old one.",
            "El tamaño nuevo se da directamente, o como múltiplo del anterior.",
        ),
    ),
    "resize-scale": Entry(
        en=(
            "{layer}: scale_factor must be a positive number, or {axes} of them, not {got}",
            "e.g. scale_factor=2",
        ),
        es=(
            "{layer}: scale_factor debe ser un número positivo, o {axes} de ellos, no {got}",
            "p. ej. scale_factor=2",
        ),
        more=(
            "An axis of n entries becomes one of n times scale_factor, rounded down.",
            "Un eje de n elementos pasa a tener n por scale_factor, redondeado hacia abajo.",
        ),
    ),
    "resize-corners": Entry(
        en=(
            "{layer}: align_corners means nothing in mode {mode!r}",
            'leave it out, or use mode="linear", "bilinear", "bicubic" or "trilinear"',
        ),
        es=(
            "{layer}: align_corners no significa nada en el modo {mode!r}",
            'omítalo, o use mode="linear", "bilinear", "bicubic" o "trilinear"',
        ),
        more=(
            "align_corners places the first and last entries of both sizes on each other, which "
            "matters only where values are interpolated.",
            "align_corners hace coincidir el primer y el último elemento de ambos tamaños, lo "
            "que solo importa donde se interpolan valores.",
        ),
    ),
    "resize-empty": Entry(
        en=(
            "{layer}: an image of {image} cannot become {size}",
            "both need at least one entry along each axis",
        ),
        es=(
            "{layer}: una imagen de {image} no puede quedar de {size}",
            "ambas necesitan al menos un elemento por eje",
        ),
        more=(
            "Resizing needs something to look at and something to fill.",
            "Cambiar el tamaño requiere algo que mirar y algo que llenar.",
        ),
    ),
    "shuffle-factor": Entry(
        en=(
            "{layer}: {what} {got} cannot be divided by {by}",
            "choose another factor, or another number of {what}",
        ),
        es=(
            "{layer}: {what} {got} no es divisible entre {by}",
            "elija otro factor, u otro número de {what}",
        ),
        more=(
            "PixelShuffle turns r² channels into r by r pixels, and PixelUnshuffle does the "
            "opposite.",
            "PixelShuffle convierte r² canales en r por r píxeles, y PixelUnshuffle hace lo "
            "contrario.",
        ),
    ),
    "shuffle-axes": Entry(
        en=(
            "{layer}: x has shape {got}, but channels, height and width are wanted",
            "add an axis with x[None]",
        ),
        es=(
            "{layer}: x tiene forma {got}, pero se esperan canales, alto y ancho",
            "agregue un eje con x[None]",
        ),
        more=(
            "The last three axes of the input are channels, height and width.",
            "Los últimos tres ejes de la entrada son canales, alto y ancho.",
        ),
    ),
    "fold-shape": Entry(
        en=(
            "fold: x has shape {got}, but (N, C times {entries}, {columns}) is wanted",
            "give output_size and kernel_size as they were when unfolding",
        ),
        es=(
            "fold: x tiene forma {got}, pero se espera (N, C por {entries}, {columns})",
            "dé output_size y kernel_size como al desplegar con unfold",
        ),
        more=(
            "fold adds up what unfold took apart: one column for each window, one row for each "
            "entry of a window and each channel.",
            "fold suma lo que unfold separó: una columna por ventana, una fila por cada elemento "
            "de la ventana y cada canal.",
        ),
    ),
    "resize-axes": Entry(
        en=(
            "{layer}: x has shape {got}, but examples, channels and 1 to 3 more axes are wanted",
            "add axes with x[None]",
        ),
        es=(
            "{layer}: x tiene forma {got}, pero se esperan ejemplos, canales y de 1 a 3 ejes más",
            "agregue ejes con x[None]",
        ),
        more=(
            "The axes after the first two, which count examples and channels, are resized.",
            "Cambian de tamaño los ejes que siguen a los dos primeros, que cuentan ejemplos y "
            "canales.",
        ),
    ),
}
