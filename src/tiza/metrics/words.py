"""Words of the metric tables."""

WORDS = {
    "metric": ("metric", "métrica"),
    "model": ("model", "modelo"),
    "majority": ("majority class", "clase mayoritaria"),
    "mean": ("mean", "media"),
}
