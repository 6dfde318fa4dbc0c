"""Training, and what is kept of it."""

from tiza.train.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    TerminateOnNaN,
)
from tiza.train.checkpoint import (
    Checkpoints,
    CheckpointWarning,
    load_checkpoint,
    save_checkpoint,
)
from tiza.train.folder import RunFolder, load_weights, save_weights
from tiza.train.history import History
from tiza.train.progress import ProgressBar
from tiza.train.store import Measurement, Run, Store

__all__ = [
    "CSVLogger",
    "Callback",
    "CheckpointWarning",
    "Checkpoints",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "Measurement",
    "ModelCheckpoint",
    "ProgressBar",
    "Run",
    "RunFolder",
    "Store",
    "TerminateOnNaN",
    "load_checkpoint",
    "load_weights",
    "save_checkpoint",
    "save_weights",
]
