"""Archives of sounds: their words, speakers and parts, and what is said about their sound."""

import io

import numpy as np
import pytest

from seqlab import DataError, Experiment, ParseOptions, UploadError, load, read_table
from seqlab.data.alternatives import other
from seqlab.data.log_mel import LogMel
from seqlab.data.reader.roles.spoken import spoken
from seqlab.data.speech import reading_of
from seqlab.experiment import Data
from tests.sounds import RATE, archive, sound, tone, words


def dataset(table, **reading):
    data = Data(source="upload", file="x", reading=ParseOptions(**reading))
    return load(Experiment(data=data), table)


def said(table, code):
    return next((finding.message for finding in table.findings if finding.code == code), "")


def test_a_folder_a_word_becomes_sequences_of_their_own_length():
    table = read_table(words(takes=4, of=("up", "down", "flat")), "words.zip")
    assert (table.kind, table.label) == ("speech", "word")
    assert table.frame["word"].tolist() == ["down"] * 4 + ["flat"] * 4 + ["up"] * 4
    found = dataset(table)
    assert found.goal.classes == ("down", "flat", "up")
    assert len(set(found.lengths)) > 2
    assert found.frame.padded
    assert found.log_mel == LogMel()
    assert found.names[0] == "107 Hz"
    assert len(found.validation) == 2
    # the features are those of the sound, scaled over the real steps of the training part
    i = table.frame["file"].tolist().index("up/up_0.wav")
    wanted = LogMel().of(tone("up", 0.3, seed=0))
    real = found.input_scaling.invert(found.x[i, : found.lengths[i]])
    np.testing.assert_allclose(real, wanted, atol=0.3)  # dB: a file has 16 bits
    assert (found.x[i, found.lengths[i] :] == 0).all()
    assert "up/up_0.wav" not in said(table, "spoken_words")
    assert "12 takes of 3 words: “down” (4), “flat” (4) and “up” (4)" in said(table, "spoken_words")


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_libsndfile_decodes_the_usual_kinds(kind):
    ending = kind.casefold()
    data = archive(
        {
            f"{word}/{k}.{ending}": sound(tone(word, 0.4, seed=k), kind=kind)
            for word in ("up", "down")
            for k in range(2)
        }
    )
    table = read_table(data, "words.zip")
    assert len(table.frame) == 4
    reference = LogMel().of(tone("down", 0.4))
    loudest = table.speech.features[0].argmax(axis=1)
    # the same tones at the same time, also where a kind throws sound away
    middle = slice(10, 30)
    assert np.abs(loudest[middle] - reference.argmax(axis=1)[middle]).max() <= 6


def test_features_follow_the_settings():
    table = read_table(
        words(2), "w.zip", frame_ms=32, hop_ms=16, mel_bands=24, sample_rate=8_000, trim_db=0
    )
    assert table.speech.made == LogMel(8_000, 32, 16, 24, 0)
    assert table.speech.features[0].shape == (1 + (int(0.7 * 8_000) - 256) // 128, 24)
    assert reading_of(table.speech.made).mel_bands == 24


@pytest.mark.parametrize(
    ("paths", "word", "speaker"),
    [
        (["yes/1.wav", "yes/2.wav", "no/1.wav", "no/2.wav"], "folder", None),
        (["yes_01.wav", "yes_02.wav", "no_01.wav", "no_02.wav"], "name part 1", None),
        (["yes1.wav", "yes2.wav", "no1.wav", "no2.wav"], "name without number", None),
        (["yes.wav", "no.wav"], "name without number", None),
        (
            [f"{d}_{who}_{k}.wav" for d in range(3) for who in ("jackson", "theo") for k in (0, 1)],
            "name part 1",
            "name part 2",
        ),
        (
            [
                f"{w}/{who}_nohash_{k}.wav"
                for w in ("a", "b")
                for who in ("f3", "0c")
                for k in (0, 1)
            ],
            "folder",
            "name part 1",
        ),
        (
            [f"{who}/{w}/{k}.wav" for w in ("a", "b") for who in ("ann", "ben") for k in (0, 1)],
            "folder",
            "folder above",
        ),
        (["all/yes_1.wav", "all/yes_2.wav", "all/no_1.wav", "all/no_2.wav"], "name part 1", None),
        (["yes/yes_1.wav", "yes/yes_2.wav"], "folder", None),
        (["yes/001.wav", "yes/002.wav", "yes/003.wav"], "folder", None),
    ],
)
def test_word_and_speaker_by_what_repeats(paths, word, speaker):
    found = spoken(paths)
    assert (found.word, found.speaker) == (word, speaker)


def test_folders_may_name_the_parts():
    files = {
        f"{part}/{word}/{k}.wav": sound(tone(word, seed=k))
        for part, takes in (("train", 3), ("test", 2))
        for word in ("up", "down")
        for k in range(takes)
    }
    table = read_table(archive(files), "w.zip")
    found = dataset(table)
    held_out = set(table.frame["file"][found.validation])
    assert held_out == {name for name in files if name.startswith("test/")}


def test_the_label_can_be_another_part_of_the_name():
    files = {
        f"{word}_{who}_{k}.wav": sound(tone(word, seed=k))
        for word in ("up", "down")
        for who in ("ann", "ben", "eve")
        for k in range(2)
    }
    data = archive(files)
    assert dataset(read_table(data, "w.zip")).goal.classes == ("down", "up")
    table = read_table(data, "w.zip", label="name part 2")
    assert dataset(table).goal.classes == ("ann", "ben", "eve")


def test_speakers_are_offered_and_kept_apart_only_when_asked():
    files = {
        f"{word}/{who}_{k}.wav": sound(tone(word, seed=k))
        for word in ("up", "down")
        for who in ("ann", "ben", "eve", "kim")
        for k in range(3)
    }
    data = archive(files)
    table = read_table(data, "w.zip")
    finding = next(f for f in table.findings if f.code == "speakers")
    assert "4 speakers: “ann”, “ben”, “eve” and “kim”" in finding.message
    offered = other(finding, ParseOptions())
    reading = ParseOptions(**offered.changes)
    assert other(finding, reading) is None

    def speakers(found, part):
        return set(table.frame["speaker"][part])

    usual, apart = dataset(table), dataset(table, **offered.changes)
    assert speakers(usual, usual.train) & speakers(usual, usual.validation)
    assert not speakers(apart, apart.train) & speakers(apart, apart.validation)
    assert len(apart.validation)
    assert "as you asked for" in said(read_table(data, "w.zip", reading), "speakers_apart")


def test_other_rates_stereo_and_clipping_are_told():
    up, down = tone("up", rate=44_100), tone("down", rate=8_000)
    files = {
        "up/1.wav": sound(up, 44_100),
        "up/2.wav": sound(np.stack([tone("up"), 0 * tone("up")], axis=1)),
        "up/3.wav": sound(np.clip(9 * tone("up"), -1, 1)),
        "down/1.wav": sound(down, 8_000),
        "down/2.wav": sound(tone("down")),
    }
    table = read_table(archive(files), "w.zip")
    assert table.speech.made.rate == RATE
    assert said(table, "resampled") == (
        "1 take (“up/1.wav”) with 44,100 samples a second: resampled to 16,000."
    )
    assert "Above 4,000 Hz they hold nothing" in said(table, "upsampled")
    assert "“up/2.wav”) with 2 channels (stereo): mixed to one" in said(table, "mixed")
    assert "(clipped), “up/3.wav” at" in said(table, "clipped")
    mono, stereo, fast = (table.speech.features[i] for i in (1, 3, 2))
    assert len(stereo) == len(mono[: len(stereo)])
    assert abs(len(fast) - len(stereo)) <= 1  # half a second is as long at any rate


def test_silent_short_and_damaged_sounds_are_left_out_by_name():
    files = {
        "up/1.wav": sound(tone("up")),
        "up/2.wav": sound(tone("up", seed=1)),
        "down/1.wav": sound(tone("down")),
        "down/2.wav": sound(tone("down", seed=1)),
        "down/3.wav": sound(np.zeros(RATE)),
        "down/4.wav": sound(0.001 * tone("down")),
        "down/5.wav": sound(tone("down", 0.02, silence=0)),
        "down/6.wav": b"RIFF no sound at all",
        "down/.hidden.wav": b"",
        "__MACOSX/down/1.wav": b"",
        "notes.txt": b"my notes",
    }
    table = read_table(archive(files), "w.zip")
    assert len(table.frame) == 4
    told = said(table, "sounds_left_out")
    assert told.startswith(
        "4 sounds were left out: “down/3.wav”, “down/4.wav”, “down/5.wav” and “down/6.wav”. "
        "Of the first one: it is silent: every sample is 0, as from a microphone that is muted."
    )
    assert said(table, "no_sounds") == "Left aside, no sounds: “notes.txt”."


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(RATE), "it is silent: every sample is 0"),
        (0.001 * tone("up"), "its loudest sample is 0.05% of full scale"),
        (tone("up", 0.05, silence=0), "it lasts 0.05 seconds, and a word takes at least 0.1"),
    ],
)
def test_a_single_sound_is_refused_with_its_reason(samples, why):
    with pytest.raises(UploadError, match="This sound cannot be used: ") as caught:
        read_table(sound(samples), "take.wav")
    assert why in str(caught.value)


def test_one_word_or_one_take_of_each_cannot_be_trained():
    with pytest.raises(DataError, match="all takes are of one word, “up”"):
        dataset(read_table(words(3, of=("up",)), "w.zip"))
    with pytest.raises(DataError, match="one take of each word"):
        dataset(read_table(words(1), "w.zip"))
    with pytest.raises(DataError, match="one word, “take”"):
        dataset(read_table(sound(tone("up")), "take.wav"))


def test_a_word_with_a_single_take_is_told():
    files = {f"up/{k}.wav": sound(tone("up", seed=k)) for k in range(4)}
    files["down/0.wav"] = sound(tone("down"))
    found = dataset(read_table(archive(files), "w.zip"))
    assert "One take only: “down”. It is learned from, and never checked." in found.notes
    assert found.goal.classes[found.y[found.validation][0]] == "up"


def test_a_long_sound_is_cut_to_the_usual_limit():
    long = np.tile(tone("up", silence=0), 80)  # 32 seconds
    files = {f"up/{k}.wav": sound(long) for k in range(2)}
    files |= {f"down/{k}.wav": sound(tone("down", seed=k)) for k in range(2)}
    found = dataset(read_table(archive(files), "w.zip"))
    assert found.timesteps == 2_000
    assert any("were cut after 2,000 steps" in note for note in found.notes)


def test_sounds_of_other_kinds_are_named_with_the_way_out():
    with pytest.raises(UploadError, match=r"are \.m4a files, which are not read. Save them as WAV"):
        read_table(archive({"yes/1.m4a": b"x", "no/1.m4a": b"y"}), "w.zip")


def test_the_same_archive_gives_the_same_table():
    data = words(2)
    a, b = read_table(data, "w.zip"), read_table(io.BytesIO(data).getvalue(), "w.zip")
    assert a.nbytes == b.nbytes > sum(each.nbytes for each in a.speech.features)
    for x, y in zip(a.speech.features, b.speech.features, strict=True):
        np.testing.assert_array_equal(x, y)
