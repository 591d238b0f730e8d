"""Reads any number of reports, on this machine's cores or on a Ray cluster, into one Parquet file.

The inputs are cut, in their order, into chunks of a fixed number of reports; a chunk is read whole by one
worker and written as a part (made beside its place, then moved there). A killed run leaves whole parts only,
and the next run reads just the chunks that have none. At the end the parts are joined in order, a row group
each, so the file is the same byte for byte whichever engine read it and however often it was interrupted.
Memory is bounded by a few chunks a worker. What could not be read stands in a side file, with reasons.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from stocktake import reports
from stocktake.vocabulary import Claim, Failure, Report

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 64
T = TypeVar("T")
Engine = Literal["local", "ray"]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: `resumed` counts the reports found read already by an earlier, interrupted run."""

    reports: int = 0
    claims: int = 0
    failures: int = 0
    resumed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class Chunk(msgspec.Struct, frozen=True):
    """Consecutive reports (and failures) of one input file, and the part that they become."""

    part: str
    items: tuple[Report | str, ...]
    failures: tuple[Failure, ...]


def read_many(
    inputs: Sequence[str | Path],
    out: Path,
    *,
    engine: Engine = "local",
    address: str | None = None,
    workers: int | None = None,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Read every report of `inputs` (files or folders) into the Parquet file `out`, one row a report.

    `engine` "local" uses `workers` processes of this machine (all cores when None), "ray" the cluster at
    `address` (a local one when None). Failures are collected in `out` + ".failures.jsonl". Call it again after
    a crash and it goes on; raises ValueError when the parts that lie there come from other inputs.
    """
    paths = _files(inputs)
    parts = out.with_name(out.name + ".parts")
    _claim_folder(parts, paths)
    tally = Tally()
    run = _read_on_ray if engine == "ray" else _read_on_cores
    for done in run(paths, parts, address, workers):
        tally += done
        progress(tally)
    _join(parts, out, len(paths))
    return tally


def schema() -> pa.Schema:
    """The columns of the Parquet file: a report a row, its claims nested; text only where there are claims."""
    import pyarrow as pa

    span = pa.struct([("start", pa.int32()), ("end", pa.int32())])
    quantity = pa.struct(
        [
            ("low", pa.float64()),
            ("high", pa.float64()),
            ("unit", pa.string()),
            ("per", pa.string()),
            ("approximate", pa.bool_()),
        ]
    )
    claim = pa.struct(
        [
            ("id", pa.string()),
            ("start", pa.int32()),
            ("end", pa.int32()),
            ("quote", pa.string()),
            ("event", pa.string()),
            *((slot, pa.string()) for slot in ("agent", "recipient", "item", "place")),
            ("quantity", quantity),
            ("time", pa.struct([("start", pa.date32()), ("end", pa.date32())])),
            ("sources", pa.list_(pa.string())),
            ("stance", pa.string()),
            ("modality", pa.string()),
            ("negated", pa.bool_()),
            ("confidence", pa.float64()),
            ("spans", pa.map_(pa.string(), pa.list_(span))),
            ("why", pa.map_(pa.string(), pa.string())),
        ]
    )
    return pa.schema(
        [
            ("id", pa.string()),
            *((name, pa.string()) for name in ("url", "outlet", "title")),
            ("published", pa.date32()),
            ("language", pa.string()),
            ("text", pa.string()),
            ("claims", pa.list_(claim)),
        ]
    )


def rows(path: Path) -> Iterator[tuple[Report, tuple[Claim, ...]]]:
    """The reports of such a file that have claims, with their claims, a row group in memory at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for row in file.read_row_group(group).to_pylist(maps_as_pydicts="strict"):
                claims = row.pop("claims")
                if claims:
                    yield msgspec.convert(row, Report), tuple(_claim(row["id"], values) for values in claims)


def write_claims(read: Iterable[tuple[Report, Sequence[Claim]]], path: Path) -> None:
    """Write reports read elsewhere in the same form: what `rows` gives back."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def write(draft: Path) -> None:
        with pq.ParquetWriter(draft, schema(), compression="zstd") as writer:
            for group in batched(read, CHUNK):
                writer.write_table(pa.Table.from_pylist([_row(*pair) for pair in group], schema=schema()))

    _write_whole(path, write)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    walk = iter(items)
    while group := list(islice(walk, size)):
        yield group


def is_claims_file(path: Path) -> bool:
    """Whether `path` is a Parquet file of read reports, as `read_many` writes them."""
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return False
    return bool(pq.read_schema(path).equals(schema()))


# ------------------------------------------------------------------------------------------ chunks and parts


def _files(inputs: Sequence[str | Path]) -> list[Path]:
    """Every file of the inputs, folders walked in sorted order."""
    paths: list[Path] = []
    for name in inputs:
        path = Path(name)
        if path.is_dir():
            paths += sorted(p for p in path.rglob("*") if p.is_file())
        else:
            paths.append(path)
    return paths


def _claim_folder(parts: Path, paths: Sequence[Path]) -> None:
    """Make the folder of parts, or make sure that the one there was begun from the same inputs and code."""
    from stocktake.reading import VERSION

    stamp = {
        "reader": VERSION,
        "chunk": CHUNK,
        "inputs": [[str(p), p.stat().st_size if p.exists() else None] for p in paths],
    }
    manifest = parts / "manifest.json"
    if manifest.exists():
        if json.loads(manifest.read_text()) != stamp:
            raise ValueError(
                f"{parts} holds parts read from other inputs or by another version; "
                "remove that folder or choose another --out"
            )
        return
    parts.mkdir(parents=True, exist_ok=True)
    _write_whole(manifest, lambda p: p.write_text(json.dumps(stamp)))


def _chunks(number: int, path: str, parts: str) -> Iterator[Chunk]:
    """Cut one input file into chunks; a chunk whose part lies there already carries ids in place of reports."""
    taken: list[Report] = []
    failures: list[Failure] = []
    count = 0

    def chunk() -> Chunk:
        part = f"{number:06d}-{count:06d}.parquet"
        known = (Path(parts) / part).exists()
        return Chunk(part, tuple(r.id if known else r for r in taken), tuple(failures))

    for item in reports.load(path):
        if isinstance(item, Failure):
            failures.append(item)
            continue
        taken.append(item.report)
        if len(taken) == CHUNK:
            yield chunk()
            count += 1
            taken, failures = [], []
    if taken or failures:
        yield chunk()


def _read_chunk(chunk: Chunk, parts: str) -> Tally:
    """Read a chunk and write its part and its failures; a chunk that is there already is only counted."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(parts)
    fresh = [item for item in chunk.items if isinstance(item, Report)]
    if len(fresh) < len(chunk.items):
        return _told_before(folder / chunk.part, len(chunk.items))
    table, failures = [], list(chunk.failures)
    n_claims = 0
    for report in fresh:
        try:
            claims = _read(report)
        except Exception as error:
            # One report that the reader trips over must not cost the other millions: it is named and kept aside.
            failures.append(Failure(report.id, f"the reader failed on this report ({type(error).__name__}: {error})"))
            continue
        n_claims += len(claims)
        table.append(_row(report, claims))
    side = _side(folder / chunk.part)
    if failures:
        lines = b"".join(msgspec.json.encode(f) + b"\n" for f in failures)
        _write_whole(side, lambda p: p.write_bytes(lines))
    columns = pa.Table.from_pylist(table, schema=schema())
    _write_whole(folder / chunk.part, lambda p: pq.write_table(columns, p, compression="zstd"))
    return Tally(reports=len(table), claims=n_claims, failures=len(failures))


def _told_before(part: Path, count: int) -> Tally:
    """What a part of an earlier run holds, and what failed then."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    claims = pc.sum(pc.list_value_length(pq.read_table(part, columns=["claims"])["claims"])).as_py() or 0
    failures = _side(part).read_bytes().count(b"\n") if _side(part).exists() else 0
    return Tally(resumed=count, claims=claims, failures=failures)


def _side(part: Path) -> Path:
    """Where a part's failures stand."""
    return part.with_name(part.name + ".failures.jsonl")


def _read(report: Report) -> tuple[Claim, ...]:
    from stocktake import reading

    return reading.read(report)


def _row(report: Report, claims: Sequence[Claim]) -> dict[str, Any]:
    row = {name: getattr(report, name) for name in ("id", "url", "outlet", "title", "published", "language")}
    return row | {"text": report.text if claims else None, "claims": [_nested(c) for c in claims]}


def _nested(claim: Claim) -> dict[str, Any]:
    values = msgspec.structs.asdict(claim)
    values.pop("report")
    for slot in ("quantity", "time"):
        values[slot] = msgspec.structs.asdict(values[slot]) if values[slot] is not None else None
    values["sources"] = list(claim.sources)
    values["spans"] = {slot: [msgspec.structs.asdict(s) for s in spans] for slot, spans in claim.spans.items()}
    return values


def _claim(report: str, values: dict[str, Any]) -> Claim:
    spans = {slot: [[s["start"], s["end"]] for s in found] for slot, found in (values["spans"] or {}).items()}
    return msgspec.convert(values | {"report": report, "spans": spans, "why": values["why"] or {}}, Claim)


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the place, flush to disk, then move there: the file is whole or absent."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()


def _join(parts: Path, out: Path, files: int) -> None:
    """Join the parts in order into `out`, and their failures into the side file; then the parts go."""
    import pyarrow.parquet as pq

    names = sorted(p for p in parts.glob("*.parquet") if not p.name.startswith("."))

    def write(draft: Path) -> None:
        with pq.ParquetWriter(draft, schema(), compression="zstd") as writer:
            for name in names:
                table = pq.read_table(name)
                if table.num_rows:
                    writer.write_table(table)

    failures = out.with_name(out.name + ".failures.jsonl")
    lines = [p.read_bytes() for p in sorted(parts.glob("[0-9]*.failures.jsonl"))]
    if lines:
        _write_whole(failures, lambda p: p.write_bytes(b"".join(lines)))
    else:
        failures.unlink(missing_ok=True)
    _write_whole(out, write)
    for part in parts.glob("*.parquet*"):
        part.unlink()
    shutil.rmtree(parts)  # the manifest last: parts that a kill leaves here are known for what they are


# ------------------------------------------------------------------------------------------------- engines


def _read_on_cores(paths: Sequence[Path], parts: Path, address: str | None, workers: int | None) -> Iterator[Tally]:
    """Chunks go to a pool of processes, at most two waiting a worker."""
    count = workers or os.cpu_count() or 1
    waiting: deque[Future[Tally]] = deque()
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        for number, path in enumerate(paths):
            for chunk in _chunks(number, str(path), str(parts)):
                waiting.append(pool.submit(_read_chunk, chunk, str(parts)))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _read_on_ray(paths: Sequence[Path], parts: Path, address: str | None, workers: int | None) -> Iterator[Tally]:
    """A Ray Data stream: files → chunks → parts. Every machine must see the inputs and the output folder."""
    try:
        import ray
        from ray.data import ActorPoolStrategy, DataContext
    except ImportError as error:
        raise ValueError(
            "--engine ray needs Ray, which a bare installation leaves out: install '.[cluster]' in place of '.'"
        ) from error

    try:
        ray.init(
            address=address or "local",
            include_dashboard=False if address is None else None,
            num_cpus=(workers or os.cpu_count()) if address is None else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
            ignore_reinit_error=True,
        )
    except ConnectionError as error:
        raise ValueError(f"no Ray cluster answers at {address}: give the address of its head") from error
    try:
        context = DataContext.get_current()
        context.enable_progress_bars = False
        # A block is the unit that travels: about one chunk, so that a single big file spreads over all workers.
        context.target_max_block_size = 1 << 18
        files = [{"number": n, "path": str(p.resolve())} for n, p in enumerate(paths)]
        folder = str(parts.resolve())

        def cut(batch: dict[str, Any]) -> Iterator[dict[str, list[bytes]]]:
            for number, path in zip(batch["number"], batch["path"], strict=True):
                for chunk in _chunks(int(number), str(path), folder):
                    yield {"chunk": [msgspec.msgpack.encode(chunk)]}

        cores = ray.cluster_resources().get("CPU", 1)  # type: ignore[no-untyped-call]
        pool = ActorPoolStrategy(min_size=1, max_size=workers or max(1, int(cores)))
        stream = (
            ray.data.from_items(files, override_num_blocks=len(files))
            # A fraction of a core keeps cutting and reading from being fused, which would bind a file to a worker.
            .map_batches(cut, batch_size=1, num_cpus=0.1)
            .map_batches(_RayReader, fn_constructor_args=(folder,), batch_size=1, compute=pool, num_cpus=0.9)
        )
        for row in stream.iter_rows():
            yield Tally(**row)
    finally:
        ray.shutdown()


class _RayReader:
    """One reader a worker process: its model is loaded once."""

    def __init__(self, parts: str) -> None:
        self.parts = parts

    def __call__(self, batch: dict[str, Iterable[bytes]]) -> dict[str, list[int]]:
        tallies = [_read_chunk(msgspec.msgpack.decode(bytes(b), type=Chunk), self.parts) for b in batch["chunk"]]
        return {name: [getattr(t, name) for t in tallies] for name in Tally.__struct_fields__}
