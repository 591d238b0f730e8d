"""Turns a document's bytes into text: by its mark, by the charset it declares, as UTF-8, else by a detector.

A document that says which charset it is in and is not gets refused: reading on would fill claims with garbage. A
few stray bytes (one in a thousand) are common on real pages and become the replacement character.
"""

from __future__ import annotations

import codecs

from stocktake.reports.obtained import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers read under these names (WHATWG Encoding Standard): the Windows page that holds the ISO one.
_AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874"}
_NO_CHARSET = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_STRAY = 1_000  # one stray byte in so many is let pass
_DETECTED = 200_000  # bytes that the detector looks at


def decode(raw: bytes, declared: str | None = None) -> str:
    """The text of `raw`; `declared` is the charset that the document or its carrier names, if any."""
    for mark, charset in _MARKS:
        if raw.startswith(mark):
            return _strictly_enough(raw, charset)
    known = _known(declared)
    if known and known != "utf-8":
        return _strictly_enough(raw, known)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if known:
            return _strictly_enough(raw, known)
    return _by_detection(raw)


def _known(name: str | None) -> str | None:
    try:
        found = codecs.lookup(name.strip()) if name and name.strip().isascii() else None
    except (LookupError, ValueError):
        return None
    # Codecs such as "base64" or "rot13" turn bytes into something else than text.
    if (
        found is None
        or not found._is_text_encoding
        or found.name in {"idna", "punycode", "unicode_escape", "undefined"}
    ):
        return None
    return _AS_BROWSERS_DO.get(found.name, found.name)


def _strictly_enough(raw: bytes, charset: str) -> str:
    text = raw.decode(charset, "replace")
    stray = text.count("�") - raw.count("�".encode()) if "�" in text else 0
    if stray * _STRAY > max(len(text), _STRAY) or (stray and len(text) < _STRAY and stray > 1):
        raise Unreadable(
            f"says that it is in {charset.removesuffix('-sig')}, but its bytes are not; "
            "save it again as UTF-8, or correct the charset it declares"
        )
    return text


def _by_detection(raw: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(raw[:_DETECTED]).best()
    if best is None or best.chaos > 0.2:
        raise Unreadable("is not text in any charset that can be told; save it again as UTF-8")
    return raw.decode(best.encoding, "replace")
