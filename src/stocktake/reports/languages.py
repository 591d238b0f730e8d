"""Says which language a text is in, well enough to know whether the reader can read it.

The script that most letters belong to is found first, then the language of that script whose function words
(languages.toml) are the largest share of the words. A text of a script not listed, or one whose words fit no
listed language, is "und" (ISO 639: undetermined); a Latin text too short to tell is taken for English, which a
bare headline mostly is here.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

_SAMPLE = 4_000  # characters looked at: more adds nothing
_FEW = 20  # words below which a Latin text is too short to tell
_LEAST = 0.05  # share of function words that a running text of a language has at the very least
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {"latin": re.compile(r"[A-Za-zÀ-ɏ]"), "cyrillic": re.compile(r"[Ѐ-ӿ]"), "arabic": re.compile(r"[؀-ۿ]")}
_OTHER = re.compile(r"[^\W\d_]")
_PERSIAN = re.compile(r"[پچژگکی]")  # letters that Arabic does not write


@cache
def _function_words() -> dict[str, dict[str, frozenset[str]]]:
    table = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
    return {
        script: {language: frozenset(words.split()) for language, words in languages.items()}
        for script, languages in table.items()
    }


def detect(text: str) -> str:
    """The ISO 639-1 code of the language most of `text` is in, or "und"."""
    sample = text[:_SAMPLE]
    letters = {script: len(pattern.findall(sample)) for script, pattern in _SCRIPTS.items()}
    script = max(letters, key=lambda name: letters[name])
    if letters[script] * 2 < len(_OTHER.findall(sample)):
        return "und"
    words = Counter(word.lower() for word in _WORD.findall(sample))
    total = sum(words.values())
    if script == "latin" and total < _FEW:
        return "en"
    shares = {
        language: sum(words[word] for word in listed) / max(total, 1)
        for language, listed in _function_words()[script].items()
    }
    best = max(shares, key=lambda language: shares[language])
    # A table in English has few function words, but they are English ones.
    if shares[best] >= _LEAST or (best == "en" and shares["en"] > 0):
        return best
    return _by_letters(sample, script) if total < _FEW else "und"


def _by_letters(sample: str, script: str) -> str:
    """A headline may hold no function word; some letters give a language away."""
    if script == "arabic":
        return "fa" if _PERSIAN.search(sample) else "ar"
    return "uk" if re.search(r"[іїєґ]", sample.lower()) else "ru"
