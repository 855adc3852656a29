"""Whole numbers from 0 to 9999 in words: English, French and Chinese."""

from __future__ import annotations

MOST = 9999

_ENGLISH = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ENGLISH_TENS = [
    "-",
    "-",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_FRENCH = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_FRENCH_TENS = [
    "-",
    "-",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "-",
    "quatre-vingt",
    "-",
]
_CHINESE = "零一二三四五六七八九"


def english(number: int) -> str:
    """`8721` -> "eight thousand seven hundred twenty-one", without "and", as in the USA.

    Raises:
        ValueError: outside 0 to 9999.
    """
    _check(number)
    if number >= 1000:
        rest = f" {english(number % 1000)}" if number % 1000 else ""
        return f"{_ENGLISH[number // 1000]} thousand{rest}"
    if number >= 100:
        rest = f" {english(number % 100)}" if number % 100 else ""
        return f"{_ENGLISH[number // 100]} hundred{rest}"
    if number < 20:
        return _ENGLISH[number]
    unit = f"-{_ENGLISH[number % 10]}" if number % 10 else ""
    return _ENGLISH_TENS[number // 10] + unit


def french(number: int) -> str:
    """`8281` -> "huit mille deux cent quatre-vingt-un", in the traditional spelling of France.

    The spelling before 1990: hyphens only below a hundred, and not beside "et". "cent" and
    "quatre-vingt" take an s when they end the number; "mille" never does, and stands alone for
    1000. Académie française, Dictionnaire, 9th edition.

    Raises:
        ValueError: outside 0 to 9999.
    """
    _check(number)
    if number >= 1000:
        head = "mille" if number < 2000 else f"{_FRENCH[number // 1000]} mille"
        return f"{head} {french(number % 1000)}" if number % 1000 else head
    if number >= 100:
        head = "cent" if number < 200 else f"{_FRENCH[number // 100]} cent"
        if number % 100:
            return f"{head} {french(number % 100)}"
        return head if number < 200 else f"{head}s"
    if number < 20:
        return _FRENCH[number]
    tens, unit = divmod(number, 10)
    if tens in (7, 9):  # soixante-dix, quatre-vingt-dix: the unit runs from 10 to 19
        tens, unit = tens - 1, unit + 10
    if number == 80:
        return "quatre-vingts"
    if unit == 0:
        return _FRENCH_TENS[tens]
    joint = " et " if unit in (1, 11) and tens != 8 else "-"
    return f"{_FRENCH_TENS[tens]}{joint}{_FRENCH[unit]}"


def chinese(number: int) -> str:
    """`1005` -> "一千零五", in the simplified characters of everyday writing.

    A run of zeros inside is one 零, zeros at the end are silent. 10 to 19 begin with 十; inside a
    larger number the ten is 一十, as in 一百一十. 2 is 二 throughout (两 is heard for 200 and 2000
    as well).

    Raises:
        ValueError: outside 0 to 9999.
    """
    _check(number)
    if number == 0:
        return _CHINESE[0]
    if 10 <= number < 20:
        return f"十{_CHINESE[number % 10] if number % 10 else ''}"
    text, gap = "", False
    for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            text += ("零" if gap and text else "") + _CHINESE[digit] + name
            gap = False
        else:
            gap = True
    return text


def _check(number: int) -> None:
    if not 0 <= number <= MOST:
        raise ValueError(f"Expected a number from 0 to {MOST}, got {number}.")
