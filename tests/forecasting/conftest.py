"""A small programme with a known story, and its posterior, fitted once for all tests of the room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest
from freedonia import PROGRAMME, observed

from stocktake import forecasting
from stocktake.forecasting import inference
from stocktake.vocabulary import Measure, Observation, Programme, Standing


@pytest.fixture(scope="session")
def programme() -> Programme:
    return forecasting.parse_programme(PROGRAMME)


@pytest.fixture(scope="session")
def counts(programme: Programme) -> tuple[Observation, ...]:
    """Eighteen months of launches that double within the time."""
    months = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(18)]
    rows = "\n".join(f"{month},{round(60 * 1.05**k)}" for k, month in enumerate(months))
    series = forecasting.read_series(f"month,launched\n{rows}\n", programme, name="launches", observes="use")
    return forecasting.series_observations(programme, series)


@pytest.fixture(scope="session")
def said() -> tuple[Observation, ...]:
    """What four origins said of the programme."""
    return (
        observed(
            id="m1", low=50.0, high=70.0, measure=Measure.rate, start=dt.date(2022, 10, 1), end=dt.date(2022, 12, 31)
        ),
        observed(
            id="m2", low=400.0, high=None, start=dt.date(2022, 1, 1), end=dt.date(2022, 12, 31), origins=("Institute",)
        ),
        observed(id="i1", path="imports", low=200.0, high=200.0, start=dt.date(2022, 1, 1), end=dt.date(2022, 6, 30)),
        observed(
            id="s1",
            path="stock",
            measure=Measure.level,
            low=None,
            high=300.0,
            end=dt.date(2022, 12, 31),
            origins=("Ministry",),
        ),
        observed(
            id="p1",
            low=1200.0,
            high=1200.0,
            start=dt.date(2023, 1, 1),
            end=dt.date(2023, 12, 31),
            standing=Standing.planned,
            origins=("Leaked papers",),
        ),
        observed(
            id="d1",
            path="used",
            measure=Measure.share,
            low=0.6,
            high=0.8,
            start=dt.date(2023, 3, 1),
            end=dt.date(2023, 3, 31),
        ),
        observed(
            id="t1",
            path="made:Northworks",
            measure=Measure.start,
            low=None,
            high=None,
            start=dt.date(2022, 4, 1),
            end=dt.date(2022, 5, 31),
        ),
    )


@pytest.fixture(scope="session")
def everything(counts: tuple[Observation, ...], said: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Counts and statements, those published late brought to the end of the window."""
    late = dt.date(2023, 6, 30)
    return (*counts, *(msgspec.structs.replace(o, published=late) for o in said))


@pytest.fixture(scope="session", autouse=True)
def _fewer_draws() -> Iterator[None]:
    """A third of the draws is enough for tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(inference, "WANTED", 500.0)
        patched.setattr(inference, "RUNS", 1)
        yield


@pytest.fixture(scope="session")
def held(programme: Programme, everything: tuple[Observation, ...]) -> forecasting.Posterior:
    return forecasting.fit(programme, everything, processes=1)
