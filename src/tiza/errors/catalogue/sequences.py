"""Messages of recurrent layers and packed sequences."""

from tiza.errors.entry import Entry

ENTRIES = {
    "lengths-shape": Entry(
        en=(
            "lengths: {n} whole numbers are wanted, but shape {got} of {dtype} was given",
            "give one length for each of the {n} sequences of the batch",
        ),
        es=(
            "lengths: se esperan {n} números enteros, pero se dio la forma {got} de {dtype}",
            "dé una longitud por cada una de las {n} secuencias del lote",
        ),
        more=(
            "Each sequence of a batch has its own length; what stands behind it is padding.",
            "Cada secuencia de un lote tiene su propia longitud; lo que sigue es relleno.",
        ),
    ),
    "lengths-range": Entry(
        en=(
            "lengths: {got} is not between {least} and {most}",
            "count the rows of each sequence; the batch holds {most}",
        ),
        es=(
            "lengths: {got} no está entre {least} y {most}",
            "cuente las filas de cada secuencia; el lote tiene {most}",
        ),
        more=(
            "No sequence can be longer than the batch that holds it. A packed sequence has at "
            "least one row; the layers' own argument `lengths` also takes 0.",
            "Ninguna secuencia puede ser más larga que el lote que la contiene. Una secuencia "
            "empaquetada tiene al menos una fila; el argumento `lengths` de las capas admite "
            "también 0.",
        ),
    ),
    "packed-rank": Entry(
        en=(
            "pack_padded_sequence: two axes or more are wanted, but the shape is {got}",
            "give a batch of shape (t, n, *), or (n, t, *) with batch_first=True",
        ),
        es=(
            "pack_padded_sequence: se esperan dos ejes o más, pero la forma es {got}",
            "dé un lote de forma (t, n, *), o (n, t, *) con batch_first=True",
        ),
        more=(
            "One axis counts time, another one the sequences of the batch.",
            "Un eje cuenta el tiempo y otro las secuencias del lote.",
        ),
    ),
    "packed-order": Entry(
        en=(
            "pack_padded_sequence: the lengths {got} do not fall",
            "pass enforce_sorted=False",
        ),
        es=(
            "pack_padded_sequence: las longitudes {got} no van en orden decreciente",
            "pase enforce_sorted=False",
        ),
        more=(
            "Packed rows stand time by time, the longest sequence first. With "
            "enforce_sorted=False the sequences are put in that order, and back again later.",
            "Las filas empaquetadas van tiempo por tiempo, la secuencia más larga primero. Con "
            "enforce_sorted=False se ordenan así las secuencias, y después se deshace el orden.",
        ),
    ),
    "packed-total": Entry(
        en=(
            "pad_packed_sequence: total_length is {got}, but the longest sequence has {longest}",
            "use total_length={longest} or more",
        ),
        es=(
            "pad_packed_sequence: total_length es {got}, pero la secuencia más larga tiene "
            "{longest}",
            "use total_length={longest} o más",
        ),
        more=(
            "total_length adds padding; it never cuts a sequence.",
            "total_length agrega relleno; nunca corta una secuencia.",
        ),
    ),
    "packed-side": Entry(
        en=(
            "pad_sequence: padding_side must be 'left' or 'right', not {got!r}",
            "use padding_side='right'",
        ),
        es=(
            "pad_sequence: padding_side debe ser 'left' o 'right', no {got!r}",
            "use padding_side='right'",
        ),
        more=(
            "The padding stands behind the shorter sequences, or before them.",
            "El relleno va después de las secuencias más cortas, o antes de ellas.",
        ),
    ),
    "packed-none": Entry(
        en=("pad_sequence: the list of sequences is empty", "give at least one sequence"),
        es=("pad_sequence: la lista de secuencias está vacía", "dé al menos una secuencia"),
        more=(
            "Without a sequence, nothing says the shape and type of the batch.",
            "Sin ninguna secuencia, nada dice la forma ni el tipo del lote.",
        ),
    ),
    "rnn-choice": Entry(
        en=(
            "{layer}: nonlinearity must be 'tanh' or 'relu', not {got!r}",
            "use nonlinearity='tanh'",
        ),
        es=(
            "{layer}: nonlinearity debe ser 'tanh' o 'relu', no {got!r}",
            "use nonlinearity='tanh'",
        ),
        more=(
            "A simple recurrent layer squashes its state by tanh or cuts it off by ReLU.",
            "Una capa recurrente simple comprime su estado con tanh o lo recorta con ReLU.",
        ),
    ),
    "rnn-projection": Entry(
        en=(
            "{layer}: proj_size must be from 0 to hidden_size - 1, and 0 but for an LSTM: {got}",
            "leave proj_size out",
        ),
        es=(
            "{layer}: proj_size debe estar entre 0 y hidden_size - 1, y ser 0 salvo en una "
            "LSTM: {got}",
            "omita proj_size",
        ),
        more=(
            "An LSTM may give out fewer numbers than its memory holds, by a last matrix.",
            "Una LSTM puede dar menos números que los que guarda su memoria, mediante una última "
            "matriz.",
        ),
    ),
    "rnn-input": Entry(
        en=(
            "{layer}: the input has shape {got}, but {want} is wanted",
            "put input_size ({size}) on the last axis; batch_first says which of the others "
            "is the batch",
        ),
        es=(
            "{layer}: la entrada tiene forma {got}, pero se espera {want}",
            "ponga input_size ({size}) en el último eje; batch_first dice cuál de los otros es "
            "el lote",
        ),
        more=(
            "A recurrent layer takes one sequence (t, i) or a batch of them, (t, n, i), or "
            "(n, t, i) with batch_first=True. A cell takes one time, (i) or (n, i).",
            "Una capa recurrente recibe una secuencia (t, i) o un lote de ellas, (t, n, i), o "
            "(n, t, i) con batch_first=True. Una celda recibe un tiempo, (i) o (n, i).",
        ),
    ),
    "rnn-state": Entry(
        en=(
            "{layer}: the initial state {name} has shape {got}, but {want} is wanted",
            "give {name} in shape {want}, or leave it out to start from zeros",
        ),
        es=(
            "{layer}: el estado inicial {name} tiene forma {got}, pero se espera {want}",
            "dé {name} con forma {want}, u omítalo para empezar desde ceros",
        ),
        more=(
            "There is one state for each layer and direction, whatever batch_first says.",
            "Hay un estado por cada capa y dirección, diga lo que diga batch_first.",
        ),
    ),
    "rnn-states": Entry(
        en=(
            "{layer}: the initial state must be {want}, not {got}",
            "give {want}",
        ),
        es=(
            "{layer}: el estado inicial debe ser {want}, no {got}",
            "dé {want}",
        ),
        more=(
            "An LSTM keeps an output and a memory, and takes both as a pair; the others keep one "
            "state.",
            "Una LSTM guarda una salida y una memoria, y recibe ambas como un par; las demás "
            "guardan un solo estado.",
        ),
    ),
    "rnn-packed-lengths": Entry(
        en=(
            "{layer}: a packed sequence already says its lengths",
            "leave lengths= out",
        ),
        es=(
            "{layer}: una secuencia empaquetada ya dice sus longitudes",
            "omita lengths=",
        ),
        more=(
            "Lengths go with a padded batch.",
            "Las longitudes acompañan a un lote con relleno.",
        ),
    ),
}
