"""Messages of attention, positions and transformers."""

from tiza.errors.entry import Entry

ENTRIES = {
    "attention-shapes": Entry(
        en=(
            "attention: queries {query} and keys {key} do not end in the same width",
            "give queries (*, l, d) and keys (*, s, d)",
        ),
        es=(
            "attention: las consultas {query} y las claves {key} no terminan en el mismo ancho",
            "dé consultas (*, l, d) y claves (*, s, d)",
        ),
        more=(
            "A query is compared with a key by their inner product, so both are "
            "vectors of the same length d.",
            "Una consulta se compara con una clave por su producto interno, así que "
            "ambas son vectores de la misma longitud d.",
        ),
    ),
    "attention-mask": Entry(
        en=(
            "attention: a mask of shape {got} does not fit weights of shape {want}",
            "give a mask whose last axes are (queries, keys), or 1",
        ),
        es=(
            "attention: una máscara de forma {got} no encaja con pesos de forma {want}",
            "dé una máscara cuyos últimos ejes sean (consultas, claves), o 1",
        ),
        more=(
            "The mask has one entry for each pair of a query and a key.",
            "La máscara tiene un elemento por cada par de consulta y clave.",
        ),
    ),
    "attention-values": Entry(
        en=(
            "attention: there are keys {key} but values {value}",
            "give one value for each key: (*, s, d) and (*, s, v)",
        ),
        es=(
            "attention: hay claves {key} pero valores {value}",
            "dé un valor por cada clave: (*, s, d) y (*, s, v)",
        ),
        more=(
            "The answer is the mean of the values, weighted by how well their keys fit the query.",
            "La respuesta es la media de los valores, ponderada por cuánto se ajustan"
            " sus claves a la consulta.",
        ),
    ),
    "attention-causal-mask": Entry(
        en=(
            "scaled_dot_product_attention: attn_mask and is_causal exclude each other",
            "leave is_causal out, and let the mask forbid later keys",
        ),
        es=(
            "scaled_dot_product_attention: attn_mask e is_causal se excluyen",
            "omita is_causal y haga que la máscara prohíba las claves posteriores",
        ),
        more=(
            "is_causal stands for the lower triangular mask.",
            "is_causal equivale a la máscara triangular inferior.",
        ),
    ),
    "attention-gqa": Entry(
        en=(
            "scaled_dot_product_attention: {query} heads of queries cannot share "
            "{key} heads of keys",
            "make the number of query heads a multiple of the number of key heads",
        ),
        es=(
            "scaled_dot_product_attention: {query} cabezas de consultas no pueden "
            "compartir {key} cabezas de claves",
            "haga que el número de cabezas de consultas sea múltiplo del de claves",
        ),
        more=(
            "In grouped-query attention, each head of keys and values serves equally "
            "many heads of queries.",
            "En la atención con consultas agrupadas, cada cabeza de claves y valores "
            "atiende al mismo número de cabezas de consultas.",
        ),
    ),
    "attention-heads": Entry(
        en=(
            "MultiheadAttention: embed_dim must be divisible by num_heads, but "
            "{embed} and {heads} were given",
            "choose num_heads among the divisors of {embed}",
        ),
        es=(
            "MultiheadAttention: embed_dim debe ser divisible entre num_heads, pero "
            "se dieron {embed} y {heads}",
            "elija num_heads entre los divisores de {embed}",
        ),
        more=(
            "Each head works in embed_dim / num_heads dimensions.",
            "Cada cabeza trabaja en embed_dim / num_heads dimensiones.",
        ),
    ),
    "attention-rank": Entry(
        en=(
            "MultiheadAttention: query, key and value must all have 3 axes, or all 2,"
            " but one is {got}",
            "give (l, n, e), (n, l, e) with batch_first=True, or (l, e)",
        ),
        es=(
            "MultiheadAttention: query, key y value deben tener todos 3 ejes, o todos"
            " 2, pero uno es {got}",
            "dé (l, n, e), (n, l, e) con batch_first=True, o (l, e)",
        ),
        more=(
            "A batch of sequences has three axes, a single sequence two.",
            "Un lote de secuencias tiene tres ejes, una sola secuencia dos.",
        ),
    ),
    "attention-width": Entry(
        en=(
            "MultiheadAttention: the last axis of {name} is {got}, but {want} is wanted",
            "set embed_dim, kdim or vdim to the width of the data",
        ),
        es=(
            "MultiheadAttention: el último eje de {name} es {got}, pero se espera {want}",
            "ajuste embed_dim, kdim o vdim al ancho de los datos",
        ),
        more=(
            "Queries have width embed_dim, keys kdim and values vdim; both are "
            "embed_dim unless given.",
            "Las consultas tienen ancho embed_dim, las claves kdim y los valores "
            "vdim; ambos son embed_dim si no se dan.",
        ),
    ),
    "attention-batch": Entry(
        en=(
            "MultiheadAttention: batch and length of query {query}, key {key} and "
            "value {value} differ (n, t, ·)",
            "give as many values as keys, and the same batch for all; check batch_first",
        ),
        es=(
            "MultiheadAttention: el lote y la longitud de query {query}, key {key} y "
            "value {value} difieren (n, t, ·)",
            "dé tantos valores como claves y el mismo lote para todos; revise batch_first",
        ),
        more=(
            "Keys and values go in pairs, and each sequence of queries looks at its own keys.",
            "Claves y valores van en pares, y cada secuencia de consultas mira sus propias claves.",
        ),
    ),
    "attention-attn-mask": Entry(
        en=(
            "MultiheadAttention: attn_mask has shape {got}, but {want} or {many} is wanted",
            "give one mask for all, {want}",
        ),
        es=(
            "MultiheadAttention: attn_mask tiene forma {got}, pero se espera {want} o {many}",
            "dé una máscara para todos, {want}",
        ),
        more=(
            "The mask is (queries, keys), or has one such matrix for each example and head.",
            "La máscara es (consultas, claves), o tiene una de esas matrices por cada"
            " ejemplo y cabeza.",
        ),
    ),
    "attention-padding": Entry(
        en=(
            "MultiheadAttention: key_padding_mask has shape {got}, but {want} is wanted",
            "give one entry for each key of each example, True where it is padding",
        ),
        es=(
            "MultiheadAttention: key_padding_mask tiene forma {got}, pero se espera {want}",
            "dé un elemento por cada clave de cada ejemplo, True donde es relleno",
        ),
        more=(
            "Keys that are padding are seen by no query.",
            "Ninguna consulta ve las claves que son relleno.",
        ),
    ),
    "positions-odd": Entry(
        en=(
            "{layer}: the width must be even, not {got}",
            "use {got} + 1 or {got} - 1",
        ),
        es=(
            "{layer}: el ancho debe ser par, no {got}",
            "use {got} + 1 o {got} - 1",
        ),
        more=(
            "Entries go in pairs: a sine with a cosine, or the two coordinates that are turned.",
            "Las entradas van en pares: un seno con un coseno, o las dos coordenadas que se rotan.",
        ),
    ),
    "positions-rank": Entry(
        en=(
            "rotary: two axes or more are wanted, but the shape is {got}",
            "give (*, t, d)",
        ),
        es=(
            "rotary: se esperan dos ejes o más, pero la forma es {got}",
            "dé (*, t, d)",
        ),
        more=(
            "The second-last axis counts positions.",
            "El penúltimo eje cuenta las posiciones.",
        ),
    ),
    "positions-width": Entry(
        en=(
            "positions: the input has shape {got}, but its last axis must be {dim}",
            "make the layer as wide as the data",
        ),
        es=(
            "positions: la entrada tiene forma {got}, pero su último eje debe ser {dim}",
            "haga la capa tan ancha como los datos",
        ),
        more=(
            "Positions are told by vectors as wide as those of the tokens.",
            "Las posiciones se indican con vectores tan anchos como los de los tokens.",
        ),
    ),
    "transformer-activation": Entry(
        en=(
            "transformer: there is no activation {got!r}",
            'use "relu", "gelu", or a function',
        ),
        es=(
            "transformer: no existe la activación {got!r}",
            'use "relu", "gelu", o una función',
        ),
        more=(
            "The small network of each layer has one hidden layer, with ReLU or GELU "
            "as in PyTorch.",
            "La pequeña red de cada capa tiene una capa oculta, con ReLU o GELU como en PyTorch.",
        ),
    ),
    "transformer-shapes": Entry(
        en=(
            "Transformer: src {src} and tgt {tgt} must have equally many axes and end"
            " in d_model ({width})",
            "embed both sequences in {width} numbers for each token",
        ),
        es=(
            "Transformer: src {src} y tgt {tgt} deben tener igual número de ejes y "
            "terminar en d_model ({width})",
            "represente cada token de ambas secuencias con {width} números",
        ),
        more=(
            "Encoder and decoder work in the same width.",
            "El codificador y el decodificador trabajan con el mismo ancho.",
        ),
    ),
}
