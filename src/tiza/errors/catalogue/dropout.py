"""Messages of dropout."""

from tiza.errors.entry import Entry

ENTRIES = {
    "dropout-share": Entry(
        en=(
            "{layer}: the probability must lie between 0 and 1, but is {got}",
            "give the share to drop, e.g. p=0.5",
        ),
        es=(
            "{layer}: la probabilidad debe estar entre 0 y 1, pero es {got}",
            "dé la fracción que se anula, p. ej. p=0.5",
        ),
        more=(
            "p is the probability with which a channel is dropped in training.",
            "p es la probabilidad con que un canal se anula durante el entrenamiento.",
        ),
    ),
    "dropout-axes": Entry(
        en=(
            "{layer}: x has shape {got}, but {want} axes are wanted",
            "give (N, C, …), or use plain dropout",
        ),
        es=(
            "{layer}: x tiene forma {got}, pero se esperan {want} ejes",
            "dé (N, C, …), o use dropout simple",
        ),
        more=(
            "Whole channels are dropped, which stand on the second axis.",
            "Se anulan canales enteros, que están en el segundo eje.",
        ),
    ),
}
