"""What `tiza explain` says of whole kinds of mistakes, in both languages."""

BROADCAST = (
    "Two shapes broadcast when, aligned at their last axes, each pair of sizes is equal or one "
    "of them is 1. Insert an axis with x[:, None] or reshape one of the arrays.",
    "Dos formas se difunden (broadcast) cuando, alineadas por sus últimos ejes, cada par de "
    "tamaños es igual o uno de ellos es 1. Inserte un eje con x[:, None] o cambie la forma.",
)
TYPES = (
    "tiza promotes types by the array API's table: within a kind the wider one wins, an integer "
    "with a float gives that float; booleans never mix with numbers. Convert with x.astype(...).",
    "tiza promueve los tipos según la tabla del estándar array API: dentro de una clase gana el "
    "más ancho, un entero con un flotante da ese flotante; los booleanos no se mezclan con "
    "números. Convierta con x.astype(...).",
)
GRAD = (
    "A derivative exists with respect to floats that the result depends on. Integers, values "
    "under no_grad and detached tensors are held constant.",
    "La derivada existe respecto de flotantes de los que depende el resultado. Los enteros, los "
    "valores bajo no_grad y los tensores separados (detach) se mantienen constantes.",
)
SHAPES = (
    "The shapes of the operands are listed below the message; print x.shape to see them while "
    "you write.",
    "Las formas de los operandos se listan debajo del mensaje; imprima x.shape para verlas "
    "mientras escribe.",
)
LOOPS = (
    "The body of a loop or branch is one graph: what it carries keeps its shape and its type "
    "from step to step, and both branches give the same.",
    "El cuerpo de un ciclo o de una rama es un solo grafo: lo que transporta conserva su forma y "
    "su tipo de paso en paso, y ambas ramas dan lo mismo.",
)
