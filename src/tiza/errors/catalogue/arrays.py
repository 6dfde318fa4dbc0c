"""Messages of the array functions."""

from tiza.errors.entry import Entry

ENTRIES = {
    "finfo-dtype": Entry(
        en=("finfo describes floating-point types, and {got} is not one", "tz.iinfo({got})"),
        es=("finfo describe tipos de punto flotante, y {got} no lo es", "tz.iinfo({got})"),
        more=("`finfo` gives the precision and the range of floating-point types; the range of "
              "integers is given by `iinfo`.",
              "`finfo` da la precisión y el rango de los tipos de punto flotante; el rango de los "
              "enteros lo da `iinfo`."),
    ),
    "iinfo-dtype": Entry(
        en=("iinfo describes integer types, and {got} is not one", "tz.finfo({got})"),
        es=("iinfo describe tipos enteros, y {got} no lo es", "tz.finfo({got})"),
        more=("`iinfo` gives the range of integer types; floating-point types are described by "
              "`finfo`.",
              "`iinfo` da el rango de los tipos enteros; los de punto flotante los describe "
              "`finfo`."),
    ),
    "dtype-kind-unknown": Entry(
        en=("there is no kind of data type called {got!r}", "one of: {known}"),
        es=("no existe una clase de tipo de dato llamada {got!r}", "una de: {known}"),
        more=("Data types are grouped in kinds, as in the Python array API standard.",
              "Los tipos de dato se agrupan en clases, como en el estándar array API de Python."),
    ),
    "device-unknown": Entry(
        en=("there is no device {got!r}: arrays live on the processor", 'device="cpu"'),
        es=("no hay un dispositivo {got!r}: los arreglos viven en el procesador", 'device="cpu"'),
        more=("tiza computes on the processor. To run a model on a graphics card, read its graph "
              "into PyTorch.",
              "tiza calcula en el procesador. Para usar una tarjeta gráfica, lleve el grafo del "
              "modelo a PyTorch."),
    ),
}
