"""Stocktake from Python: the commands' verbs on an open casebook, with results that show well in a notebook.

import stocktake as st
book = st.open("drones.casebook")
book.add("samples")
book.findings(item="drones").to_pandas()
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import msgspec

from stocktake import casebook, telling
from stocktake.telling import dossier, exports
from stocktake.telling.dossier.gathering import collect, drawn
from stocktake.telling.elsewhere import LEGEND, MARK, marked
from stocktake.vocabulary import Claim, Conflict, Decision, Finding, Forecast, Position, Report

if TYPE_CHECKING:
    import pandas
    import polars

T = TypeVar("T", bound=msgspec.Struct)
SHOWN_ROWS = 50


def open(address: str | Path = "stocktake.casebook") -> Book:
    """Open the casebook at `address` (a file, made when absent, or a postgresql:// URL)."""
    return Book(casebook.open(address))


class Table(Sequence[T], Generic[T]):
    """Records of one kind: a sequence that becomes a data frame, and a table in a notebook."""

    def __init__(self, records: Iterable[T], caption: str = "") -> None:
        self._records = tuple(records)
        self.caption = caption

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Table[T]: ...
    def __getitem__(self, index: int | slice) -> T | Table[T]:
        if isinstance(index, slice):
            return Table(self._records[index], self.caption)
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<{len(self)} {self.caption or 'records'}>"

    def to_dicts(self) -> list[dict[str, Any]]:
        """A flat dictionary a record: bounds and days in columns of their own, lists as lists."""
        return [_flat(record) for record in self._records]

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas data frame (extra `tables`)."""
        import pandas

        return pandas.DataFrame(self.to_dicts())

    def to_polars(self) -> polars.DataFrame:
        """A Polars data frame (extra `tables`)."""
        import polars

        return polars.DataFrame(self.to_dicts(), infer_schema_length=None)

    def _repr_html_(self) -> str:
        rows = [_shown(record) for record in self._records[:SHOWN_ROWS]]
        if not rows:
            return f"<p>No {html.escape(self.caption or 'records')}.</p>"
        head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
        body = "".join("<tr>" + "".join(f"<td>{html.escape(v)}</td>" for v in row.values()) + "</tr>" for row in rows)
        more = f" ({len(self) - len(rows)} more)" if len(self) > len(rows) else ""
        legend = f"; {LEGEND}" if any(MARK in value for row in rows for value in row.values()) else ""
        caption = html.escape(f"{len(self)} {self.caption}{more}{legend}")
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class MarkedReport:
    """A report with its claims marked in the text."""

    def __init__(self, report: Report, claims: Sequence[Claim]) -> None:
        self.report = report
        self.claims = Table(claims, "claims")

    def __repr__(self) -> str:
        return f"<report {self.report.id[:12]}, {len(self.claims)} claims>"

    def _repr_html_(self) -> str:
        return _marked(self.report, tuple(self.claims))


class Book:
    """An open casebook. Use it in a `with` block, or `close` it."""

    def __init__(self, kept: casebook.Casebook) -> None:
        self._kept = kept

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self._kept.close()

    # ------------------------------------------------------------------------------------------ reports

    def add(
        self,
        source: str | Path,
        *,
        published: dt.date | None = None,
        outlet: str | None = None,
        allow_private: bool = False,
    ) -> casebook.Added:
        """Take a file, folder or URL; what was new, what was known, and what failed with its reason."""
        return self._kept.add(source, published=published, outlet=outlet, allow_private=allow_private)

    def reports(self) -> Table[Report]:
        """All reports, by day of publication."""
        return Table(self._kept.reports(), "reports")

    def report(self, identity: str) -> MarkedReport:
        """One report by its id or the beginning of it, with its claims marked."""
        report = self._kept.report(identity)
        return MarkedReport(report, tuple(self._kept.claims(casebook.ClaimFilter(report=report.id))))

    # ------------------------------------------------------------------------------------------ claims

    def claims(self, **filters: Any) -> Table[Claim]:
        """Claims with decisions applied; filters as in `stocktake claims` (event, party, item, since, until, ...)."""
        return Table(self._kept.claims(msgspec.convert(filters, casebook.ClaimFilter)), "claims")

    def decide(
        self, action: str, target: str, value: Any = None, *, reason: str = "", author: str | None = None
    ) -> Decision:
        """Put a decision in the journal: accept, reject or set a claim, merge or split findings, grade a source."""
        return self._kept.decide(action, target, value, reason=reason, author=author)

    def undo(self, number: int | None = None, *, reason: str = "", author: str | None = None) -> Decision:
        """Take a decision back, the author's last when no number is given."""
        return self._kept.undo(number, reason=reason, author=author)

    def journal(self) -> Table[Decision]:
        """Who decided what, when and why."""
        return Table(self._kept.journal(), "decisions")

    # ------------------------------------------------------------------------------------------ findings

    def findings(self, **filters: Any) -> Table[Finding]:
        """What the claims come to; filters as in `stocktake findings` (event, party, item, min_probability, ...)."""
        return Table(self._kept.findings(msgspec.convert(filters, casebook.FindingFilter)), "findings")

    def conflicts(self) -> Table[Conflict]:
        """Findings that cannot all be so."""
        return Table(self._kept.conflicts(), "conflicts")

    def positions(self) -> Table[Position]:
        """What each party said of a finding, and since when."""
        return Table(self._kept.positions(), "positions")

    # ------------------------------------------------------------------------------------------ forecasts

    def forecast(
        self, programme: str | None = None, *, as_of: dt.date | None = None, horizon: int | None = None
    ) -> ShownForecast:
        """The forecast of a programme followed: by name, or the only one there is."""
        return ShownForecast(self._kept.forecast(programme, as_of=as_of, horizon=horizon))

    # ------------------------------------------------------------------------------------------ telling

    def export(self, form: str, path: str | Path) -> int:
        """Write an export (`ftm`, `register`, `jsonld`, `parquet`, `sqlite`, `ics`); how many records it has."""
        return exports.export(self._kept, form, Path(path))

    def dossier(
        self, path: str | Path, *, title: str | None = None, programme: str | None = None, **filters: Any
    ) -> Path:
        """Write a dossier (.html, .md or .pdf) of the findings that the filters let through."""
        wanted = msgspec.convert(filters, casebook.FindingFilter) if filters else None
        dossier.write(collect(self._kept, wanted, title=title, programme=programme), Path(path))
        return Path(path)


class ShownForecast:
    """A forecast that shows its charts in a notebook and becomes a data frame."""

    def __init__(self, forecast: Forecast) -> None:
        self.forecast = forecast

    def __repr__(self) -> str:
        return f"<forecast of {self.forecast.programme} as of {self.forecast.as_of}>"

    def to_dicts(self) -> list[dict[str, Any]]:
        """A row a path and month: median and the bounds of the bands."""
        return list(_months(self.forecast))

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas data frame (extra `tables`)."""
        import pandas

        return pandas.DataFrame(self.to_dicts())

    def _repr_html_(self) -> str:
        notes = "".join(f"<p><strong>{html.escape(note)}</strong></p>" for note in self.forecast.notes)
        return notes + "".join(f"<figure>{chart.svg}</figure>" for chart in drawn(self.forecast))


def _months(forecast: Forecast) -> Iterator[dict[str, Any]]:
    for path in forecast.paths:
        for i, month in enumerate(path.months):
            row: dict[str, Any] = {"path": path.name, "month": month, "median": path.median[i]}
            for width, (low, high) in path.bands.items():
                row |= {f"low{width}": low[i], f"high{width}": high[i]}
            yield row


def _flat(record: msgspec.Struct) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(record).items():
        if isinstance(value, msgspec.Struct) and not isinstance(value, tuple):
            out |= {f"{name}_{part}": inner for part, inner in msgspec.structs.asdict(value).items()}
        elif name in ("quantity", "time") and value is None:
            continue
        else:
            out[name] = msgspec.to_builtins(value, builtin_types=(dt.date, dt.datetime))
    return out


def _shown(record: msgspec.Struct) -> dict[str, str]:
    """The few columns that a person looks at first."""
    match record:
        case Claim():
            return {
                "claim": record.id,
                "what": telling.finding_title(record),
                "source": marked(record, "sources", telling.chain(record)),
                "stance": record.stance.value,
                "confidence": telling.probability(record.confidence),
            }
        case Finding():
            return {
                "finding": record.id,
                "what": telling.finding_title(record),
                "probability": telling.probability(record.probability),
                "word": record.word,
                "grade": record.grade,
                "origins": str(len(record.origins_for)),
                "against": str(len(record.origins_against)),
            }
        case Report():
            return {
                "report": record.id[:12],
                "published": str(record.published or "undated"),
                "outlet": record.outlet or "",
                "title": record.title or "",
            }
        case _:
            return {name: str(value) for name, value in msgspec.structs.asdict(record).items()}


def _marked(report: Report, claims: Sequence[Claim]) -> str:
    """The report's text with the sentence of each claim marked, and the claim's title on the mark."""
    text, out, at = report.text, [], 0
    sentences: dict[tuple[int, int], list[Claim]] = {}
    for claim in claims:
        sentences.setdefault((claim.start, claim.end), []).append(claim)
    for (start, end), stated in sorted(sentences.items()):
        if start < at:
            continue
        title = html.escape("; ".join(telling.finding_title(c) for c in stated), quote=True)
        out += [html.escape(text[at:start]), f'<mark title="{title}">', html.escape(text[start:end]), "</mark>"]
        at = end
    out.append(html.escape(text[at:]))
    heading = html.escape(f"{report.outlet or 'Unnamed outlet'}, {report.published or 'undated'}")
    return f'<p><b>{heading}</b></p><div style="white-space: pre-wrap">{"".join(out)}</div>'
