"""Messages of the optimizers and learning-rate schedules."""

from tiza.errors.entry import Entry

ENTRIES = {
    "optim-option": Entry(
        en=(
            "{kind} has no option {got!r}",
            "its options are {known}",
        ),
        es=(
            "{kind} no tiene la opción {got!r}",
            "sus opciones son {known}",
        ),
        more=(
            "Options are the hyperparameters in the optimizer's formula.",
            "Las opciones son los hiperparámetros de la fórmula del optimizador.",
        ),
    ),
    "optim-inert": Entry(
        en=(
            "{kind} knows no other way of computing: {name}={got!r}",
            "leave {name} out",
        ),
        es=(
            "{kind} no conoce otra manera de calcular: {name}={got!r}",
            "omita {name}",
        ),
        more=(
            "In PyTorch foreach, fused, capturable and differentiable choose how a step is "
            "computed on a GPU, or record it. Here every step is compiled whole; what it "
            "computes is the same.",
            "En PyTorch foreach, fused, capturable y differentiable eligen cómo se calcula un "
            "paso en una GPU, o lo registran. Aquí todo paso se compila entero; lo que calcula "
            "es lo mismo.",
        ),
    ),
    "optim-empty": Entry(
        en=(
            "there are no parameters to train",
            "give model.parameters() of a model that has some",
        ),
        es=(
            "no hay parámetros que entrenar",
            "dé model.parameters() de un modelo que los tenga",
        ),
        more=(
            "Layers that are kept in a plain Python list do not register; use nn.ModuleList. A "
            "generator of parameters can be read only once.",
            "Las capas guardadas en una lista de Python no se registran; use nn.ModuleList. Un "
            "generador de parámetros se puede leer solo una vez.",
        ),
    ),
    "optim-not-leaf": Entry(
        en=(
            "an optimizer trains parameters, but was given a {got} that was computed from "
            "others or is no tensor",
            "give model.parameters()",
        ),
        es=(
            "un optimizador entrena parámetros, pero recibió un {got} calculado a partir de "
            "otros o que no es un tensor",
            "dé model.parameters()",
        ),
        more=(
            "Only tensors that hold data of their own can be trained; a computed one would be "
            "overwritten by the next computation.",
            "Solo se pueden entrenar tensores con datos propios; uno calculado sería "
            "reemplazado por el cálculo siguiente.",
        ),
    ),
    "optim-params": Entry(
        en=(
            "an optimizer takes parameters, not a {got}",
            "give model.parameters(), with its brackets",
        ),
        es=(
            "un optimizador recibe parámetros, no un {got}",
            "dé model.parameters(), con sus paréntesis",
        ),
        more=(
            "The method parameters() of a model goes through all its parameters.",
            "El método parameters() de un modelo recorre todos sus parámetros.",
        ),
    ),
    "optim-twice": Entry(
        en=(
            "a parameter stands in the optimizer twice",
            "list each parameter in one group only",
        ),
        es=(
            "un parámetro está dos veces en el optimizador",
            "liste cada parámetro en un solo grupo",
        ),
        more=(
            "It would make two steps at once.",
            "Daría dos pasos a la vez.",
        ),
    ),
    "optim-value": Entry(
        en=(
            "{name} must be {wanted}, but is {got}",
            "correct {name}",
        ),
        es=(
            "{name} debe ser {wanted}, pero es {got}",
            "corrija {name}",
        ),
        more=(
            "Outside that range the formula of the optimizer has no meaning or does not converge.",
            "Fuera de ese rango la fórmula del optimizador no tiene sentido o no converge.",
        ),
    ),
    "optim-nesterov": Entry(
        en=(
            "Nesterov's form needs momentum above 0 and no dampening",
            "say SGD(parameters, momentum=0.9, nesterov=True)",
        ),
        es=(
            "la forma de Nesterov necesita momentum mayor que 0 y sin amortiguación (dampening)",
            "escriba SGD(parameters, momentum=0.9, nesterov=True)",
        ),
        more=(
            "It looks ahead along the running sum of gradients, which exists only with momentum.",
            "Mira hacia adelante según la suma acumulada de gradientes, que existe solo con "
            "momentum.",
        ),
    ),
    "optim-rule": Entry(
        en=(
            "{kind} has no rule",
            "write def rule(self, t, p, g, *slots) in class {kind}",
        ),
        es=(
            "{kind} no tiene rule",
            "escriba def rule(self, t, p, g, *slots) en la clase {kind}",
        ),
        more=(
            "The rule is the formula of one step of one parameter; the base does the rest.",
            "La regla es la fórmula de un paso de un parámetro; la clase base hace el resto.",
        ),
    ),
    "optim-rows": Entry(
        en=(
            "SparseAdam takes gradients of looked-up rows, not of a whole parameter of shape "
            "{shape}",
            "give it embeddings only, and the other parameters to Adam",
        ),
        es=(
            "SparseAdam recibe gradientes de filas consultadas, no de un parámetro entero de "
            "forma {shape}",
            "dele solo embeddings, y los demás parámetros a Adam",
        ),
        more=(
            "Its step changes the rows that the batch looked up, as nn.Embedding does. A "
            "parameter that is used whole, or also in another way, has a gradient everywhere.",
            "Su paso cambia las filas que el lote consultó, como hace nn.Embedding. Un "
            "parámetro que se usa entero, o también de otra manera, tiene gradiente en todas "
            "partes.",
        ),
    ),
    "optim-matrix": Entry(
        en=(
            "{kind} trains matrices, not a parameter of shape {shape}",
            "give biases and embeddings to another optimizer, such as AdamW",
        ),
        es=(
            "{kind} entrena matrices, no un parámetro de forma {shape}",
            "dé los sesgos y embeddings a otro optimizador, como AdamW",
        ),
        more=(
            "Its step is made orthogonal, which only a matrix can be. Split the parameters "
            "between two optimizers.",
            "Su paso se vuelve ortogonal, y eso solo puede serlo una matriz. Reparta los "
            "parámetros entre dos optimizadores.",
        ),
    ),
    "optim-closure": Entry(
        en=(
            "{kind} asks for the loss several times a step, so it needs a function that "
            "computes it",
            "call optimizer.step(closure) in a loop of your own",
        ),
        es=(
            "{kind} pide la pérdida varias veces por paso, así que necesita una función que la "
            "calcule",
            "llame a optimizer.step(closure) en un bucle propio",
        ),
        more=(
            "Methods of second order look at the loss at several points, or at its curvature, "
            "before they move. They work on all data at once.",
            "Los métodos de segundo orden miran la pérdida en varios puntos, o su curvatura, "
            "antes de moverse. Trabajan con todos los datos a la vez.",
        ),
    ),
    "optim-one-group": Entry(
        en=(
            "{kind} sees all parameters as one vector, so there can be only one group",
            "give model.parameters() as they are",
        ),
        es=(
            "{kind} ve todos los parámetros como un vector, así que solo puede haber un grupo",
            "dé model.parameters() tal cual",
        ),
        more=(
            "Curvature connects every parameter with every other.",
            "La curvatura conecta cada parámetro con todos los demás.",
        ),
    ),
    "optim-search": Entry(
        en=(
            "there is no line search {got!r}",
            'say "strong_wolfe" or None',
        ),
        es=(
            "no existe la búsqueda de línea {got!r}",
            'indique "strong_wolfe" o None',
        ),
        more=(
            "Without a search every step has the length lr.",
            "Sin búsqueda cada paso tiene la longitud lr.",
        ),
    ),
    "optim-adjust": Entry(
        en=(
            "Muon knows no adjustment {got!r} of its rate",
            'say "original", "match_rms_adamw" or None',
        ),
        es=(
            "Muon no conoce el ajuste {got!r} de su tasa",
            'indique "original", "match_rms_adamw" o None',
        ),
        more=(
            "The step is an orthogonal matrix, whose size depends on its shape alone; the "
            "adjustment says how. None is PyTorch's default, the original one.",
            "El paso es una matriz ortogonal, cuyo tamaño depende solo de su forma; el ajuste "
            "dice cómo. None es lo usual en PyTorch, el original.",
        ),
    ),
    "optim-groups": Entry(
        en=(
            "the state has parameter groups of sizes {got}, the optimizer of sizes {wanted}",
            "build the optimizer for the same parameters as the saved one",
        ),
        es=(
            "el estado tiene grupos de parámetros de tamaños {got}; el optimizador, de tamaños "
            "{wanted}",
            "construya el optimizador para los mismos parámetros que el guardado",
        ),
        more=(
            "The state of an optimizer belongs to parameters by their position.",
            "El estado de un optimizador pertenece a los parámetros según su posición.",
        ),
    ),
    "optim-shape": Entry(
        en=(
            "the saved {name} has shape {got}, its parameter {wanted}",
            "build the model that was saved",
        ),
        es=(
            "el {name} guardado tiene forma {got}; su parámetro, {wanted}",
            "construya el modelo que se guardó",
        ),
        more=(
            "Running means have the shape of the parameter that they belong to.",
            "Las medias acumuladas tienen la forma del parámetro al que pertenecen.",
        ),
    ),
}
