"""The words on figures, in both languages."""

from __future__ import annotations

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "activations": ("Activation functions", "Funciones de activación"),
    "derivatives": ("Their derivatives", "Sus derivadas"),
    "margin": ("margin m = y · f(x)", "margen m = y · f(x)"),
    "residual": ("residual r = f(x) − y", "residuo r = f(x) − y"),
    "loss": ("loss", "pérdida"),
    "losses-margin": ("Losses as functions of the margin",
                      "Funciones de pérdida según el margen"),
    "losses-residual": ("Losses as functions of the residual",
                        "Funciones de pérdida según el residuo"),
    "wrong": ("wrong", "errado"),
    "right": ("right", "acertado"),
    "zero_one": ("0/1 loss", "pérdida 0/1"),
    "perceptron": ("perceptron: max(−m, 0)", "perceptrón: max(−m, 0)"),
    "hinge": ("hinge: max(1 − m, 0)", "bisagra (hinge): max(1 − m, 0)"),
    "squared_hinge": ("squared hinge", "bisagra al cuadrado"),
    "logistic": ("logistic: log(1 + e⁻ᵐ)", "logística: log(1 + e⁻ᵐ)"),
    "exponential": ("exponential: e⁻ᵐ", "exponencial: e⁻ᵐ"),
    "squared": ("squared: r²", "cuadrática: r²"),
    "absolute": ("absolute: |r|", "absoluta: |r|"),
    "huber": ("Huber, δ = 1", "Huber, δ = 1"),
    "log_cosh": ("log cosh r", "log cosh r"),
    "quantile": ("quantile, τ = 0.8", "cuantil, τ = 0.8"),
    "race": ("From the same start", "Desde el mismo inicio"),
    "start": ("start", "inicio"),
    "step": ("step", "paso"),
    "value": ("value of the function", "valor de la función"),
    "rates": ("Learning rate: too small, right, too big",
              "Tasa de aprendizaje: muy pequeña, adecuada, muy grande"),
    "too-small": ("too small: η = {rate:g}", "muy pequeña: η = {rate:g}"),
    "right-rate": ("right: η = {rate:g}", "adecuada: η = {rate:g}"),
    "too-big": ("too big: η = {rate:g}", "muy grande: η = {rate:g}"),
    "rate": ("η = {rate:g}", "η = {rate:g}"),
    "after": ("after {n} steps: {value}", "tras {n} pasos: {value}"),
    "diverged": ("diverges", "diverge"),
    "boundary": ("Decision boundary", "Frontera de decisión"),
    "class": ("class {n}", "clase {n}"),
    "accuracy": ("accuracy {value:.1%}", "exactitud {value:.1%}"),
    "probability": ("probability of class 1", "probabilidad de la clase 1"),
    "surface": ("Loss around the trained weights", "Pérdida alrededor de los pesos entrenados"),
    "direction": ("direction {n}", "dirección {n}"),
    "path": ("path of the training", "camino del entrenamiento"),
    "explained": ("direction {n} ({share:.0%} of the way)",
                  "dirección {n} ({share:.0%} del camino)"),
    "trained": ("trained weights", "pesos entrenados"),
    "approximation": ("Networks with one hidden layer, growing width",
                      "Redes con una capa oculta de ancho creciente"),
    "target": ("function", "función"),
    "network": ("network", "red"),
    "width": ("{name}, {n} neurons", "{name}, {n} neuronas"),
    "width-one": ("{name}, 1 neuron", "{name}, 1 neurona"),
    "neurons": ("neurons in the hidden layer", "neuronas en la capa oculta"),
    "error": ("greatest error", "error máximo"),
    "polynomial": ("polynomial x{power}", "polinomio x{power}"),
    "training": ("Training", "Entrenamiento"),
    "epoch": ("epoch", "época"),
    "train": ("training", "entrenamiento"),
    "validation": ("validation", "validación"),
    "best": ("best: {value:.4g} (epoch {epoch})", "mejor: {value:.4g} (época {epoch})"),
    "confusion": ("Confusion matrix", "Matriz de confusión"),
    "true": ("true class", "clase verdadera"),
    "predicted": ("predicted class", "clase predicha"),
    "roc": ("ROC curve", "Curva ROC"),
    "false-positives": ("false positive rate", "tasa de falsos positivos"),
    "true-positives": ("true positive rate", "tasa de verdaderos positivos"),
    "chance": ("chance", "azar"),
    "pr": ("Precision and recall", "Precisión y exhaustividad"),
    "recall": ("recall", "exhaustividad"),
    "precision": ("precision", "precisión"),
    "area": ("{name} (area {value:.3f})", "{name} (área {value:.3f})"),
    "calibration": ("Calibration", "Calibración"),
    "claimed": ("predicted probability", "probabilidad predicha"),
    "observed": ("observed frequency", "frecuencia observada"),
    "perfect": ("perfectly calibrated", "calibración perfecta"),
    "ece": ("{name} (expected error {value:.3f})", "{name} (error esperado {value:.3f})"),
    "model": ("model", "modelo"),
    "examples": ("examples", "ejemplos"),
    "weights": ("Weights of {name}", "Pesos de {name}"),
    "in": ("input", "entrada"),
    "out": ("output", "salida"),
    "layer": ("the layer", "la capa"),
    "images": ("Images", "Imágenes"),
    "features": ("Feature maps of {name}", "Mapas de características de {name}"),
    "attention": ("Attention", "Atención"),
    "head": ("head {n}", "cabeza {n}"),
    "query": ("query", "consulta"),
    "key": ("key", "clave"),
    "embedding": ("Embedding", "Representación"),
    "component": ("component {n} ({share:.0%} of the variance)",
                  "componente {n} ({share:.0%} de la varianza)"),
    "axis": ("axis {n}", "eje {n}"),
    "tsne-axis": ("t-SNE, axis {n}", "t-SNE, eje {n}"),
    "som": ("Self-organizing map", "Mapa autoorganizado"),
    "distance": ("distance to the neighbouring units", "distancia a las unidades vecinas"),
    "units": ("units", "unidades"),
}  # fmt: skip
BUTTONS = (
    ("Decrease speed", "Más lento"),
    ("First frame", "Primer cuadro"),
    ("Previous frame", "Cuadro anterior"),
    ("Play backwards", "Reproducir hacia atrás"),
    ("Pause", "Pausa"),
    ("Play", "Reproducir"),
    ("Next frame", "Cuadro siguiente"),
    ("Last frame", "Último cuadro"),
    ("Increase speed", "Más rápido"),
    ("Repetition mode", "Modo de repetición"),
    ("Once", "Una vez"),
    ("Loop", "En bucle"),
    ("Reflect", "Ida y vuelta"),
)

METRICS: dict[str, tuple[str, str]] = {
    "loss": ("loss", "pérdida"),
    "accuracy": ("accuracy", "exactitud"),
    "precision": ("precision", "precisión"),
    "recall": ("recall", "exhaustividad"),
    "perplexity": ("perplexity", "perplejidad"),
    "mse": ("mean squared error", "error cuadrático medio"),
    "rmse": ("RMSE", "RMSE"),
    "mae": ("mean absolute error", "error absoluto medio"),
    "r2": ("R²", "R²"),
    "f1": ("F1", "F1"),
}


def metric_word(name: str) -> str:
    """The name of a column of a training, for people.

    >>> metric_word("val_loss"), metric_word("my_metric")
    ('loss (validation)', 'my metric')
    """
    if name.startswith("val_"):
        return f"{metric_word(name[4:])} ({say('validation')})"
    return pick(METRICS[name]) if name in METRICS else name.replace("_", " ")


def say(key: str, **values: object) -> str:
    """One text in the language in force."""
    return pick(WORDS[key]).format(**values)
