"""What leaves the casebook: `export` for other tools, `dossier` for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stocktake.cli.filters import Event, Item, Party, Since, Until
from stocktake.cli.findings import Least, LeastOrigins, wanted

if TYPE_CHECKING:
    from stocktake.casebook import FindingFilter

PANEL = "Handing on"


def register(app: typer.Typer) -> None:
    """Put the verbs on the command line."""
    app.command(rich_help_panel=PANEL)(export)
    app.command(rich_help_panel=PANEL)(dossier)


def forms_from(incomplete: str) -> list[str]:
    """The forms that begin so, for a shell that completes them."""
    from stocktake.telling.exports import FORMS

    return [form for form in FORMS if form.startswith(incomplete)]


def export(
    context: typer.Context,
    form: Annotated[
        str, typer.Argument(autocompletion=forms_from, help="ftm, register, jsonld, parquet, sqlite or ics.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")],
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    min_origins: LeastOrigins = None,
) -> None:
    """Write findings and what they rest on for other tools."""
    from stocktake.cli.session import opened, say
    from stocktake.telling import exports

    if form not in exports.FORMS:
        raise typer.BadParameter(f"there is no export {form!r}; give one of {', '.join(exports.FORMS)}")
    asked = _limited(wanted(event, party, item, since, until, min_probability, min_origins=min_origins))
    _check_folder(output)
    with opened(context) as book:
        count = exports.export(book, form, output, asked)
    say(f"{output}: {count} records, {exports.FORMS[form]}")


def dossier(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write: .html, .md or .pdf.")
    ],
    title: Annotated[str | None, typer.Option("--title", help="The dossier's title.")] = None,
    finding: Annotated[
        list[str] | None, typer.Option("--finding", metavar="ID", help="Only this finding; may be given several times.")
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", help="Add the forecast of this programme, with its charts.")
    ] = None,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    min_origins: LeastOrigins = None,
) -> None:
    """Write one self-contained document to hand to an editor: findings, evidence, charts, sources, method."""
    from stocktake.cli.session import opened, say
    from stocktake.telling.dossier import FORMATS, write
    from stocktake.telling.dossier.gathering import collect

    if output.suffix.lower() not in FORMATS:
        raise typer.BadParameter(f"{output.name} ends in none of {', '.join(FORMATS)}; name the form by its ending")
    _check_folder(output)
    asked = _limited(wanted(event, party, item, since, until, min_probability, min_origins=min_origins))
    with opened(context) as book:
        made = collect(book, asked, title=title, findings=finding or (), programme=programme)
    if not made.entries and not made.figures:
        say("No finding fits, and nothing is written. `stocktake findings` lists what there is.")
        raise typer.Exit(1)
    try:
        write(made, output)
    except ValueError as problem:
        say(f"stocktake: {problem}")
        raise typer.Exit(1) from None
    say(f"{output}: {len(made.entries)} findings on {len(made.reports)} reports")


def _check_folder(output: Path) -> None:
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.parent}; make it or name another")


def _limited(asked: FindingFilter) -> FindingFilter | None:
    """The filter, None when it limits nothing: then claims that are in no finding are handed on too."""
    return None if asked == type(asked)() else asked
