"""A report's text cut into runs: every character in one run, claims on their words, unseen characters shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stocktake.casebook.deciding import Standing
from stocktake.vocabulary import Claim, EventType, Span
from stocktake.web.marks import paragraphs, sentence_around
from stocktake.web.visible import UNSEEN, visible

TEXT = "Plant begins work\nIran sent Russia 400 drones, officials said. Tehran denied it.\nNothing more."
SENTENCE = "Iran sent Russia 400 drones, officials said."


def claim(name: str, quote: str, trigger: str | None = None, **slots: str) -> Standing:
    start = TEXT.index(quote)
    spans = {slot: (_span(words),) for slot, words in slots.items()}
    if trigger:
        spans["trigger"] = (_span(trigger),)
    return Standing(
        claim=Claim(
            id=name, report="r", start=start, end=start + len(quote), quote=quote, event=EventType.transfer, spans=spans
        ),
        read=None,
    )


def _span(words: str) -> Span:
    return Span(TEXT.index(words), TEXT.index(words) + len(words))


def test_words_of_the_event_are_marked() -> None:
    drawn = paragraphs(TEXT, [claim("a", SENTENCE, "sent")], None, headline=True)
    marked = [run.text for paragraph in drawn for run in paragraph.runs if run.mark]
    assert marked == ["sent"]
    assert [paragraph.headline for paragraph in drawn] == [True, False, False]


def test_slots_of_the_chosen_claim_are_named_at_their_end() -> None:
    standing = claim("a", SENTENCE, "sent", agent="Iran", recipient="Russia", item="drones")
    drawn = paragraphs(TEXT, [standing], "a", headline=False)
    named = {run.text: run.ending for paragraph in drawn for run in paragraph.runs if run.ending}
    assert named == {"Iran": ("agent",), "Russia": ("recipient",), "drones": ("item",)}
    chosen = "".join(run.text for paragraph in drawn for run in paragraph.runs if run.chosen)
    assert chosen == SENTENCE


def test_a_claim_without_words_hangs_at_its_sentences_end() -> None:
    drawn = paragraphs(TEXT, [claim("a", SENTENCE)], None, headline=False)
    (run,) = [run for paragraph in drawn for run in paragraph.runs if run.at_end]
    assert run.text.endswith("officials said.")


def test_claims_that_share_words_are_walked_through() -> None:
    both = [claim("a", SENTENCE, "sent"), claim("b", SENTENCE, "sent")]
    first_offered = []
    for chosen in (None, "a", "b"):
        runs = [run for p in paragraphs(TEXT, both, chosen, headline=False) for run in p.runs if run.mark]
        first_offered.append(runs[0].mark.first.claim.id)
    assert first_offered == ["a", "b", "a"]


@given(
    st.text(alphabet=st.sampled_from("ab .\n\u202e\u200bé😀"), max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)), max_size=5),
)
def test_runs_hold_the_text_whole_and_know_their_offset(text: str, places: list[tuple[int, int, int, int]]) -> None:
    standings = []
    for number, place in enumerate(places):
        start, first, last, end = sorted(min(p, len(text)) for p in place)
        spans = {"trigger": (Span(first, last),)} if first < last else {}
        standings.append(
            Standing(
                claim=Claim(
                    id=str(number),
                    report="r",
                    start=start,
                    end=end,
                    quote=text[start:end],
                    event=EventType.use,
                    spans=spans,
                ),
                read=None,
            )
        )
    for paragraph in paragraphs(text, standings, "0", headline=False):
        at = paragraph.runs[0].at
        for run in paragraph.runs:
            assert run.at == at
            original = text[at : at + 1] if run.control else run.text
            assert text[at : at + len(original)] == original
            assert visible(original) == run.text
            at += len(original)
        assert at == len(text) or text[at] == "\n"


def test_no_unseen_character_is_left() -> None:
    hostile = "invoice\u202efdp.exe \u2066x\u2069 zero\u200bwidth tag\U000e0041 nul\x00"
    assert not UNSEEN.search(visible(hostile))
    assert visible("Iran\u202e") == "Iran[U+202E]"
    assert visible("میخواهم می\u200cخواهم 👩\u200d🔬") == "میخواهم می\u200cخواهم 👩\u200d🔬"


def test_a_selection_grows_to_its_sentence() -> None:
    at = TEXT.index("denied")
    span = sentence_around(TEXT, at, at + 6, [])
    assert TEXT[span.start : span.end] == "Tehran denied it."
    at = TEXT.index("400")
    span = sentence_around(TEXT, at, at + 3, [claim("a", SENTENCE).claim])
    assert TEXT[span.start : span.end] == SENTENCE
