"""Messages about what fit, evaluate and predict are given."""

from tiza.errors.entry import Entry

ENTRIES = {
    "fit-not-numbers": Entry(
        en=(
            "{name} holds {dtype} values such as {example}, not numbers",
            "for classes: classes, y = np.unique(labels, return_inverse=True); for tables with "
            "text: tz.data.Preparation",
        ),
        es=(
            "{name} tiene valores {dtype} como {example}, no números",
            "para clases: clases, y = np.unique(etiquetas, return_inverse=True); para tablas con "
            "texto: tz.data.Preparation",
        ),
        more=(
            "A network computes with numbers. Class names become the numbers 0, 1, 2, …; columns "
            "of text become numbers through a Preparation, which is kept with the model so that "
            "predict takes the raw rows.",
            "Una red calcula con números. Los nombres de clases pasan a ser 0, 1, 2, …; las "
            "columnas de texto pasan a números con una Preparation, que se guarda con el modelo "
            "para que predict reciba las filas crudas.",
        ),
    ),
    "fit-single": Entry(
        en=("{name} is a single number; a row for each example is wanted", "{name} = [{name}]"),
        es=("{name} es un solo número; se espera una fila por ejemplo", "{name} = [{name}]"),
        more=(
            "The first axis counts the examples, so data have at least one axis.",
            "El primer eje cuenta los ejemplos, así que los datos tienen al menos un eje.",
        ),
    ),
    "fit-missing": Entry(
        en=(
            "{name} has {count} values that are NaN or infinite, in {rows} rows (the first is row "
            "{first})",
            "fill or drop them before training; tz.data.Preparation fills missing cells",
        ),
        es=(
            "{name} tiene {count} valores NaN o infinitos, en {rows} filas (la primera es la fila "
            "{first})",
            "complételos o quítelos antes de entrenar; tz.data.Preparation completa los faltantes",
        ),
        more=(
            "One missing value makes the loss and then every weight NaN, so it is refused before "
            "training begins. Rows are counted from 0.",
            "Un solo valor faltante vuelve NaN la pérdida y luego todos los pesos; por eso se "
            "rechaza antes de entrenar. Las filas se cuentan desde 0.",
        ),
    ),
    "fit-weights": Entry(
        en=("sample_weight wants one number ≥ 0 for each example, not shape {got}", ""),
        es=("sample_weight espera un número ≥ 0 por ejemplo, no la forma {got}", ""),
        more=(
            "Each example's loss is multiplied by its weight; the batch's mean divides by the "
            "number of examples, as in Keras.",
            "La pérdida de cada ejemplo se multiplica por su peso; la media del lote divide por "
            "el número de ejemplos, como en Keras.",
        ),
    ),
    "fit-class-weight": Entry(
        en=(
            "class_weight needs targets that are whole numbers 0, 1, 2, …",
            "give sample_weight, one weight for each example",
        ),
        es=(
            "class_weight necesita objetivos enteros 0, 1, 2, …",
            "dé sample_weight, un peso por ejemplo",
        ),
        more=(
            "class_weight is a dict {class: weight}, a list with a weight for each class, or "
            '"balanced".',
            'class_weight es un dict {clase: peso}, una lista con un peso por clase, o "balanced".',
        ),
    ),
    "fit-class-weight-length": Entry(
        en=(
            "class_weight has shape {got}, but there are classes up to {top}",
            "one weight for each class, from class 0",
        ),
        es=(
            "class_weight tiene forma {got}, pero hay clases hasta la {top}",
            "un peso por clase, desde la clase 0",
        ),
        more=(
            "The weight at position k belongs to class k.",
            "El peso en la posición k pertenece a la clase k.",
        ),
    ),
    "fit-argument": Entry(
        en=("{verb}: {name}={got!r} must be {wanted}", ""),
        es=("{verb}: {name}={got!r} debe ser {wanted}", ""),
        more=(
            "The argument is outside what the verb accepts.",
            "El argumento está fuera de lo que el verbo acepta.",
        ),
    ),
    "fit-no-target": Entry(
        en=("{verb} needs targets: {verb}(X, y)", ""),
        es=("{verb} necesita objetivos: {verb}(X, y)", ""),
        more=(
            "The loss compares predictions with targets. A data set or loader brings both.",
            "La pérdida compara predicciones con objetivos. Un conjunto o cargador trae ambos.",
        ),
    ),
    "fit-no-loss": Entry(
        en=("{verb} needs a loss", "tz.Trainer(model, loss=F.cross_entropy)"),
        es=("{verb} necesita una pérdida", "tz.Trainer(model, loss=F.cross_entropy)"),
        more=(
            "Classes: F.cross_entropy on the model's logits. Numbers: F.mse_loss.",
            "Clases: F.cross_entropy sobre los logits del modelo. Números: F.mse_loss.",
        ),
    ),
    "fit-loss-each": Entry(
        en=(
            "{loss} gives no loss for each example, which weights need",
            'let it take reduction="none", as the losses of tiza.nn.functional do',
        ),
        es=(
            "{loss} no da una pérdida por ejemplo, que los pesos necesitan",
            'que acepte reduction="none", como las pérdidas de tiza.nn.functional',
        ),
        more=(
            "Weights multiply the loss of each example before the mean is taken.",
            "Los pesos multiplican la pérdida de cada ejemplo antes de tomar la media.",
        ),
    ),
    "fit-forward": Entry(
        en=(
            "{where}.forward returns {got}, but fit, evaluate and predict need one tensor",
            "end {where}.forward with `return` and the tensor that the loss is to see",
        ),
        es=(
            "{where}.forward devuelve {got}, pero fit, evaluate y predict necesitan un tensor",
            "termine {where}.forward con `return` y el tensor que la pérdida ha de recibir",
        ),
        more=(
            "A forward without `return` gives None. NumPy arrays and plain numbers have no "
            "derivative: compute with tensors. A model of several results is trained by a loop of "
            "your own, which tz.compile makes as fast as fit.",
            "Un forward sin `return` da None. Los arreglos de NumPy y los números no tienen "
            "derivada: calcule con tensores. Un modelo de varios resultados se entrena con un "
            "bucle propio, que tz.compile hace tan rápido como fit.",
        ),
    ),
    "fit-loss-kind": Entry(
        en=(
            "the loss function returns {got}, but training needs a tensor of one number",
            "end it with `return` and compute with tensors, e.g. ((y - t) ** 2).mean()",
        ),
        es=(
            "la función de pérdida devuelve {got}, pero entrenar exige un tensor de un número",
            "termínela con `return` y calcule con tensores, p. ej. ((y - t) ** 2).mean()",
        ),
        more=(
            "The loss is differentiated. A number of Python or NumPy has forgotten where it came "
            "from, so that nothing could be learnt from it.",
            "La pérdida se deriva. Un número de Python o NumPy ya olvidó de dónde vino, así que "
            "nada podría aprenderse de él.",
        ),
    ),
    "fit-loss-shape": Entry(
        en=("the loss has shape {got}; training needs one number", "take its mean: loss.mean()"),
        es=(
            "la pérdida tiene forma {got}; entrenar exige un solo número",
            "tome su media: loss.mean()",
        ),
        more=(
            "Gradient descent lowers one number.",
            "El descenso por gradiente reduce un solo número.",
        ),
    ),
    "fit-no-parameters": Entry(
        en=(
            "no parameter of the optimizer has an influence on the loss",
            "optim.Adam(model.parameters()) with the model that is trained",
        ),
        es=(
            "ningún parámetro del optimizador influye en la pérdida",
            "optim.Adam(model.parameters()) con el modelo que se entrena",
        ),
        more=(
            "The optimizer was given the parameters of another model, all of them are frozen, or "
            "the forward pass does not use them.",
            "El optimizador recibió los parámetros de otro modelo, están todos congelados, o el "
            "paso hacia adelante no los usa.",
        ),
    ),
    "fit-computed": Entry(
        en=(
            "{where} asks for a value while the step is being traced: {reason}",
            "use tz.where or tz.cond instead of `if` on a tensor",
        ),
        es=(
            "{where} pide un valor mientras se traza el paso: {reason}",
            "use tz.where o tz.cond en lugar de `if` sobre un tensor",
        ),
        more=(
            "fit writes one step down as an expression and runs that for every batch. The forward "
            "pass may therefore not branch on the numbers in a tensor; on shapes and settings it "
            "may. The plain loop of trainer.as_loop() has no such limit.",
            "fit escribe un paso como expresión y la ejecuta en cada lote. Por eso el paso hacia "
            "adelante no puede bifurcar según los números de un tensor; según formas y ajustes sí. "
            "El bucle de trainer.as_loop() no tiene ese límite.",
        ),
    ),
    "augment-not-plain": Entry(
        en=(
            "the run's augment had {kind}, which is code of yours and cannot be rebuilt",
            "give it again: trainer.fit(X, y, augment=[...])",
        ),
        es=(
            "el augment de la corrida tenía {kind}, que es código suyo y no se puede reconstruir",
            "délo otra vez: trainer.fit(X, y, augment=[...])",
        ),
        more=(
            "Files of tiza hold no code. Layers of tiza.nn come back by themselves; functions "
            "and classes of yours must be given again.",
            "Los archivos de tiza no contienen código. Las capas de tiza.nn vuelven solas; las "
            "funciones y clases suyas deben darse otra vez.",
        ),
    ),
    "augment-inputs": Entry(
        en=(
            "augment changes models of one input; this one has {got}",
            "change the arrays before fit, or inside the model while model.training",
        ),
        es=(
            "augment cambia modelos de una entrada; este tiene {got}",
            "cambie los arreglos antes de fit, o dentro del modelo mientras model.training",
        ),
        more=(
            "Which of several inputs should be turned or mixed, nobody but you can know.",
            "Cuál de varias entradas debe girarse o mezclarse, solo usted puede saberlo.",
        ),
    ),
    "augment-weights": Entry(
        en=(
            "{part} mixes examples, which then have no weight of their own",
            "leave class_weight and sample_weight out, or {part}",
        ),
        es=(
            "{part} mezcla ejemplos, que entonces no tienen un peso propio",
            "quite class_weight y sample_weight, o bien {part}",
        ),
        more=(
            "A mixture of two examples belongs to two classes and two rows, so that a weight of "
            "one class or one row says nothing about it.",
            "Una mezcla de dos ejemplos pertenece a dos clases y dos filas, de modo que el peso "
            "de una clase o una fila no dice nada de ella.",
        ),
    ),
    "callback-not-plain": Entry(
        en=(
            "the run had a {kind}, which holds code and cannot be rebuilt from a file",
            "give the callbacks again: trainer.fit(X, y, callbacks=[...])",
        ),
        es=(
            "la corrida tenía un {kind}, que contiene código y no se reconstruye de un archivo",
            "dé los callbacks otra vez: trainer.fit(X, y, callbacks=[...])",
        ),
        more=(
            "Files of tiza hold no code. Callbacks that consist of settings, such as "
            "EarlyStopping, come back by themselves; those with functions of yours must be given "
            "again, and then take up their state.",
            "Los archivos de tiza no contienen código. Los callbacks que son solo ajustes, como "
            "EarlyStopping, vuelven solos; los que tienen funciones suyas deben darse otra vez, y "
            "entonces retoman su estado.",
        ),
    ),
}
