"""Numbers in time: sunspots, passengers, temperatures, and the air of Beijing."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiza.data.bundles import Series
from tiza.data.registry import Card, File
from tiza.data.table import Table, read_table

# set → (column of the time, column to forecast)
COLUMNS = {
    "sunspots": ("Month", "Sunspots"),
    "airline_passengers": ("Month", "Passengers"),
    "melbourne_daily_min_temp": ("Date", "Temp"),
}
WEATHER = ("pm2.5", "DEWP", "TEMP", "PRES", "Iws", "Is", "Ir")
BROWNLEE = "https://raw.githubusercontent.com/jbrownlee/Datasets/master"
UNSTATED = ("none stated in the repository", "ninguna indicada en el repositorio")


def load_series(card: Card, paths: Mapping[str, Path]) -> Series:
    """Shapes: time (n), values (n, 1)."""
    when, target = COLUMNS[card.name]
    (path,) = paths.values()
    table = read_table(path, kinds={when: "date", target: "number"})
    time = table[when].astype("M8[s]")
    return Series(time, table.matrix([target]), (target,), target, table, card)


def load_beijing(card: Card, paths: Mapping[str, Path]) -> Series:
    """Shapes: time (43824), values (43824, 7); the direction of the wind is in the table."""
    (path,) = paths.values()
    table = read_table(path, kinds=dict.fromkeys(WEATHER, "number"))
    return Series(_hours(table), table.matrix(WEATHER), WEATHER, "pm2.5", table, card)


def _hours(table: Table) -> NDArray[np.datetime64]:
    parts = (np.array(table.columns[name], np.int64) for name in ("year", "month", "day", "hour"))
    year, month, day, hour = parts
    months = (12 * (year - 1970) + month - 1).astype("M8[M]").astype("M8[s]").astype(np.int64)
    return (months + 86400 * (day - 1) + 3600 * hour).astype("M8[s]")  # seconds since 1970


def _file(name: str, size: int, sha: str, plain_size: int, plain_sha: str, url: str) -> File:
    path = f"time_series/{name}.csv.gz"
    return File(path, size, sha, plain_size, plain_sha, (f"{BROWNLEE}/{url}.csv",))


CARDS = (
    Card(
        name="sunspots",
        about=("spots on the sun, month by month", "manchas solares, mes a mes"),
        size=("2,820 months, 1749 to 1983", "2820 meses, de 1749 a 1983"),
        files=(_file(
            "sunspots_monthly_1749_1983", 12201,
            "3184e131d923ceb81f2f8352b416993ca04a12a6921ad104b99abd5af62a8f30",
            45039, "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3",
            "monthly-sunspots"),),
        licence=UNSTATED,
        citation="Andrews & Herzberg 1985, Data",
        homepage="https://github.com/jbrownlee/Datasets",
        loader=load_series,
    ),
    Card(
        name="airline_passengers",
        about=("air passengers, month by month", "pasajeros de avión, mes a mes"),
        size=("144 months, 1949 to 1960, in thousands", "144 meses, de 1949 a 1960, en miles"),
        files=(_file(
            "airline_passengers_1949_1960", 631,
            "86c95a265c59fa4ffe0204b24330a8bfdee420a2d28a0f6d11a2479ba2550e80",
            2180, "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
            "airline-passengers"),),
        licence=UNSTATED,
        citation="Box & Jenkins 1976, Time series analysis: forecasting and control",
        homepage="https://github.com/jbrownlee/Datasets",
        loader=load_series,
    ),
    Card(
        name="melbourne_daily_min_temp",
        about=("coldest temperature of each day in Melbourne",
               "temperatura mínima de cada día en Melbourne"),
        size=("3,650 days, 1981 to 1990, in °C", "3650 días, de 1981 a 1990, en °C"),
        files=(_file(
            "melbourne_daily_min_temp_1981_1990", 14170,
            "b0252a7d1244047ff11b229fed6c54db91e759ee383b686e5ddf7fd9ee1fcd92",
            67921, "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da",
            "daily-min-temperatures"),),
        licence=UNSTATED,
        citation="Australian Bureau of Meteorology",
        homepage="https://github.com/jbrownlee/Datasets",
        loader=load_series,
        notes=(("the last days of the leap years 1984 and 1988 are missing",
                "faltan los últimos días de los años bisiestos 1984 y 1988"),),
    ),
    Card(
        name="beijing_pm25",
        about=("fine dust and weather in Beijing, hour by hour",
               "partículas finas y clima en Pekín, hora a hora"),
        size=("43,824 hours, 2010 to 2014, 7 numbers and the wind's direction; 2,067 gaps",
              "43 824 horas, de 2010 a 2014, 7 números y la dirección del viento; 2067 huecos"),
        files=(_file(
            "beijing_pm25_hourly_2010_2014", 503541,
            "f05c813a792252d701ef765302e73bea5e78f7d0edc44cd3cece745313affed6",
            2010492, "892e9559205d16d32623135c127a3951c12e46ea1e0b3093e107ce89a9fd60e2",
            "pollution"),),
        licence=("CC BY 4.0 as far as known (UCI)", "CC BY 4.0 hasta donde se sabe (UCI)"),
        citation="Liang et al. 2015, Assessing Beijing's PM2.5 pollution, Proc. R. Soc. A 471",
        homepage="https://archive.ics.uci.edu/dataset/381/beijing+pm2+5+data",
        loader=load_beijing,
        notes=(("consecutive hours resemble each other: test on later hours, not on random ones",
                "las horas consecutivas se parecen: pruebe con horas posteriores, no al azar"),),
    ),
)  # fmt: skip
