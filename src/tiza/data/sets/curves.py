"""Elliptic curves over the rationals, with the invariants of the Birch–Swinnerton-Dyer formula."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tiza.data.bundles import Curves
from tiza.data.registry import Card, File
from tiza.data.storage import read_npz
from tiza.data.table import read_table

NUMBERS = (
    "conductor", "a1", "a2", "a3", "a4", "a6", "rank", "root_number", "torsion",
    "tamagawa_product", "real_period", "special_value", "regulator", "sha_an",
)  # fmt: skip


def load_curves(card: Card, paths: Mapping[str, Path]) -> Curves:
    """Shapes: table of 192,143 rows; ap (122975, 100) int8; primes (100)."""
    kinds = {**dict.fromkeys(NUMBERS, "number"), "class_id": "number", "lmfdb_label": "identifier"}
    table = read_table(paths["ec_bsd.csv.gz"], kinds=kinds)
    arrays = read_npz(paths["ec_ap.npz"])
    return Curves(
        table=table, class_id=table["class_id"].astype(np.int64),
        ap=arrays["ap"].astype(np.int8, copy=False), primes=arrays["primes"].astype(np.int64),
        card=card,
    )  # fmt: skip


CARDS = (
    Card(
        name="elliptic_curves",
        about=("elliptic curves: rank, torsion, Sha and traces of Frobenius",
               "curvas elípticas: rango, torsión, Sha y trazas de Frobenius"),
        size=("192,143 curves in 122,975 isogeny classes, conductor 11 to 39,998; 100 traces each",
              "192 143 curvas en 122 975 clases de isogenia, conductor de 11 a 39 998; 100 trazas "
              "cada una"),
        files=(
            File("elliptic_curves/ec_bsd.csv.gz", 5126477,
                 "ecc08c6a7432f6c47e815f78e9a0089bae6c77783bdb293298df844a505e7266",
                 15355926, "953d3cae40da59c2bcc8e1f44512b07046337beb7476bf4d26187dc0c5280183"),
            File("elliptic_curves/ec_ap.npz", 9114715,
                 "1b0622a24c0e604a3fb890ea31822d46a67f6cc7a05b72b6ff1772459c49d508"),
        ),
        licence=("computed values are facts; seed list from LMFDB, CC BY-SA 4.0 as far as known",
                 "los valores calculados son hechos; lista inicial de LMFDB, CC BY-SA 4.0 hasta "
                 "donde se sabe"),
        citation="computed with PARI 2.15.4; seed list: LMFDB, Elliptic curves over Q",
        homepage="https://www.lmfdb.org/EllipticCurve/Q/",
        loader=load_curves,
        notes=(
            ("divide by class_id, never by row: isogenous curves share rank and traces",
             "divida por class_id, nunca por fila: las curvas isógenas comparten rango y trazas"),
            ("complete only for conductors 7,500 to 10,000; elsewhere a sample that favours small "
             "coefficients. It is not Cremona's table",
             "completa solo para conductores de 7500 a 10 000; fuera de ahí es una muestra que "
             "favorece coeficientes pequeños. No es la tabla de Cremona"),
            ("sha_an is the analytic order: given the other columns of the formula it is "
             "arithmetic, not a discovery",
             "sha_an es el orden analítico: dadas las otras columnas de la fórmula es aritmética, "
             "no un descubrimiento"),
            ("rank is found numerically; it is proved only for 0 and 1",
             "el rango se halló numéricamente; solo está demostrado para 0 y 1"),
        ),
    ),
)  # fmt: skip
