"""Messages of modules, initialisation and gradient clipping."""

from tiza.errors.entry import Entry

ENTRIES = {
    "bag-frequency-max": Entry(
        en=(
            "embedding_bag: scale_grad_by_freq does not go with mode 'max'",
            "use mode='sum' or mode='mean'",
        ),
        es=(
            "embedding_bag: scale_grad_by_freq no se admite con mode='max'",
            "use mode='sum' o mode='mean'",
        ),
        more=(
            "Of a bag's rows only the greatest entries have a gradient; how often a row was "
            "asked for says nothing about it.",
            "De las filas de una bolsa solo las entradas mayores tienen gradiente; cuántas veces "
            "se consultó una fila no dice nada de él.",
        ),
    ),
    "embedding-weight": Entry(
        en=(
            "embedding: the table given has shape {got}, not {want}",
            "give num_embeddings rows of embedding_dim numbers, or use from_pretrained",
        ),
        es=(
            "embedding: la tabla dada tiene forma {got}, no {want}",
            "dé num_embeddings filas de embedding_dim números, o use from_pretrained",
        ),
        more=(
            "from_pretrained reads both sizes from the table.",
            "from_pretrained lee ambos tamaños de la tabla.",
        ),
    ),
    "module-device": Entry(
        en=(
            "tiza computes on the processor, and there is no device {got!r}",
            'leave device out or say device="cpu"',
        ),
        es=(
            "tiza calcula en el procesador, y no existe el dispositivo {got!r}",
            'omita device o indique device="cpu"',
        ),
        more=(
            "GPUs are reached through PyTorch: move the model there with tiza's bridge to torch, "
            "whose weights have the same names and layouts.",
            "A las GPU se llega por PyTorch: lleve allá el modelo con el puente de tiza hacia "
            "torch, cuyos pesos tienen los mismos nombres y disposiciones.",
        ),
    ),
    "module-dtype": Entry(
        en=(
            "parameters are float32 or float64, not {got}",
            'say "float32" or "float64"',
        ),
        es=(
            "los parámetros son float32 o float64, no {got}",
            'indique "float32" o "float64"',
        ),
        more=(
            "Training needs derivatives, which exist for real numbers of single or double "
            "precision.",
            "Entrenar necesita derivadas, que existen para números reales de precisión simple o"
            " doble.",
        ),
    ),
    "hook-leaf": Entry(
        en=(
            "only a variable accumulates a gradient, and this tensor was computed or is none",
            "register the hook on a parameter, or use register_hook",
        ),
        es=(
            "solo una variable acumula gradiente, y este tensor fue calculado o no lo es",
            "registre el gancho en un parámetro, o use register_hook",
        ),
        more=(
            "register_hook sees the gradient of any tensor on the way back.",
            "register_hook ve el gradiente de cualquier tensor en el camino de vuelta.",
        ),
    ),
    "hook-several": Entry(
        en=(
            "{kind} has several results, whose gradients a hook may look at but not replace",
            "return None from the hook, or register it on a module with one result",
        ),
        es=(
            "{kind} tiene varios resultados, cuyos gradientes un gancho puede mirar pero no "
            "reemplazar",
            "devuelva None desde el gancho, o regístrelo en un módulo con un solo resultado",
        ),
        more=(
            "The gradients of the results arrive one after the other, and have gone on by the "
            "time that all are known.",
            "Los gradientes de los resultados llegan uno tras otro, y ya siguieron su camino "
            "cuando se conocen todos.",
        ),
    ),
    "lazy-input": Entry(
        en=(
            "{kind} cannot read its size from an input of shape {shape}",
            "give a batch in the shape that the layer takes",
        ),
        es=(
            "{kind} no puede leer su tamaño de una entrada de forma {shape}",
            "dé un lote con la forma que recibe la capa",
        ),
        more=(
            "A lazy layer learns the number of features or channels from its first input.",
            "Una capa perezosa toma el número de características o canales de su primera entrada.",
        ),
    ),
    "resize-antialias": Entry(
        en=(
            "interpolate: antialias goes with the modes bilinear and bicubic, not {mode!r}",
            'leave antialias out, or use mode="bilinear"',
        ),
        es=(
            "interpolate: antialias se admite con los modos bilinear y bicubic, no con {mode!r}",
            'omita antialias, o use mode="bilinear"',
        ),
        more=(
            "Nearest entries are not averaged, and area averages already.",
            "Las entradas más cercanas no se promedian, y area ya promedia.",
        ),
    ),
    "attention-static": Entry(
        en=(
            "multi_head_attention_forward: static_k and static_v are not taken",
            "use scaled_dot_product_attention on keys and values already projected",
        ),
        es=(
            "multi_head_attention_forward: static_k y static_v no se admiten",
            "use scaled_dot_product_attention con claves y valores ya proyectados",
        ),
        more=(
            "They stand for keys and values that are projected and split into heads already.",
            "Representan claves y valores ya proyectados y divididos en cabezas.",
        ),
    ),
    "grid-theta": Entry(
        en=(
            "affine_grid: theta of shape {got} does not fit the size {size}",
            "give (n, 2, 3) for (n, c, h, w), or (n, 3, 4) for (n, c, d, h, w)",
        ),
        es=(
            "affine_grid: theta de forma {got} no corresponde al tamaño {size}",
            "dé (n, 2, 3) para (n, c, h, w), o (n, 3, 4) para (n, c, d, h, w)",
        ),
        more=(
            "Each example has one affine map of the plane or of space.",
            "Cada ejemplo tiene una transformación afín del plano o del espacio.",
        ),
    ),
    "grid-mode": Entry(
        en=(
            "grid_sample: there is no {name} {got!r} for these axes",
            "choose one of {known}",
        ),
        es=(
            "grid_sample: no existe {name} {got!r} para estos ejes",
            "elija uno de {known}",
        ),
        more=(
            "bicubic is for images of two axes.",
            "bicubic es para imágenes de dos ejes.",
        ),
    ),
    "grid-shapes": Entry(
        en=(
            "grid_sample: an input of shape {x} and a grid of shape {grid} do not go together",
            "give (n, c, h, w) and (n, h', w', 2), or (n, c, d, h, w) and (n, d', h', w', 3)",
        ),
        es=(
            "grid_sample: una entrada de forma {x} y una rejilla de forma {grid} no van juntas",
            "dé (n, c, h, w) y (n, h', w', 2), o (n, c, d, h, w) y (n, d', h', w', 3)",
        ),
        more=(
            "The last axis of the grid holds x, y (and z) between −1 and 1.",
            "El último eje de la rejilla contiene x, y (y z) entre −1 y 1.",
        ),
    ),
    "module-forward": Entry(
        en=(
            "{kind} has no forward",
            "write def forward(self, x) in class {kind}",
        ),
        es=(
            "{kind} no tiene forward",
            "escriba def forward(self, x) en la clase {kind}",
        ),
        more=(
            "Calling a module runs its method forward, which every module writes for itself. "
            "Lists and dictionaries of modules have none: call their members.",
            "Llamar a un módulo ejecuta su método forward, que cada módulo escribe por sí "
            "mismo. Las listas y los diccionarios de módulos no lo tienen: llame a sus "
            "miembros.",
        ),
    ),
    "module-init": Entry(
        en=(
            "{kind} holds nothing yet, because its __init__ has not called that of Module",
            "begin __init__ of {kind} with super().__init__()",
        ),
        es=(
            "{kind} todavía no contiene nada, porque su __init__ no llamó al de Module",
            "comience __init__ de {kind} con super().__init__()",
        ),
        more=(
            "Module.__init__ makes the tables in which parameters and parts register.",
            "Module.__init__ crea las tablas donde se registran los parámetros y las partes.",
        ),
    ),
    "module-name": Entry(
        en=(
            "{got!r} cannot be the name of a part",
            "choose a name without dots",
        ),
        es=(
            "{got!r} no puede ser el nombre de una parte",
            "elija un nombre sin puntos",
        ),
        more=(
            "Dots join the names of parts, as in 'encoder.0.weight'.",
            "Los puntos unen los nombres de las partes, como en 'encoder.0.weight'.",
        ),
    ),
    "module-not-parameter": Entry(
        en=(
            "{name} is a parameter and cannot become a {got}",
            "assign nn.Parameter(...) or None, or delete it first",
        ),
        es=(
            "{name} es un parámetro y no puede convertirse en {got}",
            "asigne nn.Parameter(...) o None, o bórrelo antes",
        ),
        more=(
            "Replacing a parameter by something else would silently take it out of training. To"
            " change its values write p.data = values.",
            "Reemplazar un parámetro por otra cosa lo sacaría del entrenamiento sin aviso. Para"
            " cambiar sus valores escriba p.data = valores.",
        ),
    ),
    "module-taken": Entry(
        en=(
            "{kind} already has an attribute {got!r} of its own",
            "choose another name",
        ),
        es=(
            "{kind} ya tiene un atributo propio {got!r}",
            "elija otro nombre",
        ),
        more=(
            "The class defines that name, so a parameter or part under it could not be reached.",
            "La clase define ese nombre, así que un parámetro o parte con él no se podría "
            "alcanzar.",
        ),
    ),
    "module-index": Entry(
        en=(
            "index {index} is outside a {kind} of {count} modules",
            "count from 0 to {count} minus 1",
        ),
        es=(
            "el índice {index} está fuera de un {kind} de {count} módulos",
            "cuente de 0 a {count} menos 1",
        ),
        more=(
            "Modules are numbered from 0; negative numbers count from the end.",
            "Los módulos se numeran desde 0; los números negativos cuentan desde el final.",
        ),
    ),
    "sequential-part": Entry(
        en=(
            "Sequential: part {index} is a {got}, not a module",
            "give modules one by one, as in nn.Sequential(nn.Linear(2, 3), nn.ReLU())",
        ),
        es=(
            "Sequential: la parte {index} es un {got}, no un módulo",
            "dé módulos uno por uno, como en nn.Sequential(nn.Linear(2, 3), nn.ReLU())",
        ),
        more=(
            "A common slip is to write the class, nn.ReLU, instead of an instance, nn.ReLU(); "
            "or to give a list, which a star unpacks: nn.Sequential(*layers).",
            "Un descuido común es escribir la clase, nn.ReLU, en lugar de una instancia, "
            "nn.ReLU(); o dar una lista, que una estrella desempaca: nn.Sequential(*layers).",
        ),
    ),
    "state-type": Entry(
        en=(
            "a state is a dictionary from names to values, not a {got}",
            "give what model.state_dict() returned",
        ),
        es=(
            "un estado es un diccionario de nombres a valores, no un {got}",
            "dé lo que devolvió model.state_dict()",
        ),
        more=(
            "Files of weights are read first, e.g. with safetensors.",
            "Los archivos de pesos se leen antes, p. ej. con safetensors.",
        ),
    ),
    "state-mismatch": Entry(
        en=(
            "the state does not fit {kind} in {count} places",
            "build the model that was saved, or pass strict=False to skip missing and "
            "unexpected names",
        ),
        es=(
            "el estado no se ajusta a {kind} en {count} lugares",
            "construya el modelo que se guardó, o pase strict=False para omitir los nombres que"
            " faltan o sobran",
        ),
        more=(
            "Names that are missing from the state, names that the model lacks, and values of "
            "another shape are listed together. Nothing has been loaded.",
            "Los nombres que faltan en el estado, los que el modelo no tiene y los valores de "
            "otra forma se listan juntos. No se cargó nada.",
        ),
    ),
}
