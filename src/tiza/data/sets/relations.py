"""Things that are linked: papers that cite each other, people and the films they rated."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tiza.data.bundles import Graph, Ratings
from tiza.data.registry import Card, File
from tiza.data.storage import read_npz, read_plain
from tiza.data.table import read_table

TOPICS = (
    "Theory", "Reinforcement Learning", "Genetic Algorithms", "Neural Networks",
    "Probabilistic Methods", "Case Based", "Rule Learning",
)  # fmt: skip
GROUPLENS = "https://files.grouplens.org/datasets/movielens/ml-100k"


def load_cora(card: Card, paths: Mapping[str, Path]) -> Graph:
    """Shapes: x (2708, 1433) float32 of 0 and 1, edges (5278, 2), y (2708)."""
    arrays = read_npz(paths["cora_planetoid.npz"])
    ints = {name: array.astype(np.int64) for name, array in arrays.items()}
    x = np.zeros(ints["feat_shape"].tolist(), np.float32)
    x[np.repeat(np.arange(len(x)), np.diff(ints["feat_indptr"])), ints["feat_indices"]] = 1
    return Graph(
        x=x, y=ints["labels"], edges=ints["edges"], train=ints["train_idx"], val=ints["val_idx"],
        test=ints["test_idx"], classes=TOPICS, card=card,
    )  # fmt: skip


def load_movielens(card: Card, paths: Mapping[str, Path]) -> Ratings:
    """Shapes: user, item, rating, time (100000); titles (1682); genres (1682, 19)."""
    limits = {file.name: file.limit for file in card.files}

    def text(name: str) -> str:
        return read_plain(paths[name], limits[name]).decode("latin-1")

    user, item, rating, time = np.array(text("u.data.gz").split(), np.int64).reshape(-1, 4).T
    films = [line.split("|") for line in text("u.item.gz").split("\n") if line]
    names = [line.split("|")[0] for line in text("u.genre.gz").split("\n") if "|" in line]
    header = b"user|age|sex|occupation|zip\n"
    people = read_table(
        header + text("u.user.gz").encode(), delimiter="|", header=True,
        kinds={"user": "identifier", "zip": "category"},
    )  # fmt: skip
    return Ratings(
        user=user - 1, item=item - 1, rating=rating.astype(np.float32), time=time,
        titles=tuple(film[1] for film in films),
        genres=np.array([[cell == "1" for cell in film[5:]] for film in films]),
        genre_names=tuple(names), users=people, card=card,
    )  # fmt: skip


def _lens(name: str, size: int, sha: str, plain_size: int, plain_sha: str) -> File:
    urls = (f"{GROUPLENS}/{name}",)
    return File(f"movielens_100k/{name}.gz", size, sha, plain_size, plain_sha, urls)


CARDS = (
    Card(
        name="cora",
        about=("papers on machine learning that cite each other, by topic",
               "artículos de aprendizaje automático que se citan entre sí, por tema"),
        size=("2,708 nodes, 1,433 words as features, 5,278 edges, 7 classes; 140/500/1000 nodes to "
              "train/choose/test",
              "2708 nodos, 1433 palabras como atributos, 5278 aristas, 7 clases; 140/500/1000 "
              "nodos para entrenar/elegir/probar"),
        files=(
            File("cora/cora_planetoid.npz", 102390,
                 "8a2e840379621798294172fec1d61636589c68c71a68df36deb8d2c0e240a006"),
        ),
        licence=("none stated for the data; repository MIT; the authors ask for citation",
                 "ninguna para los datos; repositorio MIT; los autores piden que se cite"),
        citation="Sen et al. 2008, Collective classification in network data; split: Yang, Cohen "
                 "& Salakhutdinov 2016, ICML",
        homepage="https://github.com/tkipf/gcn",
        loader=load_cora,
        notes=(
            ("the usual 5,429 edges count 151 pairs twice; here each edge stands once",
             "las 5429 aristas habituales cuentan 151 pares dos veces; aquí cada arista está una "
             "vez"),
        ),
    ),
    Card(
        name="movielens_100k",
        about=("films rated by people", "películas calificadas por personas"),
        size=("100,000 ratings from 1 to 5, 943 users, 1,682 films",
              "100 000 calificaciones de 1 a 5, 943 personas, 1682 películas"),
        files=(
            _lens("u.data", 828235,
                  "c3fe59d9f784f19e1715f710845ac12970203e783301a9404cd615780b838694",
                  1979173, "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490"),
            _lens("u.item", 46477,
                  "fddc64e52bb5d3b3bcb81b69c5d76b2688dbab87f6c564ba448a00b1f45d7e64",
                  236344, "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701"),
            _lens("u.user", 7818,
                  "4e84ab98faee1c3c057a0861a855acc1ef682a62ad1f6026add1e26c2e6ee436",
                  22628, "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c"),
            _lens("u.genre", 181,
                  "76791aeee448968f0675bdacf918f24422b4d2050672e6cdeff636fc151300ea",
                  202, "9757e0d3e6b298159a80dd48eaf938114690e911e39af97a76949ef1663610bb"),
            _lens("u.occupation", 141,
                  "81135fe188e7d5843120b5a1363ead057fb7a3d744555f03b1f195cc646089b6",
                  193, "cd5fbec9afe345d993a62fc7817df1a4a9079c4feb267b3118763b8fd942137d"),
            _lens("u.info", 52,
                  "72c8bc8d5ffaf60882ada61463f237763391d23c65abddac2e15ecf42ecf722a",
                  36, "5b0a40b2e47a729ee6203063f6dcf8790c2e63f5a18663e6ee318a72c5f3c27b"),
        ),
        licence=("research only, no commercial use, NO REDISTRIBUTION without permission",
                 "solo investigación, sin uso comercial, PROHIBIDO REDISTRIBUIR sin permiso"),
        citation="Harper & Konstan 2015, The MovieLens datasets, ACM TiiS 5(4)",
        homepage="https://grouplens.org/datasets/movielens/100k/",
        loader=load_movielens,
        notes=(
            ("do not pass these files on: everybody must fetch them from GroupLens",
             "no comparta estos archivos: cada quien debe obtenerlos de GroupLens"),
            ("a random split lets the future explain the past; dividing by time is harder",
             "una división al azar deja que el futuro explique el pasado; dividir por tiempo es "
             "más difícil"),
        ),
    ),
)  # fmt: skip
