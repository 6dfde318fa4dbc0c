"""Messages of layers that compare, of bags and of graph layers."""

from tiza.errors.entry import Entry

ENTRIES = {
    "bilinear-weight": Entry(
        en=(
            "bilinear: the weight has shape {got}, but three axes are wanted",
            "give a weight of shape (out, in1, in2)",
        ),
        es=(
            "bilinear: el peso tiene forma {got}, pero se esperan tres ejes",
            "dé un peso de forma (out, in1, in2)",
        ),
        more=(
            "There is one matrix (in1, in2) for each output.",
            "Hay una matriz (in1, in2) por cada salida.",
        ),
    ),
    "bilinear-inputs": Entry(
        en=(
            "bilinear: inputs of shape {left} and {right} do not fit a weight for ({i}) and ({j})",
            "give (*, {i}) and (*, {j}) with the same axes before",
        ),
        es=(
            "bilinear: entradas de forma {left} y {right} no encajan con un peso para"
            " ({i}) y ({j})",
            "dé (*, {i}) y (*, {j}) con los mismos ejes anteriores",
        ),
        more=(
            "Both inputs have the same batch, and end in the two widths of the weight.",
            "Ambas entradas tienen el mismo lote y terminan en los dos anchos del peso.",
        ),
    ),
    "distance-p": Entry(
        en=(
            "a distance: p must not be negative, but is {got}",
            "use p=2 for the usual distance",
        ),
        es=(
            "una distancia: p no debe ser negativo, pero es {got}",
            "use p=2 para la distancia usual",
        ),
        more=(
            "The p-norm is (Σ |x|^p)^(1/p); p may be 0, which counts the entries that"
            " differ, or infinite.",
            "La norma p es (Σ |x|^p)^(1/p); p puede ser 0, que cuenta las entradas "
            "distintas, o infinito.",
        ),
    ),
    "segments-type": Entry(
        en=(
            "segments must be whole numbers, not {got}",
            'cast them: segments.astype("int64")',
        ),
        es=(
            "los segmentos deben ser números enteros, no {got}",
            'conviértalos: segments.astype("int64")',
        ),
        more=(
            "Each row names the group that it belongs to by a number.",
            "Cada fila indica con un número el grupo al que pertenece.",
        ),
    ),
    "segments-shape": Entry(
        en=(
            "one segment for each row is wanted, but the rows are {rows} and the "
            "segments {segments}",
            "give segments of shape (n,) for rows of shape (n, *)",
        ),
        es=(
            "se espera un segmento por cada fila, pero las filas son {rows} y los "
            "segmentos {segments}",
            "dé segmentos de forma (n,) para filas de forma (n, *)",
        ),
        more=(
            "Each row belongs to one group.",
            "Cada fila pertenece a un grupo.",
        ),
    ),
    "bag-mode": Entry(
        en=(
            "EmbeddingBag: mode must be 'sum', 'mean' or 'max', not {got!r}",
            "use mode='mean'",
        ),
        es=(
            "EmbeddingBag: mode debe ser 'sum', 'mean' o 'max', no {got!r}",
            "use mode='mean'",
        ),
        more=(
            "The rows of a bag are added, averaged, or compared entry by entry.",
            "Las filas de una bolsa se suman, se promedian o se comparan entrada por entrada.",
        ),
    ),
    "bag-offsets-2d": Entry(
        en=(
            "embedding_bag: an input of two axes needs no offsets",
            "leave offsets out: each row is a bag",
        ),
        es=(
            "embedding_bag: una entrada de dos ejes no necesita offsets",
            "omita offsets: cada fila es una bolsa",
        ),
        more=(
            "Offsets say where bags begin in one long row of numbers.",
            "Los offsets dicen dónde empiezan las bolsas en una fila larga de números.",
        ),
    ),
    "bag-offsets-missing": Entry(
        en=(
            "embedding_bag: an input of one axis needs offsets",
            "give the place where each bag begins, e.g. offsets=[0]",
        ),
        es=(
            "embedding_bag: una entrada de un eje necesita offsets",
            "dé el lugar donde empieza cada bolsa, p. ej. offsets=[0]",
        ),
        more=(
            "Without offsets, nothing says where one bag ends and the next begins.",
            "Sin offsets, nada dice dónde termina una bolsa y empieza la siguiente.",
        ),
    ),
    "bag-offsets": Entry(
        en=(
            "embedding_bag: offsets have shape {got} and type {dtype}, but whole "
            "numbers (n,) are wanted",
            "give a list such as [0, 3, 5]",
        ),
        es=(
            "embedding_bag: los offsets tienen forma {got} y tipo {dtype}, pero se "
            "esperan enteros (n,)",
            "dé una lista como [0, 3, 5]",
        ),
        more=(
            "There is one offset for each bag.",
            "Hay un offset por cada bolsa.",
        ),
    ),
    "bag-first-offset": Entry(
        en=(
            "embedding_bag: the first offset must be 0, not {got}",
            "begin the offsets with 0",
        ),
        es=(
            "embedding_bag: el primer offset debe ser 0, no {got}",
            "empiece los offsets con 0",
        ),
        more=(
            "The first bag begins with the first number.",
            "La primera bolsa empieza con el primer número.",
        ),
    ),
    "bag-rank": Entry(
        en=(
            "embedding_bag: one or two axes are wanted, but the input has shape {got}",
            "give (n, k), or (m,) with offsets",
        ),
        es=(
            "embedding_bag: se esperan uno o dos ejes, pero la entrada tiene forma {got}",
            "dé (n, k), o (m,) con offsets",
        ),
        more=(
            "Each row is a bag, or offsets say where the bags begin.",
            "Cada fila es una bolsa, o los offsets dicen dónde empiezan las bolsas.",
        ),
    ),
    "bag-weights-mode": Entry(
        en=(
            "embedding_bag: per_sample_weights go with mode 'sum' alone, not {got!r}",
            "use mode='sum'",
        ),
        es=(
            "embedding_bag: per_sample_weights solo se admiten con mode='sum', no con {got!r}",
            "use mode='sum'",
        ),
        more=(
            "A weighted sum is well defined; a mean could be divided by the number or"
            " by the weights.",
            "Una suma ponderada está bien definida; una media podría dividirse entre "
            "el número o entre los pesos.",
        ),
    ),
    "bag-weights": Entry(
        en=(
            "embedding_bag: per_sample_weights have shape {got}, but the input {want}",
            "give one weight for each entry of the input",
        ),
        es=(
            "embedding_bag: per_sample_weights tiene forma {got}, pero la entrada {want}",
            "dé un peso por cada elemento de la entrada",
        ),
        more=(
            "Each row that is looked up is multiplied by its own weight.",
            "Cada fila que se busca se multiplica por su propio peso.",
        ),
    ),
    "edge-lists": Entry(
        en=(
            "{op}: sources {source} and targets {target} do not go in pairs",
            "give two lists of the same length",
        ),
        es=(
            "{op}: los orígenes {source} y los destinos {target} no forman pares",
            "dé dos listas de la misma longitud",
        ),
        more=(
            "Each edge has one source and one target.",
            "Cada arista tiene un origen y un destino.",
        ),
    ),
    "edge-weights": Entry(
        en=(
            "weights of shape {weights} do not fit edges {edges} of nodes {x}",
            "give one weight for each edge",
        ),
        es=(
            "pesos de forma {weights} no encajan con aristas {edges} de nodos {x}",
            "dé un peso por cada arista",
        ),
        more=(
            "Each edge may carry one number, the strength with which its source counts.",
            "Cada arista puede llevar un número, la fuerza con que cuenta su origen.",
        ),
    ),
    "graph-nodes": Entry(
        en=(
            "{layer}: the nodes have shape {got}, but (n, features) is wanted",
            "give one row for each node",
        ),
        es=(
            "{layer}: los nodos tienen forma {got}, pero se espera (n, características)",
            "dé una fila por cada nodo",
        ),
        more=(
            "Each node is described by one row of numbers.",
            "Cada nodo se describe con una fila de números.",
        ),
    ),
    "graph-edges": Entry(
        en=(
            "{layer}: the edge list has shape {got}, but (2, edges) is wanted",
            "transpose it if it is (edges, 2): edge_index.T",
        ),
        es=(
            "{layer}: la lista de aristas tiene forma {got}, pero se espera (2, aristas)",
            "traspóngala si es (aristas, 2): edge_index.T",
        ),
        more=(
            "The first row holds the sources of the edges, the second one their targets.",
            "La primera fila contiene los orígenes de las aristas y la segunda sus destinos.",
        ),
    ),
    "graph-node": Entry(
        en=(
            "{layer}: the edge list names node {got}, but there are {n} nodes, counted from 0",
            "count nodes from 0, or give a row of features for each",
        ),
        es=(
            "{layer}: la lista de aristas nombra el nodo {got}, pero hay {n} nodos, "
            "contados desde 0",
            "cuente los nodos desde 0, o dé una fila de características para cada uno",
        ),
        more=(
            "Edges name the rows of the node features.",
            "Las aristas nombran las filas de las características de los nodos.",
        ),
    ),
    "graph-aggregation": Entry(
        en=(
            "SAGEConv: there is no aggregation {got!r}",
            "choose among {known}",
        ),
        es=(
            "SAGEConv: no existe la agregación {got!r}",
            "elija entre {known}",
        ),
        more=(
            "The neighbours of a node are averaged, added, or compared entry by entry.",
            "Los vecinos de un nodo se promedian, se suman o se comparan entrada por entrada.",
        ),
    ),
    "graph-network": Entry(
        en=(
            "GINConv: a module is wanted, not {got}",
            "give e.g. nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 8))",
        ),
        es=(
            "GINConv: se espera un módulo, no {got}",
            "dé p. ej. nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 8))",
        ),
        more=(
            "GIN applies a network of the user's to the sum over each neighbourhood.",
            "GIN aplica una red del usuario a la suma sobre cada vecindario.",
        ),
    ),
}
