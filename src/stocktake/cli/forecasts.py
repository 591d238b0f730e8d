"""The verbs that follow programmes: their observations, series, forecasts, pulls, scenarios and scores."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from stocktake.casebook import Casebook
    from stocktake.vocabulary import Forecast, Programme

PANEL = "Forecasts"
FITTING = "Fitting the programme; the first time this can take minutes"

Named = Annotated[
    str | None,
    typer.Option("--programme", metavar="NAME|FILE", help="A programme that is followed, or a programme file."),
]
Which = Annotated[
    str | None,
    typer.Argument(metavar="[NAME|FILE]", help="The programme, as --programme names it.", show_default=False),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Use only what was published by this day.  [default: the last one]"),
]
Horizon = Annotated[
    int | None, typer.Option("--horizon", metavar="MONTHS", help="Months ahead.  [default: the programme's]")
]
Seed = Annotated[int, typer.Option("--seed", help="Another seed gives other draws of the same forecast.")]
Reason = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why, for the journal.")]
Lines = Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a record.")]

programmes_app = typer.Typer(no_args_is_help=True, help="Programmes that are followed: new, add, list, show.")


def register(app: typer.Typer) -> None:
    app.add_typer(programmes_app, name="programme", rich_help_panel=PANEL)
    programmes_app.command("new")(programme_new)
    programmes_app.command("add")(programme_add)
    programmes_app.command("list")(programme_list)
    programmes_app.command("show")(programme_show)
    app.command(rich_help_panel=PANEL)(observations)
    app.command(rich_help_panel=PANEL)(observation)
    app.command("add-series", rich_help_panel=PANEL)(add_series)
    app.command(rich_help_panel=PANEL)(forecast)
    app.command(rich_help_panel=PANEL)(pull)
    app.command(rich_help_panel=PANEL)(scenario)
    app.command(rich_help_panel=PANEL)(backtest)


# --------------------------------------------------------------------------------------------- programmes


def programme_new(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")] = Path("programme.toml"),
) -> None:
    """Ask what is to be followed and write a programme file."""
    from stocktake.forecasting import ProgrammeError, check_programme, write_programme
    from stocktake.vocabulary import Part, Parties, Plant
    from stocktake.vocabulary import Programme as Struct

    if file.exists():
        raise typer.BadParameter(f"{file} exists already; name another file")

    def listed(question: str) -> tuple[str, ...]:
        answer = typer.prompt(f"{question} (commas between, empty for none)", default="", show_default=False)
        return tuple(word.strip() for word in answer.split(",") if word.strip())

    title = typer.prompt("What is followed, in a few words")
    name = typer.prompt("A short name", default=re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:24].strip("-"))
    words = listed("Words that reports use for the whole family of items")
    first = typer.prompt("The part whose stock is followed, as one name", default="all")
    parts = [Part(name=first, words=listed("Words that mean this part alone"))] if first != "all" else []
    while parts and (
        other := typer.prompt("Another part of the family (empty for none)", default="", show_default=False)
    ):
        since = typer.prompt("  First month in which it may have been used, like 2024-07")
        parts.append(Part(name=other, words=listed("  Words that mean it"), since=since))
    parties = Parties(
        maker=listed("Who makes them"),
        supplier=listed("Who supplies them from abroad"),
        user=listed("Who uses them"),
        target=listed("Against whom"),
    )
    plants = []
    while plant := typer.prompt("A plant that makes them (empty for none)", default="", show_default=False):
        first_month = typer.prompt(
            "  Earliest month of its start (empty if it ran before)", default="", show_default=False
        )
        starts = (first_month, typer.prompt("  Latest month of its start")) if first_month else None
        plants.append(Plant(name=plant, words=listed("  Other names of it"), starts=starts))
    start = typer.prompt("First month to account for, like 2022-08")
    horizon = typer.prompt("Months to look ahead", default=12, type=int)
    try:
        made = check_programme(
            Struct(
                name=name,
                title=title,
                start=start,
                horizon=horizon,
                words=words,
                part=tuple(parts),
                parties=parties,
                plant=tuple(plants),
            )
        )
    except ProgrammeError as problem:
        raise typer.BadParameter(f"this makes no programme: {problem}") from None
    file.write_text(write_programme(made), "utf-8")
    print(f"wrote {file}; `stocktake programme add {file}` follows it")


def programme_add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Programme files, or folders of them.")],
    reason: Reason = "",
) -> None:
    """Follow the programmes of files: their text goes into the journal."""
    from stocktake.cli import session

    with session.opened(context, create=True) as book:
        for file in files:
            if not file.exists():
                raise typer.BadParameter(f"there is no file {file}; `stocktake programme new` writes one")
            found = book.follow_files(file)
            if not found:
                raise typer.BadParameter(f"{file} is no programme file (TOML) and holds none")
            for programme in found:
                print(f"following {programme.name}: {programme.title}")


def programme_list(context: typer.Context, jsonl: Lines = False) -> None:
    """List the programmes that are followed."""
    from stocktake.cli import session

    with session.opened(context) as book:
        found = book.programmes()
        if jsonl:
            session.records(found)
            return
        from stocktake.telling.forecasts import programmes_table

        counts = [(programme, sum(not o.excluded for o in book.observations(programme))) for programme in found]
        session.show(programmes_table(counts))


def programme_show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which one, where several are followed.")] = None,
) -> None:
    """Print a programme as the file that makes it."""
    from stocktake.cli import session
    from stocktake.forecasting import write_programme

    with session.opened(context) as book:
        print(write_programme(book.programme(name)), end="")


# --------------------------------------------------------------------------------------------- observations


def observations(context: typer.Context, which: Which = None, programme: Named = None, jsonl: Lines = False) -> None:
    """List what the findings and series observe of a programme, each with the finding it comes from."""
    from stocktake.cli import session

    with _working(context, _either(which, programme)) as (book, programmes):
        for wanted in programmes:
            found = book.observations(wanted)
            if jsonl:
                session.records(found)
                continue
            from stocktake.telling.forecasts import observations_table

            if len(programmes) > 1:
                session.show(f"{wanted.name}: {wanted.title}")
            session.show(observations_table(found))


def observation(
    context: typer.Context,
    observation_id: Annotated[str, typer.Argument(metavar="ID", help="The observation's id, or its beginning.")],
    exclude: Annotated[bool, typer.Option("--exclude", help="Leave it out; `stocktake undo` brings it back.")] = False,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FACT=VALUE", help="Read it differently, such as path=imports or high=400."),
    ] = None,
    reason: Reason = "",
) -> None:
    """Show one observation, leave it out, or read it differently; both are entries of the journal."""
    import msgspec

    from stocktake.cli import session

    with session.opened(context) as book:
        if exclude and assign:
            raise typer.BadParameter("either --exclude it or --set something, not both")
        if exclude:
            decision = book.exclude(observation_id, reason=reason)
            print(f"entry {decision.number}: {decision.target} is left out")
            return
        if assign:
            changes = dict(_assignment(text) for text in assign)
            decision = book.remap(observation_id, changes, reason=reason)
            print(f"entry {decision.number}: {decision.target} is read with {', '.join(assign)}")
            return
        found = [o for p in book.programmes() for o in book.observations(p) if o.id.startswith(observation_id)]
        if not found:
            raise typer.BadParameter(f"no observation {observation_id!r}: `stocktake observations` lists them")
        for o in found:
            print(msgspec.json.format(msgspec.json.encode(o), indent=2).decode())


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f'"{text}" sets nothing; write NAME=VALUE')
    return name.strip(), None if value.strip() in ("", "none") else value.strip()


def add_series(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="CSV", help="A table: first a month or a week's first day, then numbers.")
    ],
    observes: Annotated[
        str, typer.Option("--observes", metavar="FLOW", help="What it counts: use, output, imports, losses or stock.")
    ],
    programme: Named = None,
    part: Annotated[
        str | None, typer.Option("--part", metavar="PART", help='Which part it counts.  [default: "all" for use]')
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="The column of numbers.  [default: the second]")
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="WORD", help="What the numbers count, checked against the programme."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The series' name.  [default: the file's]")
    ] = None,
    reason: Reason = "",
) -> None:
    """Add a series of counts from a CSV table to a programme."""
    from stocktake.cli import session
    from stocktake.forecasting import ProgrammeError, read_series

    try:
        content = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise typer.BadParameter(f"{file} cannot be read as a text table: {problem}") from None
    with _working(context, programme, create=True) as (book, programmes):
        wanted = _one(programmes)
        try:
            series = read_series(
                content, wanted, name=name or file.stem, observes=observes, part=part, column=column, unit=unit
            )
        except ProgrammeError as problem:
            raise typer.BadParameter(f"{file}: {problem}") from None
        book.follow(wanted)
        book.add_series(wanted, series, reason=reason or f"from {file.name}")
        if series.gaps:
            session.say(f"{file}: no number for {', '.join(series.gaps)}; these months stay unobserved")
        first, last = series.rows[0].month, series.rows[-1].month
        print(f"series {series.name}: {len(series.rows)} months of {observes}, {first} to {last}, for {wanted.name}")


# --------------------------------------------------------------------------------------------- forecasts


def forecast(
    context: typer.Context,
    which: Which = None,
    programme: Named = None,
    as_of: AsOf = None,
    horizon: Horizon = None,
    seed: Seed = 0,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="PATH=NUMBER", help="Ask when a sum is reached, such as made=6000."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON a programme.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write charts there: PNG, SVG and HTML.")
    ] = None,
) -> None:
    """Forecast output, imports, use and stock by month, from the findings and series."""
    from stocktake.cli import session

    with _working(context, _either(which, programme)) as (book, programmes):
        for wanted in programmes:
            with session.waiting(FITTING):
                found = book.forecast(_with_targets(wanted, target), _day(as_of), horizon, seed)
            _tell(found, json)
            if out is not None:
                _draw(found, out, found.programme)
            elif not json:
                session.say("charts: add -o DIR")


def _tell(found: Forecast, json: bool, compared: Forecast | None = None) -> None:
    from stocktake.cli import session

    if json:
        session.records([found])
        return
    from stocktake.telling.forecasts import forecast_parts

    session.show(*forecast_parts(found, compared))


def _draw(found: Forecast, folder: Path, stem: str) -> None:
    from stocktake.cli import session
    from stocktake.telling.charts import write_charts

    session.say(f"charts: {', '.join(str(path) for path in write_charts(found, folder, stem))}")


def _with_targets(programme: Programme, targets: list[str] | None) -> Programme:
    import msgspec

    from stocktake.forecasting import ProgrammeError, check_programme
    from stocktake.vocabulary import Target

    asked = []
    for text in targets or ():
        path, number = _assignment(text)
        try:
            asked.append(Target(path=path, amount=float(str(number).replace(",", ""))))
        except ValueError:
            raise typer.BadParameter(f'"{number}" in --target {text} is no number') from None
    try:
        return check_programme(msgspec.structs.replace(programme, target=(*programme.target, *asked)))
    except ProgrammeError as problem:
        raise typer.BadParameter(str(problem)) from None


def pull(
    context: typer.Context,
    which: Which = None,
    programme: Named = None,
    as_of: AsOf = None,
    horizon: Horizon = None,
    seed: Seed = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Rank origins by how much each moves each result, and say which unknown would narrow the forecast most."""
    from stocktake.cli import session

    with _working(context, _either(which, programme)) as (book, programmes):
        wanted = _one(programmes)
        with session.waiting(FITTING):
            pulls, worths = book.pull(wanted, _day(as_of), horizon, seed)
        if json:
            session.records([{"programme": wanted.name, "pulls": pulls, "worths": worths}])
            return
        from stocktake.telling.forecasts import pull_parts

        session.show(*pull_parts(pulls, worths))


def scenario(
    context: typer.Context,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="NAME=VALUE", help="imports.stop=2024-01, or an interval: use.share=0.2..0.5."),
    ],
    which: Which = None,
    programme: Named = None,
    as_of: AsOf = None,
    horizon: Horizon = None,
    seed: Seed = 0,
    json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON: the forecast under the settings.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write charts there: PNG, SVG and HTML.")
    ] = None,
) -> None:
    """Compare the forecast with what it would be if a flow stopped, or an unknown lay elsewhere."""
    from stocktake.casebook import TooFar
    from stocktake.cli import session

    chosen = {name: str(value) for name, value in (_assignment(text) for text in settings)}
    with _working(context, _either(which, programme)) as (book, programmes):
        wanted = _one(programmes)
        try:
            with session.waiting(FITTING):
                found = book.scenario(wanted, chosen, _day(as_of), horizon, seed)
        except TooFar:
            session.say("these settings move the picture too far for a quick answer: making a forecast of its own")
            with session.waiting(FITTING):
                found = book.scenario(wanted, chosen, _day(as_of), horizon, seed, afresh=True)
        with session.waiting(FITTING):
            before = book.forecast(wanted, _day(as_of), horizon, seed)
        _tell(found, json, before)
        if out is not None:
            _draw(found, out, f"{found.programme}-scenario")


def backtest(
    context: typer.Context,
    which: Which = None,
    programme: Named = None,
    series: Annotated[
        str | None, typer.Option("--series", metavar="NAME", help="The series to forecast.  [default: the only one]")
    ] = None,
    cutoffs: Annotated[
        str | None,
        typer.Option(
            "--cutoffs", metavar="MONTH,...", help="As-of months.  [default: 8 spread over the last two years]"
        ),
    ] = None,
    horizon: Annotated[int, typer.Option("--horizon", metavar="MONTHS", help="Months ahead.")] = 12,
    peers: Annotated[
        bool, typer.Option("--peers/--no-peers", help="Score naive, drift, AutoETS and AutoARIMA too.")
    ] = True,
    seed: Seed = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Re-run history at past days with only what was known then, and score the forecasts."""
    from stocktake import forecasting
    from stocktake.cli import session

    with _working(context, _either(which, programme)) as (book, programmes):
        wanted = _one(programmes)
        known = tuple(o for o in book.observations(wanted) if not o.excluded)
        try:
            with session.waiting("Forecasting as of each month; this can take minutes"):
                scored = forecasting.backtest(
                    wanted,
                    known,
                    series=series,
                    cutoffs=tuple(c.strip() for c in cutoffs.split(",")) if cutoffs else None,
                    horizon=horizon,
                    peers=peers,
                    seed=seed,
                )
        except (forecasting.ProgrammeError, forecasting.Untrusted, ModuleNotFoundError) as problem:
            raise typer.BadParameter(str(problem)) from None
        if json:
            session.records([scored])
            return
        from stocktake.telling.forecasts import backtest_parts

        session.show(*backtest_parts(scored))


# --------------------------------------------------------------------------------------------- shared


@contextmanager
def _working(
    context: typer.Context, named: str | None, *, create: bool = False
) -> Iterator[tuple[Casebook, tuple[Programme, ...]]]:
    """The casebook and the programmes asked for: one by name or file, else all that are followed.

    A programme file needs no casebook: where there is none an empty one, thrown away afterwards, stands in, and the
    forecast is that of the priors.
    """
    from tempfile import TemporaryDirectory

    from stocktake import casebook
    from stocktake.cli import session

    file = _programme_file(named)
    try:
        book = casebook.open(session.address(context), create=create)
    except casebook.NoCasebook:
        if file is None:
            raise
        with TemporaryDirectory() as folder, casebook.open(Path(folder) / "empty.casebook") as book:
            yield book, _asked(book, named, file)
        return
    with book:
        yield book, _asked(book, named, file)


def _either(which: str | None, programme: str | None) -> str | None:
    """The programme's name, given by itself or with --programme."""
    if which is not None and programme is not None and which != programme:
        raise typer.BadParameter(f"two programmes are named, {which} and {programme}: name one")
    return which if programme is None else programme


def _asked(book: Casebook, named: str | None, file: Programme | None) -> tuple[Programme, ...]:
    if file is not None:
        return (file,)
    if named is not None:
        return (book.programme(named),)
    return book.programmes() or (book.programme(),)


def _programme_file(named: str | None) -> Programme | None:
    if named is None or not (named.endswith(".toml") or Path(named).is_file()):
        return None
    from stocktake.forecasting import ProgrammeError, read_programme

    try:
        return read_programme(named)
    except ProgrammeError as problem:
        raise typer.BadParameter(str(problem)) from None


def _one(programmes: tuple[Programme, ...]) -> Programme:
    if len(programmes) > 1:
        names = ", ".join(programme.name for programme in programmes)
        raise typer.BadParameter(f"several programmes are followed ({names}): name one with --programme")
    return programmes[0]


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    from stocktake.telling import day_from

    try:
        return day_from(text, last=True)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
