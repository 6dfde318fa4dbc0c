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
from tiza.train.report import Mistake, Report, report_html, write_report
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
    "Mistake",
    "ModelCheckpoint",
    "ProgressBar",
    "Report",
    "Run",
    "RunFolder",
    "Store",
    "TerminateOnNaN",
    "load_checkpoint",
    "load_weights",
    "report_html",
    "save_checkpoint",
    "save_weights",
    "write_report",
]
