"""How languages write months and the signs of numbers: Unicode's CLDR data, by Babel."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale
from babel.dates import get_month_names

# The languages whose months are read. Not all of CLDR: "listopad" is October in Croatian and
# November in Polish and Czech, and a file does not say which language it is in.
LANGUAGES = (
    *("en", "de", "de_AT", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi"),
    *("pl", "cs", "ru", "tr", "hu", "ro", "el"),
)
WRITTEN = (*LANGUAGES, "de_CH", "ar", "fa", "he")  # those whose signs of numbers are read
# Of no language in CLDR, but in files: by month.
MORE_MONTHS = {3: ("mrz", "maerz"), 9: ("setiembre",)}
# What word processors make of a hyphen and an apostrophe.
TYPOGRAPHIC = {"‐": "-", "‑": "-", "‒": "-", "–": "-", "﹣": "-", "’": "'"}


@cache
def months() -> tuple[frozenset[str], ...]:
    """The names of the twelve months, folded, in the cases that dates have; also without accents.

    Example:
        >>> sorted({"march", "märz", "marca", "mart", "fevrier"} & months()[2])
        ['marca', 'march', 'mart', 'märz']
    """
    by_month: list[set[str]] = [set(MORE_MONTHS.get(month, ())) for month in range(1, 13)]
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, language).items():
                    by_month[month - 1].add(name.casefold().rstrip("."))
    return tuple(frozenset(names | {_bare(name) for name in names}) for names in by_month)


@cache
def signs() -> dict[int, str]:
    """For `str.translate`: signs of numbers in other scripts and typography, as ASCII.

    Minus signs, the decimal sign and the grouping of Arabic digits; marks of the writing direction
    around a sign go away.

    Example:
        >>> "−1٫5".translate(signs())
        '-1.5'
    """
    ascii_of = dict(TYPOGRAPHIC)
    for language in WRITTEN:
        for symbols in Locale.parse(language).number_symbols.values():
            for c in symbols.get("minusSign", "") + symbols.get("plusSign", ""):
                if unicodedata.category(c) == "Cf":  # a mark of the direction
                    ascii_of[c] = ""
            for c in symbols.get("minusSign", ""):
                if unicodedata.category(c) == "Sm":
                    ascii_of[c] = "-"
            for name, plain in (("decimal", "."), ("group", ",")):
                sign = symbols.get(name, "")
                if len(sign) == 1 and not sign.isspace():
                    ascii_of[sign] = plain
    return str.maketrans({c: plain for c, plain in ascii_of.items() if not c.isascii()})


def _bare(name: str) -> str:
    """Without accents: "fevrier" for "février"."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
