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
}
