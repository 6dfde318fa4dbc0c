"""Training, and what is kept of it."""

from tiza.train.after_step import AfterStep, AverageWeights, Prune, StepCallback
from tiza.train.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    ModelCheckpoint,
    TerminateOnNaN,
)
from tiza.train.checkpoint import (
    Checkpoints,
    CheckpointWarning,
    load_checkpoint,
    save_checkpoint,
)
from tiza.train.findings import confusion, mistakes, softmax
from tiza.train.folder import RunFolder, load_weights, save_weights
from tiza.train.history import History
from tiza.train.keeper import StoreWarning
from tiza.train.progress import ProgressBar
from tiza.train.report import Mistake, Report, report_html, write_report
from tiza.train.schedule import LearningRateScheduler
from tiza.train.scores import Scores
from tiza.train.step import step_randomness
from tiza.train.store import Measurement, Run, Store
from tiza.train.trainer import Trainer
from tiza.train.verbs import evaluate, fit, predict

__all__ = [
    "AfterStep",
    "AverageWeights",
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
    "Prune",
    "Report",
    "Run",
    "RunFolder",
    "Scores",
    "StepCallback",
    "Store",
    "StoreWarning",
    "TerminateOnNaN",
    "Trainer",
    "confusion",
    "evaluate",
    "fit",
    "load_checkpoint",
    "load_weights",
    "mistakes",
    "predict",
    "report_html",
    "save_checkpoint",
    "save_weights",
    "softmax",
    "step_randomness",
    "write_report",
]
