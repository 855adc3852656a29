"""Words that tell what a column or a cell is, in the languages people export files in."""

from __future__ import annotations

import re


def _words(text: str, separator: str | None = None) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(separator))


# "No value". These count only in columns of numbers and dates: a surname may be "Null".
MISSING = _words(
    "|na|n/a|#n/a|#na|n.a.|n.a|nan|-nan|null|(null)|none|nil|nat|<na>|-|--|---|–|—|?|??|.|..|...|…"
    "|*|**|\\n|missing|(missing)|unknown|n.d.|nd|void|blank|empty|(blank)|no data|not available"
    "|1.#qnan|1.#ind|-1.#ind|:|k.a.|k. a.|nv|s/d|无|缺失|暂无|なし",
    "|",
)
EXCEL_ERRORS = _words(
    "#ref! #null! #value! #name? #num! #div/0! #n/a #getting_data #spill! #calc! #field!"
    " #wert! #bezug! #zahl! #nv #valeur! #¡valor! #########"
)

TRUTH = tuple(
    _words(pair, "/")
    for pair in _words(
        "true/false yes/no y/n t/f on/off ja/nein oui/non wahr/falsch vrai/faux si/no sí/no 是/否"
    )
)
TRUE = _words("true yes y t on ja oui wahr vrai si sí 是 1")
ANY_TRUTH = frozenset({"0", "1"}).union(*TRUTH)

DATE_NAMES = _words(
    """date datetime timestamp time day week month quarter year ds dt period epoch unix unixtime ts
    utc when observation tarih pvm datum uhrzeit zeit zeitpunkt zeitstempel tag monat jahr fecha
    hora tiempo dia año ano mes data ora anno giorno jour heure temps année annee mois horodatage
    měsíc rok den čas miesiąc dzień godzina dato år måned månad maand jaar tijd tid vuosi kuukausi
    hónap év dátum 日期 时间 日時 日付 年 月 年份 年月 時間 날짜 시간 дата время"""
)
STEP_NAMES = _words(
    """t, time, step, steps, timestep, time step, time steps, tick, frame, frame number, seconds,
    second, sec, secs, s, ms, elapsed, elapsed time, minutes, minute, min, cycle, cycles,
    time cycles, time in cycles, time index, iteration, iter, position, pos, seq, no,
    jd, mjd, julian day, julian date, datenum,
    temps, zeit, schritt, tiempo, paso, 时间, 步, 步骤""",
    ",",
)
DATE_PARTS = {
    "year": _words("year yr jahr année annee año anno yyyy 年"),
    "month": _words("month mon mo monat mois mes mese mm 月"),
    "quarter": _words("quarter qtr quartal trimester trimestre trimestral"),
    "day of year": _words("doy|dayofyear|day of year|yday|jday|julian day", "|"),
    "day": _words("day dy tag jour día dia giorno dd 日 dom"),
    "hour": _words("hour hr hours stunde heure hora ora hh 时"),
    "minute": _words("minute min minuto mi 分"),
    "second": _words("second sec"),
}
PERIODS = _words("wk week month quarter mo qtr")  # behind a year: yr_wk
TYPES = _words(
    """int integer int8 int16 int32 int64 bigint long short float float32 float64 double real
    decimal number numeric string str text char varchar object category bool boolean date datetime
    datetime64 datetime64[ns] timestamp continuous discrete nominal"""
)

ROW_NAMES = _words("row rows rownames index idx id no nr obs rec unnamed #")
UNITS = _words("ms s sec second seconds min minute minutes h hour hours us ns d days index step")

LABEL_NAMES = _words(
    """label labels class classes target category y klasse classe clase categoria species speaker
    sentiment activity language lang positive polarity emotion diagnosis outcome intent topic
    stars rating 标签 类别 分类"""
)
TARGET_NAMES = _words("target sales sold demand consumption close cnt absatz umsatz ventas 销量")
ID_NAMES = _words(
    """id ids uid uuid identifier sensor store shop series sequence seq subject station device
    machine patient user customer person participant trial session country region city state
    location site product item sku symbol ticker stock meter household engine vehicle trip episode
    run recording record batch entity panel group unit case sample channel node well asset turbine
    building zone player animal fish plot stand 编号 站点 传感器 门店"""
)
PART_NAMES = _words("split set partition fold usage dataset")  # train, test: no classes
# What stands in such a column, and what folders of sounds are called.
TRAIN_WORDS = _words("train training")
TEST_WORDS = _words("test testing")
HELD_OUT_WORDS = TEST_WORDS | _words("val valid validation dev")
PART_WORDS = TRAIN_WORDS | HELD_OUT_WORDS


def key(name: str) -> str:
    """The name without units, case and punctuation, for comparing with known names."""
    folded = name.casefold()
    closed = max(folded.rfind("]"), folded.rfind(")")) + 1  # behind it no bracket closes
    inside, letters = False, []
    for c in folded[:closed]:  # a pattern would look for its end from each bracket that opens
        inside = c not in "])" if inside else c in "[("
        letters.append(" " if inside or c in "])" else c)
    return " ".join(_NO_WORD.sub(" ", "".join(letters) + folded[closed:]).split())


CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # where machineID and userId begin a word
_NO_WORD = re.compile(r"[\W_]+")
