"""Texts and translations: published spellings, and nothing of the validation part in training."""

import datetime

import numpy as np
import pytest

from seqlab.data import text
from seqlab.data.tasks import number_words, texts, written_dates
from seqlab.data.tasks.number_words import chinese, english, french
from tests.data.tasks.helpers import dataset


def read(d, indices, which="x"):
    """The texts behind tokens, one string for each."""
    tokens, symbols = (d.x, d.vocabulary) if which == "x" else (d.y, d.goal.classes)
    unit = d.names[0]
    return [text.decode(tokens[i], symbols, unit) for i in indices]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (101, "one hundred one"),
        (818, "eight hundred eighteen"),
        (1000, "one thousand"),
        (1015, "one thousand fifteen"),
        (9999, "nine thousand nine hundred ninety-nine"),
    ],
)
def test_english(number, words):
    assert english(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (1, "un"),
        (16, "seize"),
        (17, "dix-sept"),
        (20, "vingt"),
        (21, "vingt et un"),
        (22, "vingt-deux"),
        (31, "trente et un"),
        (61, "soixante et un"),
        (69, "soixante-neuf"),
        (70, "soixante-dix"),
        (71, "soixante et onze"),
        (72, "soixante-douze"),
        (77, "soixante-dix-sept"),
        (79, "soixante-dix-neuf"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (88, "quatre-vingt-huit"),
        (90, "quatre-vingt-dix"),
        (91, "quatre-vingt-onze"),
        (97, "quatre-vingt-dix-sept"),
        (99, "quatre-vingt-dix-neuf"),
        (100, "cent"),
        (101, "cent un"),
        (171, "cent soixante et onze"),
        (180, "cent quatre-vingts"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (280, "deux cent quatre-vingts"),
        (281, "deux cent quatre-vingt-un"),
        (999, "neuf cent quatre-vingt-dix-neuf"),
        (1000, "mille"),
        (1001, "mille un"),
        (1100, "mille cent"),
        (1200, "mille deux cents"),
        (1994, "mille neuf cent quatre-vingt-quatorze"),
        (2000, "deux mille"),
        (2021, "deux mille vingt et un"),
        (2300, "deux mille trois cents"),
        (7080, "sept mille quatre-vingts"),
        (9999, "neuf mille neuf cent quatre-vingt-dix-neuf"),
    ],
)
def test_french(number, words):
    assert french(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (11, "十一"),
        (19, "十九"),
        (20, "二十"),
        (21, "二十一"),
        (99, "九十九"),
        (100, "一百"),
        (101, "一百零一"),
        (105, "一百零五"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (120, "一百二十"),
        (200, "二百"),
        (999, "九百九十九"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (1011, "一千零一十一"),
        (1050, "一千零五十"),
        (1100, "一千一百"),
        (1101, "一千一百零一"),
        (1110, "一千一百一十"),
        (2020, "二千零二十"),
        (8008, "八千零八"),
        (9999, "九千九百九十九"),
    ],
)
def test_chinese(number, words):
    assert chinese(number) == words


def value_of_chinese(words):
    """The number that Chinese words say, by an own rule: each digit times the unit behind it."""
    units = {"十": 10, "百": 100, "千": 1000}
    total, digit = 0, None
    for sign in words:
        if sign in units:
            total += units[sign] * (1 if digit is None else digit)
            digit = None
        else:
            digit = "零一二三四五六七八九".index(sign)
    return total + (digit or 0)


def value_of_french(words):
    """Likewise for French: cent, mille and the vingt of quatre-vingt multiply, the rest adds."""
    names = {french(i): i for i in range(17)}
    names |= {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
    thousands, part = 0, 0
    for raw in words.replace("-", " ").split():
        word = raw.rstrip("s") if raw in ("cents", "vingts") else raw
        if word == "et":
            continue
        if word == "mille":
            thousands, part = 1000 * max(part, 1), 0
        elif word == "cent":
            part = 100 * max(part, 1)
        elif word == "vingt" and part % 100 == 4:
            part += 76
        else:
            part += names[word]
    return thousands + part


def value_of_english(words):
    names = {english(i): i for i in range(20)} | {english(i): i for i in range(20, 100, 10)}
    thousands, part = 0, 0
    for word in words.replace("-", " ").split():
        if word == "thousand":
            thousands, part = 1000 * part, 0
        elif word == "hundred":
            part *= 100
        else:
            part += names[word]
    return thousands + part


@pytest.mark.parametrize(
    ("write", "value"),
    [(english, value_of_english), (french, value_of_french), (chinese, value_of_chinese)],
)
def test_every_number_is_read_back_from_its_words(write, value):
    assert [value(write(number)) for number in range(10_000)] == list(range(10_000))


@pytest.mark.parametrize("number", [-1, 10_000])
@pytest.mark.parametrize("write", [english, french, chinese])
def test_numbers_outside_are_refused(write, number):
    with pytest.raises(ValueError, match="from 0 to 9999"):
        write(number)


@pytest.mark.parametrize(("source", "write"), [("french", french), ("chinese", chinese)])
def test_pairs_of_numbers_belong_together_and_are_never_in_both_parts(source, write):
    d = dataset(source, difficulty=4, samples=600)
    every = range(len(d.x))
    numbers = [value_of_english(words) for words in read(d, every)]
    assert [write(number) for number in numbers] == read(d, every, "y")
    assert not {numbers[i] for i in d.train} & {numbers[i] for i in d.validation}
    assert len(set(numbers)) == 600


def test_all_ten_thousand_numbers_can_be_drawn_and_no_more():
    d = dataset("chinese", difficulty=4, samples=10_000)
    assert len(set(read(d, range(10_000)))) == 10_000
    assert len(d.validation) == 2000
    small = dataset("french", difficulty=1, samples=500)
    assert len(small.x) == 10
    assert "only 10 numbers" in small.notes[0]


def test_dates_are_read_as_pandas_reads_them():
    from dateutil import parser

    generator = np.random.default_rng(0)
    for form in range(written_dates.FORMS):
        for days in generator.integers(0, written_dates.DAYS, 60):
            date = written_dates.FIRST + datetime.timedelta(int(days))
            words = written_dates.written(date, form)
            found = parser.parse(words.replace("the ", ""), dayfirst="." in words).date()
            century = datetime.date(1950, 1, 1) <= date
            assert century
            assert (found.month, found.day) == (date.month, date.day)
            assert found.year % 100 == date.year % 100


@pytest.mark.parametrize(
    ("day", "form", "words"),
    [
        (datetime.date(2021, 3, 7), 0, "7 March 2021"),
        (datetime.date(2021, 3, 7), 2, "3/7/2021"),
        (datetime.date(2021, 3, 7), 3, "7.3.2021"),
        (datetime.date(2022, 2, 22), 5, "feb 22nd, 2022"),
        (datetime.date(1999, 12, 31), 6, "Friday, December 31, 1999"),
        (datetime.date(2011, 11, 11), 7, "the 11th of november 2011"),
        (datetime.date(1950, 1, 1), 8, "1-Jan-50"),
        (datetime.date(2049, 12, 31), 9, "12/31/49"),
    ],
)
def test_dates_as_people_write_them(day, form, words):
    assert written_dates.written(day, form) == words


def test_no_date_is_in_both_parts_in_any_way_of_writing():
    d = dataset("dates", difficulty=10, samples=2000)
    answers = read(d, range(2000), "y")
    assert len(set(answers)) == 2000
    assert all(datetime.date.fromisoformat(answer) for answer in answers)
    assert (d.y_weights.sum(axis=1) == 11).all()  # ten characters and the end
    assert not {answers[i] for i in d.train} & {answers[i] for i in d.validation}


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_review_is_in_both_parts_although_some_are_drawn_twice(level, seed):
    d = dataset("reviews", difficulty=level, samples=3000, data_seed=seed)
    every = read(d, range(3000))
    assert len(set(every)) < 3000
    assert not {every[i] for i in d.train} & {every[i] for i in d.validation}
    share = len(d.validation) / 3000
    assert share == pytest.approx(0.2, abs=0.04)


def sentiment(review):
    """Reads a review by its words in order; knows nothing of how it was made."""
    words = review.split()
    polar = {**dict.fromkeys(texts.GOOD, 1), **dict.fromkeys(texts.BAD, -1)}
    signs = [(i, polar[word]) for i, word in enumerate(words) if word in polar]
    (first, sign), last = signs[0], signs[-1][1]
    if len(signs) == 1:
        return -sign if {"not", "never", "nobody"} & {*words[:first]} else sign
    if "more" in words or words[signs[1][0] - 1] == "not":
        return sign
    return last


def test_whoever_reads_in_order_gets_every_review_right():
    d = dataset("reviews", difficulty=3, samples=4000)
    found = [sentiment(review) > 0 for review in read(d, range(4000))]
    np.testing.assert_array_equal(found, np.array(d.goal.classes)[d.y] == "positive")


def test_a_bag_of_words_stays_near_three_quarters():
    right = [
        dataset("reviews", difficulty=3, samples=4000, data_seed=seed).baselines["bag of words"]
        for seed in range(4)
    ]
    assert np.mean([line.accuracy for line in right]) == pytest.approx(0.75, abs=0.04)
    assert dataset("reviews", difficulty=1, samples=2000).baselines["bag of words"].accuracy > 0.99


@pytest.mark.parametrize("steps", [22, 60, 300])
def test_counting_goes_up_by_one_and_no_number_is_in_both_parts(steps):
    d = dataset("counting", window=steps, samples=200)
    names = {english(i): i for i in range(10_000)}
    numbers = {"train": set(), "validation": set()}
    for part, found in numbers.items():
        for passage in read(d, getattr(d, part)):
            assert len(passage) == steps
            whole = [names[word] for word in passage.split(", ")[:-1]]
            assert whole == list(range(whole[0], whole[0] + len(whole))) if whole else True
            found |= set(whole)
    assert not numbers["train"] & numbers["validation"]
    assert not set(read(d, d.train)) & set(read(d, d.validation))
    np.testing.assert_array_equal(d.x[:, 1:], d.y[:, :-1])
    assert d.goal.classes == d.vocabulary


def test_the_pairs_of_characters_are_counted_in_the_training_part():
    d = dataset("counting", window=40, samples=400)
    symbols = len(d.vocabulary)
    counts = np.zeros((symbols, symbols))
    for x, y in zip(d.x[d.train], d.y[d.train], strict=True):
        for before, after in zip(x, y, strict=True):
            counts[before, after] += 1
    share = (counts + 1) / (counts + 1).sum(axis=1, keepdims=True)
    loss = -np.log(share[d.x[d.validation], d.y[d.validation]]).mean()
    assert d.baselines["pairs of characters"].loss == pytest.approx(loss)


def test_number_words_end_at_9999():
    assert number_words.MOST == 9999
