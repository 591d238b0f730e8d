"""Whatever the bytes, every parser answers with reports and sentences: Hypothesis and the corpus of old findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .making import broken_promises, seeds

CORPUS = Path(__file__).resolve().parents[2] / "fuzz" / "corpus"
GOOD = {kind: [raw for raw in raws if raw] for kind, raws in seeds().items()}
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> bytes:
    """A good document with some of its bytes changed, cut or doubled."""
    raw = bytearray(draw(st.sampled_from(GOOD[kind])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        cut = draw(st.sampled_from([0, 1, 5, 60]))
        raw[at : at + cut] = draw(st.binary(max_size=8) | st.just(bytes(raw[at : at + 200])))
    return bytes(raw)


@pytest.mark.parametrize("kind", [kind for kind in GOOD if GOOD[kind]])
@FEW
@given(data=st.data())
def test_a_damaged_document_breaks_no_promise(kind: str, data: st.DataObject) -> None:
    assert broken_promises(data.draw(damaged(kind)), f"damaged.{kind}") == []


@pytest.mark.parametrize("kind", list(GOOD))
@FEW
@given(raw=st.binary(max_size=400))
def test_any_bytes_under_any_name_break_no_promise(kind: str, raw: bytes) -> None:
    assert broken_promises(raw, f"any.{kind}") == []


@FEW
@given(text=st.text(max_size=300), name=st.sampled_from(["a.txt", "a.html", "a.jsonl", "a.eml", "a.rss", "a"]))
def test_any_text_breaks_no_promise(text: str, name: str) -> None:
    assert broken_promises(text.encode("utf-8", "surrogatepass"), name) == []


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*-*")), ids=lambda path: path.name)
def test_what_once_broke_breaks_no_more(path: Path) -> None:
    assert broken_promises(path.read_bytes(), f"damaged{path.suffix}") == []
