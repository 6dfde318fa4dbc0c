"""What schedules of learning rates refuse."""

from tiza.errors.entry import Entry

ENTRIES = {
    "schedule-anneal": Entry(
        en=(
            "there is no way {got!r} to go up and down",
            'choose "cos" or "linear"',
        ),
        es=(
            "no existe la manera {got!r} de subir y bajar",
            'elija "cos" o "linear"',
        ),
        more=(
            "The learning rate follows half cosines or straight lines.",
            "La tasa de aprendizaje sigue medios cosenos o líneas rectas.",
        ),
    ),
    "schedule-factor": Entry(
        en=(
            "the factor must be below 1, but is {got}",
            "use a factor such as 0.1",
        ),
        es=(
            "el factor debe ser menor que 1, pero es {got}",
            "use un factor como 0.1",
        ),
        more=(
            "On a plateau the learning rate is multiplied by the factor, and has to become "
            "smaller.",
            "En una meseta la tasa de aprendizaje se multiplica por el factor, y debe hacerse "
            "menor.",
        ),
    ),
    "schedule-groups": Entry(
        en=(
            "{got} functions were given for {wanted} parameter groups",
            "give one function for all, or {wanted}",
        ),
        es=(
            "se dieron {got} funciones para {wanted} grupos de parámetros",
            "dé una función para todos, o {wanted}",
        ),
        more=(
            "Each parameter group has its own learning rate.",
            "Cada grupo de parámetros tiene su propia tasa de aprendizaje.",
        ),
    ),
    "schedule-length": Entry(
        en=(
            "the schedule does not know how many steps there will be",
            "say total_steps, or epochs and steps_per_epoch",
        ),
        es=(
            "el programa no sabe cuántos pasos habrá",
            "indique total_steps, o epochs y steps_per_epoch",
        ),
        more=(
            "One cycle spans the whole training.",
            "Un ciclo abarca todo el entrenamiento.",
        ),
    ),
    "schedule-mode": Entry(
        en=(
            "there is no mode {mode!r} with threshold mode {threshold_mode!r}",
            'choose "min" or "max", and "rel" or "abs"',
        ),
        es=(
            "no existe el modo {mode!r} con modo de umbral {threshold_mode!r}",
            'elija "min" o "max", y "rel" o "abs"',
        ),
        more=(
            "The mode says whether a lower or a higher figure is better.",
            "El modo dice si es mejor una cifra menor o mayor.",
        ),
    ),
    "schedule-momentum": Entry(
        en=(
            "{kind} has no momentum to cycle",
            "pass cycle_momentum=False",
        ),
        es=(
            "{kind} no tiene momentum que variar",
            "pase cycle_momentum=False",
        ),
        more=(
            "One cycle lowers the momentum while the learning rate grows.",
            "Un ciclo baja el momentum mientras la tasa de aprendizaje crece.",
        ),
    ),
    "schedule-numbers": Entry(
        en=(
            "{name} has {got} numbers, but the optimizer {wanted} parameter groups",
            "give one number, or one for each group",
        ),
        es=(
            "{name} tiene {got} números, pero el optimizador {wanted} grupos de parámetros",
            "dé un número, o uno por grupo",
        ),
        more=(
            "One number goes for all parameter groups.",
            "Un solo número vale para todos los grupos de parámetros.",
        ),
    ),
    "schedule-cycle": Entry(
        en=(
            "a cycle cannot have the mode {got!r}",
            'choose "triangular", "triangular2" or "exp_range", or give scale_fn',
        ),
        es=(
            "un ciclo no puede tener el modo {got!r}",
            'elija "triangular", "triangular2" o "exp_range", o dé scale_fn',
        ),
        more=(
            "The mode says how high later cycles go.",
            "El modo dice hasta dónde llegan los ciclos posteriores.",
        ),
    ),
    "schedule-none": Entry(
        en=(
            "there are no schedules to chain",
            "give at least one",
        ),
        es=(
            "no hay programas que encadenar",
            "dé al menos uno",
        ),
        more=(
            "Chained schedules are stepped together, and their factors multiply.",
            "Los programas encadenados avanzan juntos, y sus factores se multiplican.",
        ),
    ),
    "schedule-optimizers": Entry(
        en=(
            "the schedules belong to different optimizers",
            "make all of them for the same optimizer",
        ),
        es=(
            "los programas pertenecen a optimizadores distintos",
            "créelos todos para el mismo optimizador",
        ),
        more=(
            "They are stepped together and multiply the rates of one optimizer.",
            "Avanzan juntos y multiplican las tasas de un mismo optimizador.",
        ),
    ),
    "schedule-over": Entry(
        en=(
            "step {got} is beyond the {total} steps of the schedule",
            "give a larger total_steps",
        ),
        es=(
            "el paso {got} está más allá de los {total} pasos del programa",
            "dé un total_steps mayor",
        ),
        more=(
            "One cycle ends; what comes after it is not defined.",
            "Un ciclo termina; lo que sigue no está definido.",
        ),
    ),
    "schedule-restart": Entry(
        en=(
            "restarts need a first length of at least 1 and a growth of at least 1, not {first}"
            " and {times}",
            "use T_0=10, T_mult=2",
        ),
        es=(
            "los reinicios necesitan una primera longitud de al menos 1 y un crecimiento de al "
            "menos 1, no {first} y {times}",
            "use T_0=10, T_mult=2",
        ),
        more=(
            "Each half cosine is T_mult times as long as the one before.",
            "Cada medio coseno es T_mult veces más largo que el anterior.",
        ),
    ),
    "schedule-milestones": Entry(
        en=(
            "{schedules} schedules need one milestone fewer, in order, not {milestones}",
            "give for each schedule but the first the step at which it begins",
        ),
        es=(
            "{schedules} programas necesitan un hito menos, en orden, no {milestones}",
            "dé para cada programa, salvo el primero, el paso en que comienza",
        ),
        more=(
            "A milestone is the step at which the next schedule takes over.",
            "Un hito es el paso en que el programa siguiente toma el relevo.",
        ),
    ),
    "schedule-rate": Entry(
        en=(
            "{kind} does not say its rate",
            "write def rate(self, base, t) in class {kind}",
        ),
        es=(
            "{kind} no dice su tasa",
            "escriba def rate(self, base, t) en la clase {kind}",
        ),
        more=(
            "A schedule is a function of the base rate and of the step.",
            "Un programa es una función de la tasa base y del paso.",
        ),
    ),
    "schedule-resume": Entry(
        en=(
            "last_epoch was given, but the optimizer knows no initial learning rate",
            "leave last_epoch at -1, or load the optimizer's state first",
        ),
        es=(
            "se dio last_epoch, pero el optimizador no conoce la tasa de aprendizaje inicial",
            "deje last_epoch en -1, o cargue antes el estado del optimizador",
        ),
        more=(
            "A schedule that goes on needs the rate from which it once began.",
            "Un programa que continúa necesita la tasa con la que empezó.",
        ),
    ),
}
