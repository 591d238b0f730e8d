"""What a report's text may not do: hide, reverse or smuggle characters past the reader.

Unicode has characters that draw nothing but change what is seen: controls that reverse the order of letters
("Trojan Source", Boucher and Anderson 2021), zero-width ones, tags. Each is shown as its code point instead. The
joiners that Persian, Indic scripts and emoji need are left alone.
"""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """The text with every unseen character written as its code point: "[U+202E]"."""
    return UNSEEN.sub(lambda match: code_point(match[0]), text)


def code_point(character: str) -> str:
    """How an unseen character is shown."""
    return f"[U+{ord(character):04X}]"
