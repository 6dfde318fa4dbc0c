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
    "again-to-quit": (
        "finishing this batch and keeping the run; press Ctrl-C again to quit at once",
        "termino este lote y guardo la corrida; pulse Ctrl-C otra vez para salir ya",
    ),
    "checkpoint-skipped": (
        "the checkpoint {name} is damaged ({reason}); the one before it is used",
        "el punto de control {name} está dañado ({reason}); se usa el anterior",
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
}


def word(key: str, **params: object) -> str:
    """The text of `key` in the language in force; an unknown key is its own text.

    >>> word("epoch"), word("my_metric")
    ('epoch', 'my_metric')
    """
    if key not in WORDS:
        return key
    return pick(WORDS[key]).format(**params) if params else pick(WORDS[key])
