"""The origin graph of a finding, drawn on the server: which reports tell it, and where their knowledge comes from.

Three columns: the finding, its origins, the reports. An origin is drawn once however many reports carry it, so that
the eye counts what the arithmetic counts; origins that speak against the finding have broken, red lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from markupsafe import Markup, escape

from stocktake import telling
from stocktake.casebook import Explanation
from stocktake.casebook.browsing import Told
from stocktake.casebook.search import Copy
from stocktake.vocabulary import Claim, Origin
from stocktake.web.visible import visible

WIDTH, ROW, NODE = 900, 30, 24
COLUMNS = (0, 250, 590)
WIDTHS = (170, 270, 310)
MOST_REPORTS = 60


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A box of the drawing."""

    column: int
    y: float
    label: str
    title: str
    href: str = ""
    kind: str = ""


class Edge(msgspec.Struct, frozen=True):
    """A line between two boxes."""

    left: Node
    right: Node
    kind: str = ""


def origin_graph(explanation: Explanation, told: dict[str, Told]) -> Markup:
    """The graph as SVG; empty where there is one report, or so many that no one could see anything."""
    origins = [(evidence.origin, _reports(evidence.claims, told)) for evidence in explanation.evidence]
    if not 2 <= sum(len(reports) for _, reports in origins) <= MOST_REPORTS:
        return Markup("")
    against = {term.origin for term in explanation.credibility.terms if term.against}
    grades = {term.origin: term.grade for term in explanation.credibility.terms}
    nodes: list[Node] = []
    edges: list[Edge] = []
    row = 0.0
    middles: list[Node] = []
    for origin, reports in origins:
        side = "against" if origin.id in against else ""
        boxes = [
            Node(
                column=2,
                y=row + number,
                label=f"{heading.outlet or 'outlet not known'} {telling.date(heading.published)}",
                title=heading.title or heading.id,
                href=f"/reports/{heading.id}?claim={claim}",
            )
            for number, (heading, claim) in enumerate(reports)
        ]
        height = max(1, len(boxes))
        grade = grades.get(origin.id, origin.grade)
        middle = Node(
            column=1,
            y=row + (height - 1) / 2,
            label=f"{grade}  {origin.name}",
            title=_told_of(origin),
            href=f"#{origin.id}",
            kind=side,
        )
        middles.append(middle)
        nodes += [middle, *boxes]
        edges += [Edge(middle, box, side) for box in boxes]
        row += height + 0.25
    whole = Node(
        column=0,
        y=max(0.0, (row - 1.25) / 2),
        label=f"{telling.probability(explanation.finding.probability)} {explanation.finding.grade}",
        title="this finding",
        kind="whole",
    )
    edges += [Edge(whole, middle, middle.kind) for middle in middles]
    return _svg([whole, *nodes], edges, row)


def _told_of(origin: Origin) -> str:
    """What hovering over an origin says."""
    party = ", a party to the event" if origin.party else ""
    return f"{origin.name}, {origin.kind.value}{party}" + (f": {origin.statement}" if origin.statement else "")


def _reports(claims: Sequence[Claim], told: dict[str, Told]) -> list[tuple[Copy, str]]:
    """The reports of an origin's claims, each once, with the first claim in it."""
    found: dict[str, tuple[Copy, str]] = {}
    for claim in claims:
        if claim.id in told:
            found.setdefault(claim.report, (told[claim.id].report, claim.id))
    return list(found.values())


def _svg(nodes: Sequence[Node], edges: Sequence[Edge], rows: float) -> Markup:
    height = rows * ROW + 4
    parts = [
        Markup('<svg class="drawing" viewBox="0 0 {} {:.0f}" role="group" aria-label="{}">').format(
            WIDTH,
            height,
            "Which reports tell this finding, and the origins they go back to; the list below says the same",
        )
    ]
    parts += [_edge(edge) for edge in edges]
    parts += [_node(node) for node in nodes]
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _edge(edge: Edge) -> Markup:
    x1, x2 = COLUMNS[edge.left.column] + WIDTHS[edge.left.column], COLUMNS[edge.right.column]
    y1, y2 = (node.y * ROW + NODE / 2 + 2 for node in (edge.left, edge.right))
    middle = (x1 + x2) / 2
    return Markup('<path class="edge {}" d="M{} {:.1f}C{} {:.1f} {} {:.1f} {} {:.1f}"/>').format(
        edge.kind, x1, y1, middle, y1, middle, y2, x2, y2
    )


def _node(node: Node) -> Markup:
    x, y, width = COLUMNS[node.column], node.y * ROW + 2, WIDTHS[node.column]
    label = visible(node.label)
    most = width // 7
    shown = label if len(label) <= most else label[: most - 1] + "…"
    box = Markup(
        '<g><title>{}</title><rect class="node {}" x="{}" y="{:.1f}" width="{}" height="{}" rx="3"/>'
        '<text class="{}" x="{}" y="{:.1f}">{}</text></g>'
    ).format(
        visible(node.title),
        node.kind,
        x + 0.5,
        y,
        width - 1,
        NODE,
        "inverse" if node.kind == "whole" else "",
        x + 8,
        y + 16,
        escape(shown),
    )
    return Markup('<a href="{}">{}</a>').format(node.href, box) if node.href else box
