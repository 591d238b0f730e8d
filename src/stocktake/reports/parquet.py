"""Reads a Parquet file of reports: a row a report, columns named as JSON Lines names fields (pyarrow, extra `cluster`).

Rows are taken a few at a time, so that memory is bounded by a few reports; a row's bytes are its fields as JSON.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import msgspec

from stocktake.reports import limits
from stocktake.reports.json_lines import Line, from_record
from stocktake.reports.obtained import Hints, Item, Items, Unreadable
from stocktake.reports.whole import read_whole
from stocktake.vocabulary import Failure

_ROWS = 16  # rows in memory at once
_TEXT = "text"


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The reports of a Parquet file, in its order."""
    try:
        from pyarrow import ArrowException
        from pyarrow import parquet as pq
    except ImportError:
        raise Unreadable(
            "is Parquet, which a bare installation does not read; install '.[tables]' in place of '.'"
        ) from None
    try:
        table = pq.ParquetFile(stream if stream.seekable() else io.BytesIO(read_whole(stream, limits.DOCUMENT)))
        columns = [field for field in Line.__struct_fields__ if field in table.schema_arrow.names]
        if _TEXT not in columns:
            raise Unreadable("is Parquet without a column named text; name the columns as the fields of JSON Lines are")
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield _from_row(row, f"{name}:{number}", hints)
    except (ArrowException, OSError, UnicodeDecodeError):
        raise Unreadable("is Parquet that is damaged; write it again") from None
    if not number:
        raise Unreadable("is Parquet without a row; give one that holds reports")


def _from_row(row: dict[str, Any], name: str, hints: Hints) -> Item:
    fields = {key: value for key, value in row.items() if value is not None}
    if "published" in fields:
        fields["published"] = str(fields["published"])
    try:
        line = msgspec.convert(fields, Line)
        return from_record(line, msgspec.json.encode(fields), hints)
    except Unreadable as error:
        return Failure(name, str(error))
    except (msgspec.ValidationError, UnicodeError, ValueError) as error:
        return Failure(name, f"is not a report ({error}); correct the row")
