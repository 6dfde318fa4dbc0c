"""Words of the tables that show modules."""

WORDS = {
    "layer": ("layer", "capa"),
    "shapes": ("shapes", "formas"),
    "output": ("output", "salida"),
    "parameters": ("parameters", "parámetros"),
    "flops": ("FLOPs", "FLOPs"),
    "trainable": ("trainable parameters", "parámetros entrenables"),
    "frozen": ("frozen parameters", "parámetros congelados"),
    "bytes": ("bytes", "bytes"),
    "rnn-dropout": (
        "{layer}: dropout stands between layers, so with num_layers=1 it does nothing",
        "{layer}: el dropout va entre capas, así que con num_layers=1 no hace nada",
    ),
}
