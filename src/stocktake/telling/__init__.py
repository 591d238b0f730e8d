"""What people see: one wording for numbers, periods and chains, tables, marked text, dossiers, exports.

The wording is here at the door; tables (Rich) are in `telling.tables`, a report with its claims marked in
`telling.marked`.
"""

from stocktake.telling.elsewhere import from_elsewhere
from stocktake.telling.formats import (
    OWN_VOICE,
    bare,
    chain,
    chain_from,
    counted,
    date,
    day_from,
    goods,
    known,
    language,
    number,
    parties,
    period,
    period_from,
    printable,
    probability,
    quantity,
    quantity_from,
    short_id,
    slot_from,
)
from stocktake.telling.grounds import ASIDE, path_words, term_words
from stocktake.telling.titles import counted_by, finding_title

__all__ = [
    "ASIDE",
    "OWN_VOICE",
    "bare",
    "chain",
    "chain_from",
    "counted",
    "counted_by",
    "date",
    "day_from",
    "finding_title",
    "from_elsewhere",
    "goods",
    "known",
    "language",
    "number",
    "parties",
    "path_words",
    "period",
    "period_from",
    "printable",
    "probability",
    "quantity",
    "quantity_from",
    "short_id",
    "slot_from",
    "term_words",
]
