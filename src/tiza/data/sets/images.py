"""Small pictures with classes: MNIST, Fashion-MNIST, digits, and a part of CIFAR-10."""

import io
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tiza.data.bundles import Part, Split, Whole
from tiza.data.registry import Card, File
from tiza.data.storage import read_idx, read_npz, read_plain
from tiza.errors import MissingExtraError

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip
IDX_NAMES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def load_mnist(card: Card, paths: Mapping[str, Path]) -> Split:
    """Shapes: x (60000 | 10000, 28, 28) uint8, y int64."""
    limits = {file.name: file.limit for file in card.files}
    x, y, x_test, y_test = (
        read_idx(paths[f"{name}-ubyte.gz"], limits[f"{name}-ubyte.gz"]) for name in IDX_NAMES
    )
    classes = CLOTHES if card.name == "fashion_mnist" else DIGITS
    train, test = Part(x, y.astype(np.int64)), Part(x_test, y_test.astype(np.int64))
    return Split(train, test, classes, card)


def load_digits(card: Card, paths: Mapping[str, Path]) -> Whole:
    """Shapes: x (1797, 8, 8) uint8 from 0 to 16, y int64."""
    content = read_plain(paths["digits_8x8.csv.gz"], card.files[0].limit)
    rows = np.loadtxt(io.BytesIO(content), np.uint8, delimiter=",", skiprows=1)
    return Whole(rows[:, :64].reshape(-1, 8, 8), rows[:, 64].astype(np.int64), DIGITS, card)


def load_cifar(card: Card, paths: Mapping[str, Path]) -> Split:
    """Shapes: x (8000 | 2000, 32, 32, 3) uint8, y int64; decoded from JPEG by Pillow."""
    arrays = read_npz(paths["cifar10_jpeg_10k.npz"])
    x = _decoded(arrays["jpeg"].astype(np.uint8), arrays["offsets"].astype(np.int64))
    y, test = arrays["label"].astype(np.int64), arrays["is_test"].astype(bool)
    classes = tuple(str(name) for name in arrays["class_names"])
    return Split(Part(x[~test], y[~test]), Part(x[test], y[test]), classes, card)


def load_cifar_exact(card: Card, paths: Mapping[str, Path]) -> Whole:
    """Shapes: x (4000, 32, 32, 3) uint8, y int64."""
    arrays = read_npz(paths["cifar10_exact_4k.npz"])
    classes = tuple(str(name) for name in arrays["class_names"])
    return Whole(arrays["x_train"], arrays["y_train"].astype(np.int64), classes, card)


def _decoded(joined: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.uint8]:
    try:
        image = import_module("PIL.Image")
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature="JPEG", extra="plot") from error
    pictures = []
    for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        with image.open(io.BytesIO(joined[start:stop].tobytes()), formats=["JPEG"]) as picture:
            pictures.append(np.asarray(picture.convert("RGB"), np.uint8))
    return cast("NDArray[np.uint8]", np.stack(pictures))


def _idx_files(folder: str, urls: tuple[str, ...], rows: str) -> tuple[File, ...]:
    """One file a line: name, bytes, sha256, bytes and sha256 of the content."""
    files = []
    for name, size, sha, plain_size, plain_sha in map(str.split, rows.strip().splitlines()):
        files.append(
            File(f"{folder}/{name}-ubyte.gz", int(size), sha, int(plain_size), plain_sha,
                 tuple(f"{url}/{name}-ubyte.gz" for url in urls))
        )  # fmt: skip
    return tuple(files)


CARDS = (
    Card(
        name="mnist",
        about=("handwritten digits", "dígitos manuscritos"),
        size=("60,000 + 10,000 images of 28×28, 10 classes",
              "60 000 + 10 000 imágenes de 28×28, 10 clases"),
        files=_idx_files(
            "mnist",
            ("https://ossci-datasets.s3.amazonaws.com/mnist",
             "https://storage.googleapis.com/cvdf-datasets/mnist"),
            """
train-images-idx3 9912422 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 47040016 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1 28881 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c 60008 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3 1648877 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6 7840016 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1 4542 f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6 10008 ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
""",  # noqa: E501
        ),
        licence=("not stated where it was found; elsewhere usually given as CC BY-SA 3.0",
                 "no indicada donde se encontró; en otros sitios suele darse como CC BY-SA 3.0"),
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to "
                 "document recognition, Proc. IEEE 86(11)",
        homepage="http://yann.lecun.com/exdb/mnist/",
        loader=load_mnist,
    ),
    Card(
        name="fashion_mnist",
        about=("pictures of clothes, in the format of MNIST",
               "imágenes de prendas, en el formato de MNIST"),
        size=("60,000 + 10,000 images of 28×28, 10 classes of equal size",
              "60 000 + 10 000 imágenes de 28×28, 10 clases de igual tamaño"),
        files=_idx_files(
            "fashion_mnist",
            ("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",),
            """
train-images-idx3 26421880 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84 47040016 c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888
train-labels-idx1 29515 a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845 60008 bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9
t10k-images-idx3 4422102 346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073 7840016 5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b
t10k-labels-idx1 5148 67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5 10008 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34
""",  # noqa: E501
        ),
        licence=("MIT (Zalando SE)", "MIT (Zalando SE)"),
        citation="Xiao, Rasul & Vollgraf 2017, Fashion-MNIST, arXiv:1708.07747",
        homepage="https://github.com/zalandoresearch/fashion-mnist",
        loader=load_mnist,
    ),
    Card(
        name="digits",
        about=("handwritten digits, very small", "dígitos manuscritos, muy pequeños"),
        size=("1,797 images of 8×8 with values 0 to 16, 10 classes",
              "1797 imágenes de 8×8 con valores de 0 a 16, 10 clases"),
        files=(
            File(
                "tabular/digits_8x8.csv.gz", 53603,
                "813a34ee8c5e28a3058be9928a7d273814639800d07c73fb0bbc57a9937dc023",
                264964, "ba6ee5aa91a99912e5e4e601339a3d45bb1c136a5df153daf68d7a8e45a04ce5",
            ),
        ),
        licence=("CC BY 4.0 as far as known (UCI); file from scikit-learn, BSD-3",
                 "CC BY 4.0 hasta donde se sabe (UCI); archivo de scikit-learn, BSD-3"),
        citation="Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, UCI",
        homepage="https://archive.ics.uci.edu/dataset/80/"
                 "optical+recognition+of+handwritten+digits",
        loader=load_digits,
        notes=(
            ("the test part of the original: its writers are not told apart, so one person's "
             "digits may fall into both training and test",
             "es la parte de prueba del original: no se distinguen las personas, así que los "
             "dígitos de una misma persona pueden quedar en entrenamiento y en prueba"),
        ),
        shipped=True,
    ),
    Card(
        name="cifar10_subset",
        about=("colour pictures of animals and vehicles, from JPEG",
               "imágenes en color de animales y vehículos, desde JPEG"),
        size=("8,000 + 2,000 images of 32×32×3, 10 classes of equal size",
              "8000 + 2000 imágenes de 32×32×3, 10 clases de igual tamaño"),
        files=(
            File("cifar10_subset/cifar10_jpeg_10k.npz", 9305726,
                 "3c118e7271fc40a9c05222101629f8481ef2544f29cb3530e6bfa72d55426a93"),
        ),
        licence=("none stated; the authors ask for citation",
                 "ninguna indicada; los autores piden que se cite"),
        citation="Krizhevsky 2009, Learning multiple layers of features from tiny images",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        loader=load_cifar,
        notes=(
            ("a part of CIFAR-10, compressed with loss (quality 75): results do not compare with "
             "published ones",
             "una parte de CIFAR-10, comprimida con pérdida (calidad 75): los resultados no se "
             "comparan con los publicados"),
            ("overlaps with cifar10_exact: never train on one and test on the other",
             "se traslapa con cifar10_exact: nunca entrene con uno y pruebe con el otro"),
        ),
    ),
    Card(
        name="cifar10_exact",
        about=("colour pictures of animals and vehicles, exact pixels",
               "imágenes en color de animales y vehículos, píxeles exactos"),
        size=("4,000 images of 32×32×3, 10 classes (the first of data_batch_1)",
              "4000 imágenes de 32×32×3, 10 clases (las primeras de data_batch_1)"),
        files=(
            File("cifar10_subset/cifar10_exact_4k.npz", 11335567,
                 "b969b6a482ebabf68b1361bbde1f6a77e1c8427a51f70e628fd997455aa410fe"),
        ),
        licence=("none stated; the authors ask for citation",
                 "ninguna indicada; los autores piden que se cite"),
        citation="Krizhevsky 2009, Learning multiple layers of features from tiny images",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        loader=load_cifar_exact,
        notes=(
            ("the labels were matched from JPEG copies of the pictures",
             "las etiquetas se tomaron de copias JPEG de las imágenes"),
            ("overlaps with cifar10_subset: never train on one and test on the other",
             "se traslapa con cifar10_subset: nunca entrene con uno y pruebe con el otro"),
        ),
    ),
)  # fmt: skip
