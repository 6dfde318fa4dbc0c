"""Messages of windows, convolutions and pooling."""

from tiza.errors.entry import Entry

ENTRIES = {
    "window-large": Entry(
        en=(
            "a window spans {span} entries, but the image has {image}, padded {padded}",
            "use a smaller kernel or dilation, or pad by {missing} more",
        ),
        es=(
            "una ventana abarca {span} elementos, pero la imagen tiene {image}, con relleno "
            "{padded}",
            "use un núcleo o una dilatación menor, o rellene con {missing} más",
        ),
        more=(
            "Convolutions and pooling look at the image through a window of kernel_size entries, "
            "dilation apart. At least one whole window must fit on the padded image. Deep in a "
            "network, images have often become smaller than expected: print model.summary().",
            "Las convoluciones y el pooling miran la imagen a través de una ventana de "
            "kernel_size elementos, separados por dilation. Al menos una ventana entera debe "
            "caber en la imagen con relleno. En capas profundas las imágenes suelen ser más "
            "pequeñas de lo esperado: imprima model.summary().",
        ),
    ),
    "window-axes": Entry(
        en=(
            "{op}: windows over {axes} axes need at least as many, but x has shape {shape}",
            "add axes, e.g. x[None]",
        ),
        es=(
            "{op}: las ventanas sobre {axes} ejes necesitan al menos tantos, pero x tiene forma "
            "{shape}",
            "agregue ejes, p. ej. x[None]",
        ),
        more=(
            "Windows slide over the last axes of their input.",
            "Las ventanas se deslizan sobre los últimos ejes de su entrada.",
        ),
    ),
    "window-add-shape": Entry(
        en=(
            "windows_add: the last axes of {got} must be {want} for an image of {image}",
            "give an input of the shape that `windows` has for that image",
        ),
        es=(
            "windows_add: los últimos ejes de {got} deben ser {want} para una imagen de {image}",
            "dé una entrada con la forma que `windows` tiene para esa imagen",
        ),
        more=(
            "windows_add undoes the shape of windows: it takes (…, windows, entries) and adds "
            "every entry up where it stands on the image.",
            "windows_add deshace la forma de windows: toma (…, ventanas, elementos) y suma cada "
            "elemento en su lugar de la imagen.",
        ),
    ),
    "window-put-shape": Entry(
        en=(
            "window_put: values {got} and numbers {index} must agree and end in {want}",
            "give one value and one number for each window",
        ),
        es=(
            "window_put: los valores {got} y los números {index} deben coincidir y terminar en "
            "{want}",
            "dé un valor y un número por ventana",
        ),
        more=(
            "window_put places one value in each window, at the entry of that number.",
            "window_put coloca un valor en cada ventana, en el elemento de ese número.",
        ),
    ),
}
