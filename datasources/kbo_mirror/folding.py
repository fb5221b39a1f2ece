"""How names are compared: without regard to accents, case, dots and legal-form words, stored and asked alike."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 300
"""Characters of a folded name; PostgreSQL bounds what an index may hold."""

_APART: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_INITIALS: Final = re.compile(r"(?<!\w)\w\.(?:\s?\w\.)*(?:\w(?!\w))?")
_NOT_WORDS: Final = re.compile(r"[\W_]+")
_ASCII: Final = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
"""What each ASCII character becomes: the short way, for most names."""
_PHRASES: Final = re.compile(
    r"\b(?:naamloze vennootschap|besloten vennootschap(?: met beperkte aansprakelijkheid)?|commanditaire vennootschap"
    r"|cooperatieve vennootschap|vennootschap onder firma|vereniging zonder winstoogmerk|societe anonyme"
    r"|societe a responsabilite limitee|societe privee a responsabilite limitee|societe cooperative"
    r"|societe en commandite|societe en nom collectif|association sans but lucratif|aktiengesellschaft)\b"
)
_LEGAL_FORMS: Final = frozenset(
    (
        *("nv", "sa", "ag", "bv", "bvba", "sprl", "srl", "gmbh", "ebvba", "sprlu", "cv", "cvba"),
        *("cvoa", "sc", "scrl", "scris", "scri", "vof", "snc", "gcv", "commv", "comv", "scs", "sca"),
        *("comva", "vzw", "asbl", "voe", "ivzw", "aisbl", "inzw", "scomm", "esv", "gie", "ltd", "inc"),
        *("llc", "plc", "sarl", "sas"),
    )
)


def folded(name: str) -> str:
    """Small letters and digits in words with one blank between; a name of legal-form words alone keeps them."""
    text = name
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold().translate(_APART))
        text = "".join([each for each in text if not unicodedata.combining(each)])
    if "." in text:
        text = _INITIALS.sub(_together, text)
    words = (text.translate(_ASCII) if text.isascii() else _NOT_WORDS.sub(" ", text.lower())).split()
    if len(text) > 14:
        joined = " ".join(words)
        if "vennoot" in joined or "soci" in joined or "winstoog" in joined or "aktien" in joined:
            words = _PHRASES.sub(" ", joined).split() or words
    if _LEGAL_FORMS.isdisjoint(words):
        return " ".join(words)[:LONGEST]
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words)[:LONGEST]


def _together(initials: re.Match[str]) -> str:
    return initials[0].replace(".", "").replace(" ", "") + " "
