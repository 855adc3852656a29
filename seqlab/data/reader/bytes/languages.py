"""How much a decoded text looks like a language: the right encoding makes words, others do not.

A file with a few names beyond ASCII is all there is to go by, so no statistics of whole texts are
used, only what each word tells, however often it stands there: which letters its language has,
where capitals may stand, and which characters of a large script are frequent.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# The look behind keeps a long run of letters from being read again from each of them.
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]*+[^\x00-\x7f][A-Za-z\x80-\U0010ffff]*")
_SYMBOLS = frozenset("€£¥§°µ²³±·×÷«»“”‘’„–—…•™®©¼½¾¿¡ºª\xa0№")
_LATIN = {
    "cp1252": (
        *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíõóôúü", "àèéìíòóù", "åäöæøé", "ëïéèöü"),
        "áéíóúàèìòùâêîôûäëïöüãõñçåæøß",  # several of them in one file
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıiöşüâîû",),
    "iso8859-2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "cp850": ("äöüß", "àâçéèêëîïôùû", "áéíñóúü", "åäöæøé"),
    "mac_roman": ("äöüß", "àâçéèêëîïôùû", "áéíñóúü", "åäöæøé"),
}
SEVERAL = 0.975  # letters of several languages count less than those of one language
# Where two encodings make words of a file, the more usual one counts.
_WEIGHTS = {
    **{"cp1252": 1.0, "cp1250": 0.99, "cp1254": 0.985, "iso8859-2": 0.98, "cp1257": 0.96},
    **{"cp850": 0.9, "mac_roman": 0.89, "cp1251": 1.0, "koi8-r": 0.995, "iso8859-7": 0.96},
    **{"cp1255": 0.95, "cp1256": 0.94, "cp874": 0.93},
}
# Frequent in texts, and in the names of columns.
_CHINESE = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可"
    "里后小么心多天而能好都没日于起还发成事作当想看文无开手十用主行方又如前所本见经头面公同三已老从"
    "動两长知期间温度湿值数量价格销售编号名称月区城市平均最高低总计类别标签风速气压降水雨站点类型单位"
    "時間溫濕數價銷編號稱區總計類風氣壓國來說們這個對會學過後發開長東車馬"
)
_JAPANESE = frozenset(
    "日付時刻気温湿度値数量価格売上番号名前年月曜地域都市平均最高低大小合計種別天候風速圧降水雨店舗商"
    "品人国会社東京大阪県区町村場所単位備考晴曇期間電力消費"
)
_HANGUL = frozenset(
    "이다는의에을가고하은지로한사기인도리자대어스나정부서시아일전보수장해만있라그과들제것소주상구원성연"
    "조공세를년월날짜간온습값매출판량격름역울산번호강풍속압최저평균합계점품종류분초금액명국내외비율"
)


def likeness(codec: str, text: str) -> float:
    """How well `text`, which `codec` gave, looks like words of its languages: 0 to about 1.2."""
    if codec in _LATIN:
        words = set(_WORD.findall(text))
        fits = [_latin(words, letters) for letters in _LATIN[codec]]
        if codec == "cp1252":
            fits[-1] *= SEVERAL
        return _WEIGHTS[codec] * max(fits)
    if codec in _ALPHABETS:
        return _WEIGHTS[codec] * _share(set(_WORD.findall(text)), _ALPHABETS[codec])
    return _large(text, *_LARGE[codec])


def _latin(words: set[str], alphabet: str) -> float:
    """The share of the characters beyond ASCII that belong to one Latin alphabet."""
    letters = {*alphabet, *alphabet.upper()} | ({"İ"} if "ı" in alphabet else set())

    def fits(word: str) -> float:
        last = len(word) - 1
        fitting = 0
        for i, c in enumerate(word):
            inside = 0 < i < last and word[i - 1].isalpha() and word[i + 1].isalpha()
            fitting += c in letters or (c in _SYMBOLS and not inside)
        crowded = fitting > 2 and sum(c.isascii() for c in word) < 0.3 * len(word)
        return fitting * (1.0 if _cased(word) and not crowded else 0.5)

    return _share(words, fits)


def _share(words: set[str], fits: Callable[[str], float]) -> float:
    """What `fits` says of all words, as a share of their characters beyond ASCII."""
    total = sum(not c.isascii() for word in words for c in word)
    return sum(map(fits, words)) / total if total else 0


def _cased(word: str) -> bool:
    """Are capitals only at the beginning of a word, or everywhere?"""
    letters = [c for c in word if c.isalpha() and c.lower() != c.upper()]
    return all(c.islower() for c in letters[1:]) or all(c.isupper() for c in letters)


_NO_RUSSIAN = re.compile("^[ъьы]|[аеёиоуыэюяйьъ][ьъ]|[ьъ]й")


def _cyrillic(word: str) -> float:
    """Words of Cyrillic letters alone, with a vowel, with signs only where Russian has them."""
    letters = [c for c in word if "А" <= c <= "я" or c in "ЁёІіЇїЄєЎў"]
    if len(letters) == 1:
        return 1.0 if word in set("вксуяиао№°") else 0.0
    if any(c.isascii() for c in word) or not letters:
        return 0.5 * len(letters)
    lower = word.casefold()
    vowel = len(letters) < 4 or any(c in "аеёиоуыэюяії" for c in lower)
    real = vowel and not _NO_RUSSIAN.search(lower) and _cased(word)
    return len(letters) * (1.0 if real else 0.5)


def _script(first: str, last: str) -> Callable[[str], float]:
    """Words of one script alone."""

    def fits(word: str) -> float:
        fitting = sum(first <= c <= last for c in word)
        whole = fitting == len(word) > 1 and _cased(word)
        return fitting if whole else 0.4 * fitting

    return fits


def _greek(word: str) -> float:
    """Words of Greek letters with a vowel; ς is only at the end of one."""
    fitting = _script("Ͱ", "Ͽ")(word)
    vowel = any(c in "αεηιουωάέήίόύώϊϋΐΰ" for c in word.casefold())
    return fitting if vowel and "ς" not in word[:-1] else 0.5 * fitting


_ALPHABETS: dict[str, Callable[[str], float]] = {
    "cp1251": _cyrillic,
    "koi8-r": _cyrillic,
    "iso8859-7": _greek,
    "cp1255": _script("\u05d0", "\u05ea"),
    "cp1256": _script("\u0600", "\u06ff"),
    "cp874": _script("\u0e00", "\u0e7f"),
}

_RUN = re.compile(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?")
_FULL_WIDTH = "\u3000-\u303f\uff01-\uff5e"
_KANA = "\u3040-\u30ff" + _FULL_WIDTH
# Codec -> where lead bytes of frequent characters lie, other characters that fit, frequent ones.
_LARGE: dict[str, tuple[str, int, int, re.Pattern[str], frozenset[str]]] = {
    "gb18030": ("gb2312", 0xB0, 0xD7, re.compile(f"[{_FULL_WIDTH}]"), _CHINESE),
    "big5": ("big5", 0xA4, 0xC6, re.compile(f"[{_FULL_WIDTH}]"), _CHINESE),
    "cp932": ("cp932", 0x88, 0x97, re.compile(f"[{_KANA}]"), _JAPANESE),
    "euc_jp": ("euc_jp", 0xB0, 0xCF, re.compile(f"[{_KANA}]"), _JAPANESE),
    "cp949": ("euc_kr", 0xB0, 0xC8, re.compile("(?!)"), _HANGUL),
}
CODECS = (*_LARGE, *_ALPHABETS, *_LATIN)


def _large(
    text: str, codec: str, first: int, last: int, also: re.Pattern[str], frequent: frozenset[str]
) -> float:
    """Characters whose lead byte marks them as usual in that language, and how many are frequent.

    A single one is often a Western letter with an accent that swallowed its neighbour, and so is
    one in the middle of a word of ASCII letters.
    """
    fitting = total = known = 0.0
    for run in set(_RUN.findall(text)):
        letters = [c for c in run if not c.isascii()]
        good = 0
        for c in letters:
            lead = c.encode(codec, errors="replace")[0]
            good += first <= lead <= last or also.match(c) is not None
        if codec == "euc_kr" and not all("가" <= c <= "힣" for c in letters):
            good = 0
        inside = run[0].isascii() and run[-1].isascii()
        weight = 0.5 if inside else 0.8 if len(letters) == 1 else 1.0
        total += len(letters)
        fitting += weight * good
        known += sum(c in frequent for c in letters)
    return (fitting + 0.2 * known) / total if total else 0
