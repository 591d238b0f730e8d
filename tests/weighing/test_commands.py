"""The commands as one types them: what they print, and what they say to bad input."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from gold import Story, documents, reader
from telling_stories import claim, exactly, report
from test_casebook_findings import small

from stocktake import casebook
from stocktake.cli import main


@pytest.fixture
def address(casebook_address: str) -> str:
    told = small()
    with casebook.open(casebook_address, reader=reader(told)) as book:
        book.add_documents(documents(told))
    return casebook_address


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def records(capfdbinary: pytest.CaptureFixture[bytes], *words: str) -> list[dict[str, object]]:
    assert main([*words, "--jsonl"]) == 0
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_findings_why_and_their_neighbours(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--casebook", address, "findings")
    assert status == 0
    assert "Iran supplied ≥ 400 drones to Russia" in out
    assert "2 findings." in err
    finding = next(line.split()[0] for line in out.splitlines() if "400" in line)
    _, why, _ = run(capsys, "--casebook", address, "why", finding)
    assert "John Kirby, 2023-05-15" in why
    assert "grade C" in why
    assert "Reprint ← John Kirby" in why
    assert "“More than 400 drones" in why
    for verb, expected in (
        ("conflicts", "it is not so"),
        ("positions", "denied"),
        ("timeline", "2023-05-15"),
        ("sources", "answers by name"),
    ):
        status, out, _ = run(capsys, "--casebook", address, verb)
        assert status == 0
        assert expected in out, verb


def test_what_denies_another_number_says_so_beside_its_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slots = {"agent": "Ukraine", "recipient": "Russia", "item": "drones", "time": "2025-01-17"}
    told = []
    for name, sentence, more in (
        ("a", "946 of them were shot down, Harbour Courier writes.", {"quantity": exactly(946)}),
        ("b", "914 were not, Kyiv Daily writes.", {"quantity": exactly(914), "negated": True}),
    ):
        one = report(name, "2025-01-18", f"Paper {name}", f"Headline {name}", sentence)
        told.append(Story(one, (claim(one, sentence, "loss", **slots, **more),), (), ()))
    address, page = str(tmp_path / "a.casebook"), tmp_path / "page.md"
    with casebook.open(address, reader=reader(told)) as book:
        book.add_documents(documents(told))
        (finding,) = book.findings()
    _, why, _ = run(capsys, "--casebook", address, "why", finding.id)
    assert "Paper b  not, another number: not weighed here\n" in why
    assert why.count("another number") == 1
    assert main(["--casebook", address, "dossier", "-o", str(page)]) == 0
    assert "Paper b (outlet, C, another number: not weighed here):" in page.read_text()


def test_positions_on_what_was_last_reported_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for month in (3, 1, 4, 2):
        sentence = f"Ukraine shot down {month}00 drones, its air force said."
        one = report(f"r{month}", f"2024-{month:02}-28", "Paper", f"Headline {month}", sentence)
        slots = {
            "item": "drones",
            "quantity": exactly(month * 100),
            "time": f"2024-{month:02}-20",
            "sources": ("Ukraine",),
        }
        told.append(Story(one, (claim(one, sentence, "loss", "Ukraine", "Russia", **slots),), (), ()))
    address = str(tmp_path / "a.casebook")
    with casebook.open(address, reader=reader(told)) as book:
        book.add_documents(documents(told))
    _, out, _ = run(capsys, "--casebook", address, "positions")
    assert [row.split("2024-")[1][:2] for row in out.splitlines()[1:]] == ["04", "03", "02", "01"]


@pytest.mark.parametrize("verb", ["findings", "timeline", "conflicts", "positions", "sources"])
def test_records_and_spreadsheets(address: str, verb: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    found = records(capfdbinary, "--casebook", address, verb)
    assert found
    assert main(["--casebook", address, verb, "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert len(rows) > len(found) or verb == "conflicts"
    assert len({len(row) for row in rows}) == 1


def test_deciding_on_the_command_line(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with casebook.open(address) as book:
        ids = [f.id for f in book.findings()]
    status, _, err = run(capsys, "--casebook", address, "merge", *ids, "--reason", "one delivery", "--author", "ana")
    assert (status, "has 5 claims now" in err) == (0, True)
    with casebook.open(address) as book:
        whole = next(book.findings())
    status, _, err = run(capsys, "--casebook", address, "split", whole.id, whole.claims[-1])
    assert (status, "the claims are finding" in err) == (0, True)
    status, _, err = run(
        capsys, "--casebook", address, "sources", "John Kirby", "--grade", "B", "--reason", "often right"
    )
    assert (status, "John Kirby is graded B" in err) == (0, True)
    status, _, err = run(capsys, "--casebook", address, "sources", "--learn")
    assert (status, "too thinly known" in err) == (0, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("why", "f999"), "no finding has an id that begins with 'f999'"),
        (("merge", "f999", "f998"), "no finding has an id that begins with 'f999'"),
        (("sources", "Nobody", "--grade", "B"), "no source called 'Nobody' has spoken"),
        (("sources", "John Kirby", "--grade", "Z"), "'Z' is no Admiralty reliability"),
        (("sources", "--grade", "B"), "--grade needs the name of the source"),
        (("sources", "--reason", "x"), "belong to a decision"),
        (("findings", "--jsonl", "--csv"), "exclude each other"),
        (("findings", "--event", "tranfer"), "did you mean transfer"),
        (("conflicts", "--kind", "deny"), "there is no kind 'deny'"),
        (("weigh", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    address: str, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "--casebook", address, *words)
    assert status == 2
    assert message in " ".join(err.replace("│", " ").split())


def test_lines_that_are_no_reports_are_named_and_the_rest_is_weighed(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    claim = {"quote": "Iran sent Russia drones.", "event": "transfer", "agent": "Iran", "recipient": "Russia"}
    good = {"id": "a", "text": claim["quote"], "claims": [{**claim, "finding": "never read", "origin": "never read"}]}
    lines = [
        json.dumps(good),
        "{not json",
        json.dumps({"id": "b"}),
        json.dumps({"id": "c", "text": "x"}),
        json.dumps({"id": "d", "text": "x", "claims": [{"quote": "x", "event": "explosion"}]}),
        json.dumps(
            {
                "id": "e",
                "text": "x",
                "claims": [{"quote": "x", "event": "use", "time": {"start": "2023-02-30", "end": None}}],
            }
        ),
        json.dumps({"id": "g", "text": "x", "claims": [], "published": "yesterday"}),
        json.dumps(good),
        json.dumps({"id": "f", "text": "", "claims": []}),
        json.dumps({"id": "h", "text": "x", "claims": [{**claim, "id": "c1"}, {**claim, "id": "c1"}]}),
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    status = main(["weigh", str(tmp_path / "in.jsonl"), "--jsonl"])
    out, err = capfdbinary.readouterr()
    assert status == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a", "f"]
    told = err.decode()
    for number, words in (
        (2, "is no JSON"),
        (3, "is no report"),
        (4, 'has no list of "claims"'),
        (5, "claim 1 does not fit (Invalid enum value 'explosion'"),
        (6, "claim 1 does not fit"),
        (7, "does not fit a report"),
        (8, "a second time"),
        (10, "the id of another"),
    ):
        assert f"line {number}: " in told
        assert words in told
    label = json.loads(out.splitlines()[0])["claims"][0]
    assert "never read" not in label.values()


def test_reports_that_quote_one_another_in_a_circle_have_one_origin(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def told(name: str, outlet: str, chain: list[str], copy_of: str) -> str:
        quote = f"Iran sent Russia 400 drones, {chain[0]} reported, citing {chain[1]}."
        claim = {"quote": quote, "event": "transfer", "agent": "Iran", "recipient": "Russia", "item": "drones",
                 "quantity": {"low": 400, "high": 400}, "sources": chain}  # fmt: skip
        return json.dumps({"id": name, "outlet": outlet, "text": quote, "copy_of": copy_of, "claims": [claim]})

    lines = [
        told("a", "CNN", ["Reuters", "CNN", "Reuters"], "b"),
        told("b", "Reuters", ["CNN", "Reuters"], "c"),
        told("c", "Kyiv Daily", ["Reuters", "CNN", "Reuters"], "a"),
        told("self", "Kyiv Daily", ["Reuters", "Reuters"], "self"),
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["weigh", str(tmp_path / "in.jsonl"), "--jsonl"]) == 0
    labels = [json.loads(line)["claims"][0] for line in capfdbinary.readouterr().out.splitlines()]
    assert len({label["finding"] for label in labels}) == 1
    assert len({label["origin"] for label in labels}) == 1


def test_claims_without_party_or_date_are_weighed_within_their_report(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Nobody can say that two reports that name no party speak of one happening."""
    bare = [{"quote": "Drones were sent.", "event": "transfer"}, {"quote": "Drones were sent on.", "event": "transfer"}]
    lines = [
        json.dumps({"id": name, "text": "Drones were sent. Drones were sent on.", "claims": bare}) for name in "ab"
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["weigh", str(tmp_path / "in.jsonl"), "--jsonl"]) == 0
    found = [json.loads(line)["claims"] for line in capfdbinary.readouterr().out.splitlines()]
    assert [len({label["finding"] for label in labels}) for labels in found] == [1, 1]
    assert found[0][0]["finding"] != found[1][0]["finding"]


def test_what_was_read_into_a_file_is_weighed_as_it_is_from_lines(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines, table, other = (tmp_path / name for name in ("in.jsonl", "in.parquet", "other.parquet"))
    report = {"id": "a", "text": "Iran sent Russia 40 drones in May 2023, Kyiv said.", "published": "2023-06-02"}
    lines.write_text(json.dumps(report), encoding="utf-8")
    assert main(["read", str(lines), "--out", str(table)]) == 0
    assert main(["read", str(lines), "--jsonl"]) == 0
    read = json.loads(capfdbinary.readouterr().out.splitlines()[-1])
    lines.write_text(json.dumps(report | read), encoding="utf-8")
    told = []
    for given in (lines, table):
        assert main(["weigh", str(given), "--jsonl"]) == 0
        told.append(capfdbinary.readouterr().out)
    assert told[0] == told[1]
    assert json.loads(told[0])["claims"]
    other.write_bytes(b"PAR2")
    assert main(["weigh", str(other)]) == 2
    assert "holds no claims" in capfdbinary.readouterr().err.decode()
