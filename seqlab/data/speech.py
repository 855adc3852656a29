"""Sound files -> log-mel sequences with a word each, and what had to be assumed or changed."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.log_mel import LogMel, resampled
from seqlab.data.reader.bytes import takes
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.bytes.packed import ZIP
from seqlab.data.reader.bytes.takes import MOST_SECONDS, Damaged, Take
from seqlab.data.reader.roles.spoken import spoken
from seqlab.data.reader.wording import Findings, count, hint, listed, names, shown, warning
from seqlab.experiment import Finding, ParseOptions

WORD, SPEAKER = "word", "speaker"  # columns of the table
USUAL_RATE = 16_000  # samples a second: enough for words
SILENT = 10 ** (-50 / 20)  # of full scale: a take whose loudest sample is quieter
CLIPPED = 0.001  # share of the samples at the limit, three or more in a row
SHORTEST = 0.1  # seconds
MOST_SECONDS_OF_ALL = 3_600  # of all takes together
OF_ONE_TAKE = ("clipped", "mixed", "resampled", "upsampled", "long_takes")  # findings
MOST_VALUES = 10_000_000  # of all features together


class Speech(NamedTuple):
    """Takes of words as the network can read them.

    Attributes:
        features: of each take (frames, bands) float32, in dB.
        made: how they were made of the sound.
        seconds: (takes,) how long each is, before quiet ends are cut.
    """

    features: tuple[NDArray[np.float32], ...]
    made: LogMel
    seconds: NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return sum(each.nbytes for each in self.features) + self.seconds.nbytes


def reading_of(made: LogMel) -> ParseOptions:
    """How to read another sound so that its features are made in the same way."""
    return ParseOptions(
        frame_ms=made.frame_ms,
        hop_ms=made.hop_ms,
        mel_bands=made.bands,
        sample_rate=made.rate,
        trim_db=made.trim_db,
    )


class Signal(NamedTuple):
    """One take as one channel of samples, from -1 to 1, and what is odd about it.

    Attributes:
        name: of its file.
        samples: (samples,) float32.
        rate: of them a second.
        recorded: the rate of the file.
        channels: how many the file has.
        clipped: the share of its samples that are cut off at the limit.
        cut: whether the file goes on.
    """

    name: str
    samples: NDArray[np.float32]
    rate: int
    recorded: int
    channels: int
    clipped: float
    cut: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def problem(self) -> str:
        """Why nothing can be learned from it, or ""."""
        loudest = float(np.abs(self.samples).max(initial=0))
        if self.seconds < SHORTEST:
            return f"it lasts {self.seconds:.2f} seconds, and a word takes at least {SHORTEST:g}"
        if loudest == 0:
            return "it is silent: every sample is 0, as from a microphone that is muted"
        if loudest < SILENT:
            return (
                f"it is silent: its loudest sample is {loudest:.2%} of full scale, as from a "
                "microphone that is muted or far away"
            )
        return ""


def signal_of(take: Take, most: int = USUAL_RATE) -> Signal:
    """One channel of a take: the mean of all its channels, without their constant part.

    Args:
        take: as it was decoded.
        most: samples a second that are kept; more are resampled to so many.
    """
    at_limit = np.abs(take.samples) >= 0.999
    in_a_row = at_limit[2:] & at_limit[1:-1] & at_limit[:-2]
    mono = take.samples.mean(axis=1, dtype=np.float64)
    clipped = float(in_a_row.any(axis=1).sum()) / max(1, len(mono))
    if len(mono):
        mono -= mono.mean()
    rate = min(take.rate, most)
    if rate < take.rate and len(mono):
        mono = resampled(mono, take.rate, rate)
    channels = take.samples.shape[1]
    samples = mono.astype(np.float32)
    return Signal(take.name, samples, rate, take.rate, channels, clipped, take.cut)


def read(
    data: bytes, name: str, wish: ParseOptions
) -> tuple[Speech, pd.DataFrame, tuple[Finding, ...]]:
    """The takes of an archive or of one sound file, a table with a row for each, and findings.

    The table has the columns "file", "word", "speaker" if the names tell one, "split" if folders
    name the parts, "seconds", and the candidates for the word.

    Args:
        data: the bytes.
        name: of the file.
        wish: how features are to be made, where the word is.

    Raises:
        UploadError: if no take can be used, in a sentence for the user.
    """
    signals, left_out = _signals(data, name, wish.sample_rate or USUAL_RATE)
    if not signals and not data.startswith(ZIP):
        raise UploadError(f"This sound cannot be used: {left_out[0].reason}.")
    if not signals:
        why = takes.damage(left_out) if left_out else "There is none in this archive."
        raise UploadError(f"No sound can be used. {why}")
    rate = wish.sample_rate or Counter(each.rate for each in signals).most_common(1)[0][0]
    made = LogMel(
        rate,
        wish.frame_ms or LogMel.frame_ms,
        wish.hop_ms or LogMel.hop_ms,
        wish.mel_bands or LogMel.bands,
        LogMel.trim_db if wish.trim_db is None else wish.trim_db,
    )
    seconds = np.array([each.seconds for each in signals])
    values = float(seconds.sum()) / made.hop_ms * 1000 * made.bands
    if values > MOST_VALUES:
        raise UploadError(
            f"These sounds last {seconds.sum() / 60:,.0f} minutes: with {made.bands} bands every "
            f"{made.hop_ms:g} ms that is {values:,.0f} values, and at most {MOST_VALUES:,} are "
            "made. Keep a part of them."
        )
    features = tuple(_features(each, made) for each in signals)
    names_told = spoken([each.name for each in signals], wish.label)
    first = {"file": names_told.columns["file"], WORD: names_told.columns[names_told.word]}
    if names_told.speaker is not None:
        first[SPEAKER] = names_told.columns[names_told.speaker]
    columns = pd.DataFrame(first | names_told.columns, dtype="str")
    columns["seconds"] = seconds.round(3)
    findings = Findings()
    findings.hint("spoken_words", f"{_counted(columns[WORD])} {names_told.sentence}")
    findings += _about_sound(signals, features, made)
    if left_out:
        findings.warn("sounds_left_out", takes.damage(left_out))
    if others := takes.others_of(data):
        findings.hint("no_sounds", f"Left aside, no sounds: {names(others)}.")
    if names_told.speaker is not None:
        findings.append(_about_speakers(columns, wish))
    return Speech(features, made, seconds), columns, tuple(findings)


def _signals(data: bytes, name: str, most: int) -> tuple[list[Signal], list[Damaged]]:
    """Every take that something can be learned from, and the others with their reasons."""
    signals: list[Signal] = []
    left_out: list[Damaged] = []
    total = 0.0
    for take in takes.read(data, name):
        if isinstance(take, Damaged):
            left_out.append(take)
            continue
        signal = signal_of(take, most)
        if problem := signal.problem:
            left_out.append(Damaged(take.name, problem))
            continue
        total += signal.seconds
        if total > MOST_SECONDS_OF_ALL:
            raise UploadError(
                f"The sounds of this file last more than {MOST_SECONDS_OF_ALL // 60} minutes, and "
                "that is the most that is read. Keep a part of them."
            )
        signals.append(signal)
    return signals, left_out


def _features(signal: Signal, made: LogMel) -> NDArray[np.float32]:
    samples = signal.samples.astype(np.float64)
    if signal.rate != made.rate:
        samples = resampled(samples, signal.rate, made.rate)
    return made.of(samples).astype(np.float32)


def about_take(speech: Speech, findings: tuple[Finding, ...]) -> str:
    """What a user is told of a single take that was just recorded."""
    seconds = speech.made.seconds(len(speech.features[0]))
    sentence = f"{speech.seconds[0]:.2f} seconds, {seconds:.2f} of them the word."
    return " ".join([sentence, *(f.message for f in findings if f.code in OF_ONE_TAKE)])


def _counted(words: pd.Series) -> str:
    """How many takes there are of each word."""
    counts = words.value_counts()
    several = listed([f"{shown(word)} ({number:,})" for word, number in counts.items()])
    return f"{count(len(words), 'take')} of {count(len(counts), 'word')}: {several}."


def _about_sound(
    signals: list[Signal], features: tuple[NDArray[np.float32], ...], made: LogMel
) -> list[Finding]:
    """What was done to the sound, and what is wrong with it."""
    findings = Findings()
    higher = [each for each in signals if each.recorded > made.rate]
    lower = [each for each in signals if each.recorded < made.rate]
    for others, code in ((higher, "resampled"), (lower, "upsampled")):
        if not others:
            continue
        rates = listed(sorted({f"{each.recorded:,}" for each in others}))
        sentence = f"{_takes(others)} with {rates} samples a second: resampled to {made.rate:,}."
        if code == "upsampled":
            top = min(each.recorded for each in others) / 2
            sentence += f" Above {top:,.0f} Hz they hold nothing, which alone may tell them apart."
            findings.warn(code, sentence)
        else:
            findings.hint(code, sentence)
    if several := [each for each in signals if each.channels > 1]:
        channels = listed(sorted({each.channels for each in several}))
        sentence = f"{_takes(several)} with {channels} channels (stereo): mixed to one."
        findings.hint("mixed", sentence)
    if clipped := [each for each in signals if each.clipped > CLIPPED]:
        worst = max(clipped, key=lambda each: each.clipped)
        findings.warn(
            "clipped",
            f"{_takes(clipped)} cut off at the loudest value that can be stored (clipped), "
            f"{shown(worst.name)} at {worst.clipped:.1%} of its samples. Record farther from "
            "the microphone, or with a lower level.",
        )
    if long := [each for each in signals if each.cut]:
        sentence = (
            f"{_takes(long)} longer than {MOST_SECONDS} seconds: only their beginning was read."
        )
        findings.warn("long_takes", sentence)
    if made.trim_db:
        whole = sum(each.seconds for each in signals)
        left = sum(made.seconds(len(each)) for each in features)
        if whole - left > SHORTEST * len(signals):
            findings.hint(
                "quiet_ends",
                f"Quiet ends were cut, {whole - left:,.1f} of {whole:,.1f} seconds: frames "
                f"that are more than {made.trim_db:g} dB below the loudest one of their take.",
            )
    return findings


def _takes(signals: list[Signal]) -> str:
    """`1 take (“a.wav”)`, or `12 takes`."""
    named = f" ({shown(signals[0].name)})" if len(signals) == 1 else ""
    return count(len(signals), "take") + named


def _about_speakers(columns: pd.DataFrame, wish: ParseOptions) -> Finding:
    speakers = columns[SPEAKER]
    several = names(dict.fromkeys(speakers))
    sentence = f"The names tell {speakers.nunique():,} speakers: {several}. "
    if wish.by_speaker:
        sentence += "All takes of one speaker lie in the same part, as you asked for."
        return hint("speakers_apart", sentence)
    sentence += (
        "Takes of one speaker may lie in the training and the validation part: how well a voice "
        "is understood that was never heard is then not measured."
    )
    return warning("speakers", sentence)
