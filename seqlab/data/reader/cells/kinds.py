"""What one cell looks like at first sight: missing, or a number, date or truth value.

This is the loose look that finds the delimiter, the header and the footer. What a cell is worth
is decided later and strictly, a whole column at a time, in `numerals` and `times`.
"""

from __future__ import annotations

import re
import unicodedata

from seqlab.data.reader.cldr import signs
from seqlab.data.reader.vocabulary import EXCEL_ERRORS, MISSING

Cells = list[list[str]]  # rows, each with its cells

CURRENCY = (
    r"(?:US|R|A|C|HK|S|NT|NZ|MX)?\$|[€£¥₹₽₩₺฿₫₪₴₦₱¢元円]|R[sS]\.?|USD|EUR|GBP|CHF|JPY|CNY|RMB|INR"
    r"|AUD|CAD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|kr\.?|zł|Kč|Ft"
)
_ORDINAL = re.compile(r"\d{1,3}(st|nd|rd|th)")
_MONTH = r"(?:jan|feb|mar|m[äa]r|apr|ma[iy]|ju[nl]|juil|aug|ao[uû]|sep|o[ck]t|nov|d[eé][cz])"
_DATA = re.compile(
    rf"""[('’<>≤≥~≈]?\s*+(?:{CURRENCY})?\s*+[+\-−–]?\s*+(?:{CURRENCY})?\s*+  # a sign, a currency
    [.,]?\d[\d.,:/ '’\-+TZWQ年月]*                                     # digits of all sorts
    (?:\s?e[+-]?\d++)?\s?(?:[^\s;|]{{0,8}}|{_MONTH}[^\d\s]*+[\ \-./,]*+\d.*)$  # a unit; 5 March
    |(?:[a-z]{{2,9}},?\s)?{_MONTH}[a-zäéû]*[.,]?[\ \-/.']*\d{{1,4}}.*$ # Tue, March 5, 2020
    |(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s\d.*$
    |Q[1-4][\ \-/]?\d{{4}}$
    |[+\-]?inf(?:inity)?$
    |true$|false$""",
    re.IGNORECASE | re.VERBOSE,
)


def is_missing(cell: str) -> bool:
    """Is this a word (or an Excel error) for "no value"?"""
    if cell[:1].isdigit() and "#" not in cell:
        return False
    word = cell.strip().casefold()
    return word in MISSING or word in EXCEL_ERRORS or word.strip("#") == ""


def looks_like_data(cell: str) -> bool:
    """Does the cell look like a number, a date or a truth value rather than like words?"""
    cell = cell.strip()
    if len(cell) > 60 or _ORDINAL.fullmatch(cell):
        return False
    return _DATA.match(plain(cell)) is not None


def plain(cell: str) -> str:
    """The cell with full-width and foreign digits, special blanks and minus signs made ASCII."""
    if cell.isascii():
        return cell
    cell = unicodedata.normalize("NFKC", cell).translate(signs())
    if cell.isascii():
        return cell
    return "".join(str(unicodedata.decimal(c, c)) for c in cell).strip()
