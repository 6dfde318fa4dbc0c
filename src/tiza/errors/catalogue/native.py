"""What the compiler says."""

from tiza.errors.entry import Entry

ENTRIES = {
    "compile-function": Entry(
        en=("compile: what is compiled must be a function, got {got}",
            "pass the function itself: tz.compile(f), then f_fast(x)"),
        es=("compile: lo que se compila debe ser una función, se recibió {got}",
            "pase la función misma: tz.compile(f), y después f_rapida(x)"),
        more=("tz.compile takes a function of tensors and gives one that does the same in machine "
              "code. It is often called with the function's result by mistake.",
              "tz.compile toma una función de tensores y devuelve otra que hace lo mismo en código "
              "de máquina. Un error frecuente es pasarle el resultado de la función."),
    ),
    "compile-not-called": Entry(
        en=("{name}: nothing has been compiled yet, so there is nothing to show",
            "call the function once, with arguments of the shapes that interest you, under "
            "tz.no_grad() where it only predicts"),
        es=("{name}: aún no se ha compilado nada, así que no hay nada que mostrar",
            "llame a la función una vez, con argumentos de las formas que le interesan, bajo "
            "tz.no_grad() si solo predice"),
        more=("A function is compiled at its first call, for the shapes and types of those "
              "arguments. Where LLVM is missing nothing is compiled, and there is nothing to see; "
              "nor where derivatives may go on from what it gives: then it is part of the loop.",
              "Una función se compila en su primera llamada, para las formas y los tipos de esos "
              "argumentos. Donde falta LLVM no se compila nada y no hay nada que ver; tampoco "
              "donde las derivadas pueden seguir desde lo que devuelve: entonces es parte del "
              "ciclo."),
    ),
    "compile-donate": Entry(
        en=("compile: donate holds numbers of arguments, counted from 0, got {got!r}",
            "tz.compile(f, donate=0), or donate=(0, 2)"),
        es=("compile: donate contiene números de argumentos, contados desde 0, se recibió {got!r}",
            "tz.compile(f, donate=0), o donate=(0, 2)"),
        more=("The memory of these arguments is taken over by results of the same shape and type; "
              "their old values are gone after the call.",
              "Los resultados de la misma forma y tipo toman la memoria de estos argumentos; sus "
              "valores anteriores se pierden después de la llamada."),
    ),
    "compile-threads": Entry(
        en=("compile: threads is a whole number from 1 on, got {got!r}",
            "leave it out: then there are as many threads as the machine has cores free"),
        es=("compile: threads es un número entero desde 1, se recibió {got!r}",
            "omítalo: entonces hay tantos hilos como núcleos libres tiene la máquina"),
        more=("The results are the same, to the last digit, for any number of threads.",
              "Los resultados son los mismos, hasta el último dígito, con cualquier número de "
              "hilos."),
    ),
    "compile-grad": Entry(
        en=(
            "the gradients of this compiled step are gone: an argument of it was written over",
            "return them from the function: return loss, [p.grad for p in model.parameters()]",
        ),
        es=(
            "los gradientes de este paso compilado ya no están: se escribió sobre un argumento",
            "devuélvalos desde la función: return loss, [p.grad for p in model.parameters()]",
        ),
        more=(
            "A compiled step uses its gradients up inside and keeps none. Asked for one, tiza "
            "computes it again from what the step has read. It cannot where an array that was an "
            "argument has changed since, or was donated.",
            "Un paso compilado consume sus gradientes por dentro y no guarda ninguno. Si se pide "
            "uno, tiza lo calcula de nuevo con lo que leyó el paso. No puede si un arreglo que fue "
            "argumento cambió desde entonces, o fue donado.",
        ),
    ),
    "compile-option": Entry(
        en=("compile: the function sets {name} of an optimizer from {old} to {new}, which would "
            "happen once only",
            "do that outside the compiled function: scheduler.step() after step(x, y)"),
        es=("compile: la función pone {name} de un optimizador de {old} a {new}, lo que ocurriría "
            "una sola vez",
            "hágalo fuera de la función compilada: scheduler.step() después de paso(x, y)"),
        more=("A compiled function is written down once; what Python does besides tensors, such as "
              "moving a learning rate, happens then only. The rate itself is read at every call.",
              "Una función compilada se escribe una sola vez; lo que Python hace aparte de los "
              "tensores, como mover una tasa de aprendizaje, ocurre solo entonces. La tasa misma "
              "se lee en cada llamada."),
    ),
}  # fmt: skip
