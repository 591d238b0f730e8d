"""The forecast: paths with their intervals, the observations that they rest on, and sliders for what-ifs.

A page view never computes a forecast: it shows the last one made, says whether it still holds, and offers to make it
anew. A scenario starts from the draws of that forecast, held in memory, so that a slider answers at once.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Redirect

from stocktake import forecasting
from stocktake.casebook import Casebook, CasebookError
from stocktake.telling import charts
from stocktake.vocabulary import Forecast, Observation, Path, Programme, TargetDate
from stocktake.web.asking import Asked, Book, Key, Who
from stocktake.web.remembering import remembered
from stocktake.web.safety import may_decide
from stocktake.web.showing import key_of, page, show

THEME = charts.Theme(
    make="--make", war="--war", flow="--flow", hold="--deal", ink="--ink", soft="--soft", paper=None, font="inherit"
)
OFTEN_SET = ("use.share", "output.growth", "imports.growth")
FINE = 200


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One path at one month: its median and the 80% interval."""

    path: str
    title: str
    month: str
    median: float
    low: float
    high: float


class Slider(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario can set, with the range to move it in and where it stands."""

    name: str
    kind: Literal["month", "interval"]
    title: str
    reason: str
    values: tuple[str, ...]
    low: int
    high: int
    often: bool


class ForecastPage(msgspec.Struct, frozen=True, kw_only=True):
    """A programme's forecast as last made, or as it would be in a scenario."""

    programmes: tuple[Programme, ...]
    programme: Programme | None = None
    forecast: Forecast | None = None
    holds: bool = True
    now: tuple[Figure, ...] = ()
    then: tuple[Figure, ...] = ()
    paths: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    sliders: tuple[Slider, ...] = ()
    settings: dict[str, str] = {}
    refused: str = ""


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What a slider's move answers: figures and charts under the settings."""

    settings: dict[str, str]
    now: tuple[Figure, ...]
    then: tuple[Figure, ...]
    targets: tuple[TargetDate, ...]
    charts: dict[str, Any]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an observation is left out."""

    reason: str = ""


Settings = Annotated[list[str] | None, QueryParameter(name="set", max_items=20)]


@page("/forecast")
def first(request: Asked, book: Book) -> Response[Any]:
    """The forecast of the first programme."""
    programmes = book.programmes()
    if programmes and not request.url.path.endswith(".json"):
        return Redirect(f"/forecast/{programmes[0].name}", status_code=303)
    return show(request, "forecast.html", ForecastPage(programmes=programmes))


@get("/forecast/{key:str}", sync_to_thread=True)
def one(request: Asked, book: Book, key: Key, settings: Settings = None) -> Response[Any]:
    """A programme's forecast; `set=imports.stop=2024-01` shows a scenario."""
    programme = book.programme(key_of(key))
    forecast, refused = book.forecast_last(programme.name), ""
    given = _settings(settings or ())
    if given and forecast is not None:
        try:
            forecast = _scenario(book, programme, given)
        except CasebookError as wrong:
            refused = str(wrong)
    return show(
        request,
        "forecast.html",
        ForecastPage(
            programmes=book.programmes(),
            programme=programme,
            forecast=forecast,
            holds=forecast is None or bool(given) or _holds(book, programme),
            now=_figures(forecast, forecast.history) if forecast else (),
            then=_figures(forecast, forecast.paths[0].months[-1]) if forecast else (),
            paths=charts.chart_names(forecast) if forecast else (),
            observations=remembered(book, ("observations", programme.name), lambda: book.observations(programme.name)),
            sliders=_sliders(book, programme, forecast, given) if forecast else (),
            settings=given,
            refused=refused,
        ),
        status_code=400 if refused else 200,
        more=lambda: {"path_title": charts.path_title},
    )


@get("/forecast/{key:str}/charts.json", sync_to_thread=True)
def drawn(book: Book, key: Key, settings: Settings = None) -> dict[str, Any]:
    """Every chart of a forecast as a Vega-Lite description, by path; targets as "target:0", "target:1"."""
    return _charts(_wanted(book, book.programme(key), _settings(settings or ())))


@get("/forecast/{key:str}/scenario.json", sync_to_thread=True)
def scenario(book: Book, key: Key, settings: Settings = None) -> Scenario:
    """What the forecast would be under settings: what a slider asks for."""
    given = _settings(settings or ())
    forecast = _wanted(book, book.programme(key), given)
    return Scenario(
        settings=given,
        now=_figures(forecast, forecast.history),
        then=_figures(forecast, forecast.paths[0].months[-1]),
        targets=forecast.targets,
        charts=_charts(forecast),
    )


@get("/forecast/{key:str}/chart.svg", sync_to_thread=True)
def picture(book: Book, key: Key) -> Response[str]:
    """All charts on one sheet as a picture, for browsers without scripts."""
    import vl_convert

    forecast = _wanted(book, book.programme(key), {})
    made = (forecast.programme, forecast.as_of, forecast.history, forecast.diagnostics)
    svg = remembered(
        book, ("sheet", msgspec.json.encode(made)), lambda: vl_convert.vegalite_to_svg(charts.forecast_chart(forecast))
    )
    return Response(
        svg,
        media_type="image/svg+xml",
        headers={"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"},
    )


@post("/forecast/{key:str}/make", sync_to_thread=True, status_code=303, guards=[may_decide])
def make(book: Book, key: Key) -> Redirect:
    """Make the forecast anew from what is known now; takes some seconds."""
    programme = book.programme(key)
    book.forecast(programme.name)
    return Redirect(f"/forecast/{programme.name}?did=made", status_code=303)


@post("/forecast/{key:str}/observations/{observation:str}/exclude", sync_to_thread=True, guards=[may_decide])
def exclude(book: Book, who: Who, key: Key, observation: Key, data: URLEncodedBody[Reason]) -> Redirect:
    """Leave an observation out of the forecast, with a reason; the journal brings it back."""
    programme = book.programme(key)
    book.exclude(observation, reason=data.reason, author=who.name)
    return Redirect(f"/forecast/{programme.name}?did=excluded", status_code=303)


def figures_of(forecast: Forecast) -> tuple[Figure, ...]:
    """The key figures as of the last month known."""
    return _figures(forecast, forecast.history)


def _wanted(book: Casebook, programme: Programme, settings: dict[str, str]) -> Forecast:
    forecast = book.forecast_last(programme.name)
    if forecast is None:
        raise CasebookError(f"no forecast of {programme.name!r} has been made yet; make one on its page first")
    return _scenario(book, programme, settings) if settings else forecast


def _scenario(book: Casebook, programme: Programme, settings: dict[str, str]) -> Forecast:
    """Under settings, from the draws of the forecast, which stay in memory between two moves of a slider."""
    held = remembered(book, ("draws", programme.name), lambda: book.posterior(programme.name))
    try:
        return forecasting.summary(forecasting.scenario(held, settings), 0, settings)
    except (forecasting.ProgrammeError, forecasting.Untrusted) as wrong:
        raise CasebookError(str(wrong)) from None


def _holds(book: Casebook, programme: Programme) -> bool:
    """Whether nothing that the forecast depends on has changed since it was made."""
    return remembered(book, ("holds", programme.name), lambda: book.forecast_kept(programme.name) is not None)


def _figures(forecast: Forecast, month: str) -> tuple[Figure, ...]:
    found = []
    for name in charts.chart_names(forecast):
        path = next(path for path in forecast.paths if path.name == name)
        if month in path.months:
            found.append(_figure(path, path.months.index(month)))
    return tuple(found)


def _figure(path: Path, at: int) -> Figure:
    low, high = path.bands["80"]
    return Figure(
        path=path.name,
        title=charts.path_title(path.name),
        month=path.months[at],
        median=path.median[at],
        low=low[at],
        high=high[at],
    )


def _charts(forecast: Forecast) -> dict[str, Any]:
    drawn = {name: charts.path_chart(forecast, name, THEME) for name in charts.chart_names(forecast)}
    drawn |= {f"target:{at}": charts.target_chart(target, THEME) for at, target in enumerate(forecast.targets)}
    for chart in drawn.values():
        # The page has a heading for each, and gives the width.
        chart["width"] = "container"
        chart.pop("title", None)
        chart.pop("config", None)
    return drawn


def _settings(given: list[str] | tuple[str, ...]) -> dict[str, str]:
    """ "name=value" texts as settings."""
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in given) if value}


def _sliders(book: Casebook, programme: Programme, forecast: Forecast, settings: dict[str, str]) -> tuple[Slider, ...]:
    found = []
    for lever in book.levers(programme.name):
        setting = settings.get(lever.name)
        if lever.kind == "month":
            values = (*forecast.paths[0].months, "never")
            at = values.index(setting) if setting in values else len(values) - 1
            low = high = at
        else:
            bottom, top = float(lever.low), float(lever.high)
            reach = (top - bottom) / 2
            step = (top - bottom + 2 * reach) / FINE
            floor = max(0.0, bottom - reach) if bottom >= 0 else bottom - reach
            values = tuple(f"{round(floor + step * at, 4) + 0.0:g}" for at in range(FINE + 1))
            low, high = (round((edge - floor) / step) for edge in _interval(setting) or (bottom, top))
        found.append(
            Slider(
                name=lever.name,
                kind=lever.kind,
                title=_lever_title(lever.name),
                reason=lever.reason,
                values=values,
                low=max(0, min(low, len(values) - 1)),
                high=max(0, min(high, len(values) - 1)),
                often=lever.kind == "month" or lever.name in OFTEN_SET,
            )
        )
    return tuple(found)


def _interval(setting: str | None) -> tuple[float, float] | None:
    found = re.fullmatch(r"(-?[\d.]+)\.\.(-?[\d.]+)", setting or "")
    return (float(found[1]), float(found[2])) if found else None


def _lever_title(name: str) -> str:
    flow, _, what = name.rpartition(".")
    flow = flow.removeprefix("plant.")
    return f"{flow} stops in" if what == "stop" else f"{what} of {flow}"


HANDLERS = [*first, one, drawn, scenario, picture, make, exclude]
