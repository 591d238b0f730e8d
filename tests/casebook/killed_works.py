"""Works for the tests to kill: each says "started", then "done ID" for what it was told is stored. Run by path.

add takes 60 reports in; reread and weigh make all claims and findings again, over and over; decide writes decisions.
"""

from __future__ import annotations

import sys

from line_reports import obtained, read_lines

from stocktake import casebook
from stocktake.casebook import Casebook, CasebookError, ClaimFilter, Reader

REPORTS = [
    obtained(
        f"Story {n}\ntransfer: Iran -> Russia: drones {n}\nuse: Russia -> Ukraine: drones\n", published="2022-10-18"
    )
    for n in range(60)
]
ROUNDS = 60


def add(book: Casebook) -> None:
    for report in REPORTS:
        book.add_documents([report])
        print("done", report.report.id, flush=True)


def reread(book: Casebook) -> None:
    for _ in range(ROUNDS // 10):
        book.reread(everything=True)


def decide(book: Casebook) -> None:
    claims = list(book.claims(ClaimFilter(rejected=None)))
    for n, claim in enumerate(claims[:ROUNDS]):
        verb = ("accept", "reject")[n % 2]
        print("done", book.decide(verb, claim.id, reason="seen").number, flush=True)
        if n % 5 == 4:
            print("done", book.undo().number, flush=True)


def weigh(book: Casebook) -> None:
    for _ in range(ROUNDS // 10):
        book.weigh(afresh=True)


WORKS = {"add": add, "reread": reread, "weigh": weigh, "decide": decide}


if __name__ == "__main__":
    with casebook.open(sys.argv[2], reader=Reader(read_lines, "lines 1")) as opened:
        print("started", flush=True)
        try:
            WORKS[sys.argv[1]](opened)
        except CasebookError as fault:
            print("fault", fault, flush=True)
            sys.exit(fault.status)
