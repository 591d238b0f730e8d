"""Programmes in the casebook: their files and series as journal entries, their observations, forecasts kept.

A programme, a series, an observation left out or read differently are decisions; observations are made from the
findings by the forecasting room's table and from the series, then those decisions are applied. A forecast that was
made is kept under a key of everything that it depends on, and made again when any of it changes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.faults import CasebookError, InvalidDecision
from stocktake.casebook.keep import Kept
from stocktake.casebook.selecting import ClaimFilter
from stocktake.casebook.tables import TEXT, metadata
from stocktake.vocabulary import Claim, Decision, EventType, Forecast, Observation, Programme

if TYPE_CHECKING:
    from stocktake.forecasting import Lever, Posterior, Pull, Series, Worth

KEPT = 12  # forecasts of a programme that are kept
VERSION = "2"  # of the model: another one makes every kept forecast old

forecasts = sa.Table(
    "forecasts",
    metadata,
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("programme", TEXT, nullable=False),
    sa.Column("made", TEXT, nullable=False),
    sa.Column("body", TEXT, nullable=False),
    sa.Column("draws", sa.LargeBinary),
    sa.Index("forecasts_by_programme", "programme", "made"),
)


class TooFar(CasebookError):
    """A what-if that the draws held cannot answer."""


class Programmes(Kept):
    """What a casebook knows of programmes."""

    # ----------------------------------------------------------------------------------------- programmes

    def programmes(self) -> tuple[Programme, ...]:
        """The programmes that are followed, by name."""
        found = {d.target: d.value for d in self.in_force() if d.action == "programme"}
        return tuple(_sound(_programme, found[name]) for name in sorted(found) if found[name] is not None)

    def programme(self, name: str | None = None) -> Programme:
        """The programme of that name, or the only one."""
        found = self.programmes()
        if name is None and len(found) == 1:
            return found[0]
        if not found:
            raise CasebookError(
                "no programme is followed yet: `stocktake programme new` asks for one and writes it, "
                "`stocktake programme add FILE` takes one into the casebook"
            )
        names = ", ".join(p.name for p in found)
        if name is None:
            raise CasebookError(f"several programmes are followed ({names}): say which")
        for programme in found:
            if programme.name == name:
                return programme
        raise CasebookError(f"no programme is called {name!r}: there are {names}")

    def follow(self, programme: Programme, *, reason: str = "", author: str | None = None) -> Decision | None:
        """Takes a programme in, or its new version; None where it is there as it is."""
        value = _plain(programme)
        current = {d.target: d.value for d in self.in_force() if d.action == "programme"}
        if current.get(programme.name) == value:
            return None
        with self.writing() as connection:
            return self.append(
                connection, action="programme", target=programme.name, value=value, reason=reason, author=author
            )

    def follow_files(self, source: str | Path) -> tuple[Programme, ...]:
        """Takes in the programme files (TOML) that a path is or holds."""
        from stocktake import forecasting

        path = Path(source)
        files = sorted(path.rglob("*.toml")) if path.is_dir() else [path] if path.suffix == ".toml" else []
        found = []
        for file in files:
            programme = _sound(forecasting.read_programme, file)
            self.follow(programme, reason=f"from {file.name}")
            found.append(programme)
        return tuple(found)

    # ----------------------------------------------------------------------------------------- observations

    def add_series(
        self, programme: Programme, series: Series, *, reason: str = "", author: str | None = None
    ) -> Decision:
        """Takes a series of counts in for a programme; one of the same name is replaced."""
        value = {"programme": programme.name, "series": _plain(series)}
        target = f"{programme.name}/{series.name}"
        with self.writing() as connection:
            return self.append(connection, action="series", target=target, value=value, reason=reason, author=author)

    def observations(self, programme: Programme | str | None = None) -> tuple[Observation, ...]:
        """Every observation that bears on a programme, those left out marked `excluded`, by day of publication."""
        from stocktake import forecasting

        wanted = programme if isinstance(programme, Programme) else self.programme(programme)
        decisions = self.in_force()
        made = list(forecasting.observations_from(wanted, self._findings(), self._origins(), self._output()))
        series = {d.target: d.value for d in decisions if d.action == "series"}
        for value in series.values():
            if value["programme"] == wanted.name:
                made += forecasting.series_observations(wanted, msgspec.convert(value["series"], forecasting.Series))
        by_id = {o.id: o for o in made}
        for d in decisions:
            if d.target not in by_id:
                continue
            if d.action == "exclude":
                by_id[d.target] = msgspec.structs.replace(by_id[d.target], excluded=True)
            elif d.action == "remap":
                by_id[d.target] = _sound(forecasting.remapped, wanted, by_id[d.target], d.value)
        return tuple(sorted(by_id.values(), key=lambda o: (o.published, o.id)))

    def exclude(self, observation: str, *, reason: str = "", author: str | None = None) -> Decision:
        """Leaves an observation out; `undo` brings it back."""
        return self._about("exclude", observation, None, reason, author)

    def remap(
        self, observation: str, changes: Mapping[str, Any], *, reason: str = "", author: str | None = None
    ) -> Decision:
        """Reads an observation differently: another path, part, measure, bounds, period or standing."""
        return self._about("remap", observation, dict(changes), reason, author)

    def _about(self, action: str, given: str, value: Any, reason: str, author: str | None) -> Decision:
        from stocktake import forecasting

        found = [(p, o) for p in self.programmes() for o in self.observations(p) if o.id.startswith(given)]
        if len(found) != 1:
            what = "no observation has" if not found else "several observations have"
            raise InvalidDecision(f"{what} an id that begins with {given!r}: `stocktake observations` lists them")
        programme, observation = found[0]
        if value is not None:
            wrong = forecasting.nonsense(_sound(forecasting.remapped, programme, observation, value))
            if wrong:
                raise InvalidDecision(f"this does not make an observation: {wrong}")
        with self.writing() as connection:
            return self.append(
                connection, action=action, target=observation.id, value=value, reason=reason, author=author
            )

    def _findings(self) -> Iterable[Any]:
        findings = getattr(self, "findings", None)
        return findings() if findings is not None else ()

    def _output(self) -> dict[str, Claim]:
        """The claims of output, whose words tell a capacity from what was made."""
        claims = getattr(self, "claims", None)
        wanted = ClaimFilter(event=EventType.production)
        return {claim.id: claim for claim in claims(wanted)} if claims is not None else {}

    def _origins(self) -> dict[str, Any]:
        origins = getattr(self, "origins", None)
        return {origin.id: origin for origin in origins()} if origins is not None else {}

    # ----------------------------------------------------------------------------------------- forecasts

    def forecast(
        self,
        programme: Programme | str | None = None,
        as_of: dt.date | None = None,
        horizon: int | None = None,
        seed: int = 0,
    ) -> Forecast:
        """The forecast, as kept where nothing that it depends on has changed, else made now."""
        wanted, observations, key = self._asked(programme, as_of, horizon, seed)
        kept = self._kept(key)
        if kept is not None:
            return kept
        return self._make(wanted, observations, as_of, horizon, seed, key)[0]

    def forecast_kept(
        self,
        programme: Programme | str | None = None,
        as_of: dt.date | None = None,
        horizon: int | None = None,
        seed: int = 0,
    ) -> Forecast | None:
        """The forecast if it is kept and still holds; None says that `forecast` would have to make it."""
        return self._kept(self._asked(programme, as_of, horizon, seed)[2])

    def forecast_last(self, programme: str) -> Forecast | None:
        """The last forecast that was made of a programme, whether or not it still holds."""
        query = sa.select(forecasts.c.body).where(forecasts.c.programme == programme)
        with self.reading() as connection:
            body = connection.execute(query.order_by(forecasts.c.made.desc()).limit(1)).scalar()
        return msgspec.json.decode(body, type=Forecast) if body else None

    def scenario(
        self,
        programme: Programme | str | None,
        settings: Mapping[str, str],
        as_of: dt.date | None = None,
        horizon: int | None = None,
        seed: int = 0,
        afresh: bool = False,
    ) -> Forecast:
        """What the forecast would be under settings such as {"imports.stop": "2024-01"}.

        It is made from the draws held, in about a second; where the settings move the picture too far for that,
        TooFar is raised, and `afresh` makes a forecast of its own.
        """
        from stocktake import forecasting

        if afresh:
            wanted = programme if isinstance(programme, Programme) else self.programme(programme)
            under = _sound(forecasting.with_settings, wanted, settings)
            return msgspec.structs.replace(self.forecast(under, as_of, horizon, seed), scenario=dict(settings))
        held = self.posterior(programme, as_of, horizon, seed)
        try:
            answer = forecasting.scenario(held, settings, seed)
        except forecasting.ProgrammeError as problem:
            raise CasebookError(str(problem)) from problem
        except forecasting.Untrusted as problem:
            raise TooFar(str(problem)) from problem
        return forecasting.summary(answer, seed, dict(settings))

    def levers(self, programme: Programme | str | None = None) -> tuple[Lever, ...]:
        """What a scenario of a programme can set."""
        from stocktake import forecasting

        return forecasting.levers(programme if isinstance(programme, Programme) else self.programme(programme))

    def pull(
        self,
        programme: Programme | str | None = None,
        as_of: dt.date | None = None,
        horizon: int | None = None,
        seed: int = 0,
    ) -> tuple[tuple[Pull, ...], tuple[Worth, ...]]:
        """How much each origin moves each result, and which unknown would narrow it most."""
        from stocktake import forecasting

        held = self.posterior(programme, as_of, horizon, seed)
        return forecasting.pulls(held, seed), forecasting.worths(held)

    def posterior(
        self,
        programme: Programme | str | None = None,
        as_of: dt.date | None = None,
        horizon: int | None = None,
        seed: int = 0,
    ) -> Posterior:
        """The draws behind a forecast, as kept or made now."""
        from stocktake import forecasting

        wanted, observations, key = self._asked(programme, as_of, horizon, seed)
        with self.reading() as connection:
            draws = connection.execute(sa.select(forecasts.c.draws).where(forecasts.c.key == key)).scalar()
        if draws is not None:
            return forecasting.unpack(draws)
        return self._make(wanted, observations, as_of, horizon, seed, key)[1]

    def _asked(
        self, programme: Programme | str | None, as_of: dt.date | None, horizon: int | None, seed: int
    ) -> tuple[Programme, tuple[Observation, ...], str]:
        wanted = programme if isinstance(programme, Programme) else self.programme(programme)
        observations = tuple(o for o in self.observations(wanted) if not o.excluded)
        asked = msgspec.json.encode((VERSION, wanted, observations, as_of, horizon, seed))
        return wanted, observations, hashlib.sha256(asked).hexdigest()

    def _kept(self, key: str) -> Forecast | None:
        with self.reading() as connection:
            body = connection.execute(sa.select(forecasts.c.body).where(forecasts.c.key == key)).scalar()
        return msgspec.json.decode(body, type=Forecast) if body else None

    def _make(
        self,
        programme: Programme,
        observations: tuple[Observation, ...],
        as_of: dt.date | None,
        horizon: int | None,
        seed: int,
        key: str,
    ) -> tuple[Forecast, Posterior]:
        from stocktake import forecasting

        try:
            held = forecasting.fit(programme, observations, as_of=as_of, horizon=horizon, seed=seed)
        except (forecasting.ProgrammeError, forecasting.Untrusted) as problem:
            raise CasebookError(str(problem)) from problem
        made = forecasting.summary(held, seed)
        row = {
            "key": key,
            "programme": programme.name,
            "body": msgspec.json.encode(made).decode(),
            "draws": forecasting.pack(held),
        }
        of_programme = forecasts.c.programme == programme.name
        with self.writing() as connection:
            last = connection.execute(sa.select(sa.func.max(forecasts.c.made)).where(of_programme)).scalar()
            connection.execute(forecasts.delete().where(forecasts.c.key == key))
            connection.execute(forecasts.insert(), {**row, "made": _after(last)})
            newest = sa.select(forecasts.c.key).where(of_programme).order_by(forecasts.c.made.desc()).limit(KEPT)
            keep = connection.execute(newest).scalars().all()
            connection.execute(forecasts.delete().where(of_programme, forecasts.c.key.not_in(keep)))
        return made, held


def _after(last: str | None) -> str:
    """Now, or just after the last one made where the clock went back: the newest is the one shown and kept."""
    now = dt.datetime.now(dt.UTC)
    if last is not None:
        now = max(now, dt.datetime.fromisoformat(last) + dt.timedelta(microseconds=1))
    return now.isoformat(timespec="microseconds")


def _plain(struct: Any) -> Any:
    """A struct as JSON values, as the journal keeps them."""
    return msgspec.json.decode(msgspec.json.encode(struct))


def _programme(value: Any) -> Programme:
    return msgspec.convert(value, Programme, strict=False)


def _sound(call: Any, *arguments: Any) -> Any:
    """Calls the forecasting room, its sentences as the casebook's."""
    from stocktake import forecasting

    try:
        return call(*arguments)
    except (forecasting.ProgrammeError, forecasting.Untrusted) as problem:
        raise CasebookError(str(problem)) from problem
