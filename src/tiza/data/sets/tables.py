"""Tables with a column to predict, from flowers to houses."""

from collections.abc import Mapping
from pathlib import Path

from tiza.data.bundles import Tabular
from tiza.data.registry import Card, File, Pair
from tiza.data.table import read_table

# set → (target, classes in the order of their codes; none for regression)
TARGETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "iris": ("species", ("setosa", "versicolor", "virginica")),
    "wine": ("class", ("0", "1", "2")),
    "breast_cancer": ("diagnosis", ("malignant", "benign")),
    "diabetes": ("target", ()),
    "california_housing": ("median_house_value", ()),
    "auto_mpg": ("mpg", ()),
    "penguins": ("species", ("Adelie", "Chinstrap", "Gentoo")),
}
UCI: Pair = ("CC BY 4.0 as far as known (UCI); file from scikit-learn, BSD-3",
             "CC BY 4.0 hasta donde se sabe (UCI); archivo de scikit-learn, BSD-3")  # fmt: skip


def load_table(card: Card, paths: Mapping[str, Path]) -> Tabular:
    """The table as it stands in its file."""
    target, classes = TARGETS[card.name]
    (path,) = paths.values()
    kinds = {target: "category" if classes else "number"}
    return Tabular(read_table(path, kinds=kinds), target, classes, card)


def _file(name: str, size: int, sha: str, plain_size: int, plain_sha: str, url: str = "") -> File:
    urls = (url,) if url else ()
    return File(f"tabular/{name}.csv.gz", size, sha, plain_size, plain_sha, urls)


CARDS = (
    Card(
        name="iris",
        about=("three species of iris by the size of their flowers",
               "tres especies de iris según el tamaño de sus flores"),
        size=("150 rows, 4 numbers, 3 classes", "150 filas, 4 números, 3 clases"),
        files=(_file(
            "iris", 858, "94d183e3baac9b85d51d00868aee997871819cee3fb6732278d5f146e61cdc60",
            3858, "9cc1c345c71bcc9b486b74cbf6063fa66f4bb5e0f603a4b3c3471ec2e5e8e355"),),
        licence=UCI,
        citation="Fisher 1936, The use of multiple measurements in taxonomic problems",
        homepage="https://archive.ics.uci.edu/dataset/53/iris",
        loader=load_table,
        notes=(("one row is an exact repeat of another", "una fila repite exactamente a otra"),),
    ),
    Card(
        name="wine",
        about=("three vineyards by the chemistry of their wine",
               "tres viñedos según la química de su vino"),
        size=("178 rows, 13 numbers, 3 classes", "178 filas, 13 números, 3 clases"),
        files=(_file(
            "wine", 4299, "d7b7d2b90b936318fa61d3a8a3697b3458c9883c67aeb54675e4a2c55bedf77c",
            11285, "7ab4bfea28aa2b962a6d5554dc25111c278c99dae4af27edd4922d802ff3a8da"),),
        licence=UCI,
        citation="Forina et al. 1988, PARVUS; UCI",
        homepage="https://archive.ics.uci.edu/dataset/109/wine",
        loader=load_table,
    ),
    Card(
        name="breast_cancer",
        about=("tumours, malignant or benign, by measurements of cell nuclei",
               "tumores, malignos o benignos, según medidas de núcleos celulares"),
        size=("569 rows, 30 numbers, 2 classes", "569 filas, 30 números, 2 clases"),
        files=(_file(
            "breast_cancer_wdbc", 47088,
            "95beb5ecc224decb8db44aff8cb34f7f4f24b076eea8018426096faff2e4cbb8",
            123835, "c528580bfcb31a91356cca65c552eab575b91cec3529b03f13500788c7002b54"),),
        licence=UCI,
        citation="Wolberg, Street & Mangasarian 1995, Breast Cancer Wisconsin (Diagnostic), UCI",
        homepage="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
        loader=load_table,
        notes=(("a teaching set, not a medical device", "para enseñar, no para diagnosticar"),),
    ),
    Card(
        name="diabetes",
        about=("progress of diabetes after a year, from ten measurements",
               "avance de la diabetes tras un año, a partir de diez medidas"),
        size=("442 rows, 10 numbers, one number to predict",
              "442 filas, 10 números, un número por predecir"),
        files=(_file(
            "diabetes", 8175, "5d243e4c7fed9ccb56bb7f4394788662362a79d495ab29c560323005b0e41217",
            25682, "2b18056043eab97f1d43accada424dcba76066a2cc2b1d0d3e6c5e7b0918d4f5"),),
        licence=("not stated; file from scikit-learn, BSD-3",
                 "no indicada; archivo de scikit-learn, BSD-3"),
        citation="Efron, Hastie, Johnstone & Tibshirani 2004, Least angle regression",
        homepage="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
        loader=load_table,
        notes=(("the columns are as measured, not scaled as in scikit-learn",
                "las columnas están como se midieron, no escaladas como en scikit-learn"),),
    ),
    Card(
        name="california_housing",
        about=("price of houses in California's districts, 1990",
               "precio de las casas en los distritos de California, 1990"),
        size=("20,640 rows, 8 numbers and a category, one number to predict; 207 gaps",
              "20 640 filas, 8 números y una categoría, un número por predecir; 207 huecos"),
        files=(_file(
            "california_housing", 395971,
            "b2e79251d5497489c09db2cb6b7771e5cb0b1065198c2611c4f2f3c63403d30c",
            1423529, "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
            "https://raw.githubusercontent.com/ageron/handson-ml/master/datasets/housing/"
            "housing.csv"),),
        licence=("handson-ml: Apache-2.0; the data: none stated",
                 "handson-ml: Apache-2.0; los datos: ninguna indicada"),
        citation="Pace & Barry 1997, Sparse spatial autoregressions, Stat. Prob. Letters 33",
        homepage="https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.html",
        loader=load_table,
        notes=(("prices above 500,001 were cut to that value",
                "los precios mayores que 500 001 se recortaron a ese valor"),
               ("neighbouring districts resemble each other: a random split is kinder than a new "
                "region would be",
                "los distritos vecinos se parecen: una división al azar es más benigna que una "
                "región nueva")),
    ),
    Card(
        name="auto_mpg",
        about=("how far cars of 1970 to 1982 go on a gallon",
               "cuánto rinden con un galón los autos de 1970 a 1982"),
        size=("398 rows, 6 numbers, a category and a name, one number to predict; 6 gaps",
              "398 filas, 6 números, una categoría y un nombre, un número por predecir; 6 huecos"),
        files=(_file(
            "auto_mpg", 6394, "eaf2a837def989d5b6f9ad1290aa3c75bfa71945b1a5557fa6daae137089ab89",
            21222, "c14b8b855ea7ee86cb9736bf8caaf281c4685ca08826f3eb2acaccaaf40f0d5a",
            "https://raw.githubusercontent.com/mwaskom/seaborn-data/master/mpg.csv"),),
        licence=("UCI: CC BY 4.0 as far as known; seaborn-data states none",
                 "UCI: CC BY 4.0 hasta donde se sabe; seaborn-data no indica ninguna"),
        citation="Quinlan 1993, Combining instance-based and model-based learning",
        homepage="https://archive.ics.uci.edu/dataset/9/auto+mpg",
        loader=load_table,
    ),
    Card(
        name="penguins",
        about=("three species of penguins by their measurements",
               "tres especies de pingüinos según sus medidas"),
        size=("344 rows, 4 numbers and 2 categories, 3 classes; 11 rows with gaps",
              "344 filas, 4 números y 2 categorías, 3 clases; 11 filas con huecos"),
        files=(_file(
            "penguins", 2714, "840719ba8642182dfe482b9b47950756e7e514798648eecb7d172c367646e02a",
            13478, "e07636bd8af74260099ea2f8678e2eabbf35def579940cc76f67061ee16c06c1",
            "https://raw.githubusercontent.com/mwaskom/seaborn-data/master/penguins.csv"),),
        licence=("CC0", "CC0"),
        citation="Gorman, Williams & Fraser 2014, PLoS ONE 9(3); Horst, palmerpenguins",
        homepage="https://allisonhorst.github.io/palmerpenguins/",
        loader=load_table,
        notes=(("the island alone tells much of the species",
                "la isla por sí sola dice mucho de la especie"),),
    ),
)  # fmt: skip
