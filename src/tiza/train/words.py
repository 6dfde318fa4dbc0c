"""The words of training that people read at run time, in both languages."""

from tiza.errors import pick

WORDS: dict[str, tuple[str, str]] = {
    "epoch": ("epoch", "época"),
    "loss": ("loss", "pérdida"),
    "val_loss": ("validation loss", "pérdida de validación"),
    "val_metric": ("validation {name}", "{name} de validación"),
    "accuracy": ("accuracy", "exactitud"),
    "lr": ("learning rate", "tasa de aprendizaje"),
    "seconds": ("seconds", "segundos"),
    "epochs-trained": ("{count} epochs in {seconds}", "{count} épocas en {seconds}"),
    "no-epochs": ("no epochs yet", "todavía no hay épocas"),
    "early-stop": (
        "stopped after epoch {epoch}: {monitor} has not improved for {patience} epochs "
        "(best {best:.4g} in epoch {best_epoch})",
        "detenido tras la época {epoch}: {monitor} no mejoró en {patience} épocas "
        "(la mejor {best:.4g} en la época {best_epoch})",
    ),
    "weights-restored": (
        "the weights of epoch {epoch} are back in place",
        "se restauraron los pesos de la época {epoch}",
    ),
    "nan-stop": (
        "stopped: the loss is {value} in epoch {epoch}, batch {batch}",
        "detenido: la pérdida es {value} en la época {epoch}, lote {batch}",
    ),
    "interrupted": (
        "interrupted in epoch {epoch}, after batch {batch}",
        "interrumpido en la época {epoch}, tras el lote {batch}",
    ),
    "interrupted-kept": (
        "interrupted in epoch {epoch}, after batch {batch}; kept in {path}; "
        "continue with tz.Trainer.resume({path!r})",
        "interrumpido en la época {epoch}, tras el lote {batch}; guardado en {path}; "
        "continúe con tz.Trainer.resume({path!r})",
    ),
    "checkpoint-skipped": (
        "the checkpoint {name} is damaged ({reason}); the one before it is used",
        "el punto de control {name} está dañado ({reason}); se usa el anterior",
    ),
    "checkpoint-missed": (
        "the checkpoint could not be written; training goes on without it: {reason}",
        "no se pudo escribir el punto de control; el entrenamiento sigue sin él: {reason}",
    ),
    "cut": ("it is cut short", "está cortado"),
    "flipped": ("its checksum does not match", "su suma de verificación no coincide"),
    "not-ours": ("it is not a checkpoint of tiza", "no es un punto de control de tiza"),
    "newer": (
        "it was written by a newer version of tiza",
        "lo escribió una versión más nueva de tiza",
    ),
    "store-skipped": (
        "the metrics of this epoch could not be written to the store; training goes on: {reason}",
        "las métricas de esta época no pudieron escribirse en el registro; "
        "el entrenamiento sigue: {reason}",
    ),
    "gradient": ("gradient", "gradiente"),
    "answer": ("answer", "resultado"),
    "value": ("value", "valor"),
    "not-finite": ("{count} of {all} not finite", "{count} de {all} no finitos"),
    # the report
    "report-metrics": ("Results", "Resultados"),
    "report-pictures": ("Pictures", "Imágenes"),
    "report-texts": ("Samples", "Muestras"),
    "report-notes": ("What was kept apart", "Qué se mantuvo aparte"),
    "report-curves": ("Learning curves", "Curvas de aprendizaje"),
    "report-confusion": ("Confusion matrix", "Matriz de confusión"),
    "report-per-class": ("Class by class", "Clase por clase"),
    "report-mistakes": ("What it got wrong", "En qué se equivocó"),
    "report-model": ("Model", "Modelo"),
    "as-text": ("The same as text", "Lo mismo como texto"),
    "report-derivation": ("On the blackboard", "En el pizarrón"),
    "report-config": ("Configuration", "Configuración"),
    "report-data": ("Data", "Datos"),
    "report-versions": ("Versions", "Versiones"),
    "report-further": ("Look further", "Para ver más"),
    "parameters": ("{count} parameters", "{count} parámetros"),
    "further-show": (
        "figures, curve and files in the terminal",
        "cifras, curva y archivos en la terminal",
    ),
    "further-resume": (
        "the trained model in Python, to use or to train further",
        "el modelo entrenado en Python, para usarlo o seguir entrenando",
    ),
    "made-by": ("made by tiza, {when}", "hecho con tiza, {when}"),
    "training": ("training", "entrenamiento"),
    "validation": ("validation", "validación"),
    "best-epoch": ("best: {value} in epoch {epoch}", "mejor: {value} en la época {epoch}"),
    "in-epochs": ("for {count} epochs", "para {count} épocas"),
    "model": ("this model", "este modelo"),
    "majority": ("majority class", "clase mayoritaria"),
    "mean": ("mean", "media"),
    "logistic": ("logistic regression", "regresión logística"),
    "linear": ("linear regression", "regresión lineal"),
    "truth": ("true", "verdad"),
    "guess": ("predicted", "predicho"),
    "count": ("examples", "ejemplos"),
    "class": ("class", "clase"),
    "precision": ("precision", "precisión"),
    "recall": ("recall", "exhaustividad"),
    "f1": ("F1", "F1"),
    "log_loss": ("log loss", "pérdida logarítmica"),
    "mse": ("mean squared error", "error cuadrático medio"),
    "rmse": ("RMSE", "RMSE"),
    "mae": ("mean absolute error", "error absoluto medio"),
    "r2": ("R²", "R²"),
    "confusion-how": (
        "Rows are the true classes, columns the predicted ones; the diagonal is what was right.",
        "Las filas son las clases verdaderas y las columnas las predichas; "
        "la diagonal es lo acertado.",
    ),
    "confused-pairs": (
        "The pairs most often confused.",
        "Los pares que más se confunden.",
    ),
    "mistakes-shown": (
        "{shown} of {all}: the prediction, how sure it was, and the truth",
        "{shown} de {all}: la predicción, su seguridad y la verdad",
    ),
}


def word(key: str, **params: object) -> str:
    """The text of `key` in the language in force; an unknown key is its own text.

    >>> word("epoch"), word("my_metric")
    ('epoch', 'my_metric')
    """
    if key not in WORDS:
        return key
    return pick(WORDS[key]).format(**params) if params else pick(WORDS[key])
