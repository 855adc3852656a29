"""Takes recorded one by one make the archive that somebody else would upload."""

import os

import pytest

from seqlab import UploadError, read_table
from seqlab.data import recordings
from seqlab.data.upload import MAX_BYTES
from tests.sounds import archive, sound, tone


def recorded(*said):
    archive = None
    for k, word in enumerate(said):
        archive = recordings.with_take(archive, word, sound(tone("up", seed=k)))
    return archive


def test_takes_are_counted_by_word_in_the_order_of_the_words():
    archive = recorded("yes", "no", "yes")
    assert recordings.counts(recordings.names_in(archive)) == {"yes": 2, "no": 1}
    assert recordings.names_in(None) == []
    table = read_table(archive, recordings.NAME)
    assert table.frame["file"].tolist() == ["no/001.wav", "yes/001.wav", "yes/002.wav"]


def test_the_last_take_of_a_word_can_go_until_nothing_is_left():
    archive = recordings.without_last(recorded("yes", "no", "yes"), "yes")
    assert recordings.counts(recordings.names_in(archive)) == {"yes": 1, "no": 1}
    archive = recordings.without_last(archive, "no")
    assert recordings.without_last(archive, "yes") is None


def test_a_take_after_a_removed_one_has_a_number_of_its_own():
    archive = recordings.without_last(recorded("yes", "yes"), "yes")
    archive = recordings.with_take(archive, "yes", sound(tone("down")))
    assert recordings.counts(recordings.names_in(archive)) == {"yes": 2}


@pytest.mark.parametrize("word", ["", "  ", "/", "..", "\x00", "__MACOSX"])
def test_a_word_without_letters_is_asked_for(word):
    with pytest.raises(UploadError, match="Type the word first"):
        recordings.folder(word)


def test_a_word_of_any_script_is_a_folder():
    assert recordings.folder(" ja/nein ") == "ja nein"
    archive = recorded("да", "нет", "да", "нет")
    assert set(read_table(archive, recordings.NAME).frame["word"]) == {"да", "нет"}


def test_an_archive_never_grows_beyond_what_can_be_read():
    archive = recorded("yes")
    with pytest.raises(UploadError, match="more than 20 MB"):
        recordings.with_take(archive, "yes", os.urandom(MAX_BYTES))


def test_takes_with_numbers_of_any_length_are_no_takes_of_this_recorder():
    foreign = archive({f"yes/{'9' * 5000}.wav": sound(tone("up"))})
    added = recordings.with_take(foreign, "yes", sound(tone("up")))
    assert recordings.names_in(added)[-1] == "yes/001.wav"


def test_nothing_is_taken_from_an_archive_that_unpacks_to_too_much(monkeypatch):
    monkeypatch.setattr(recordings, "MOST_UNPACKED", 1000)
    with pytest.raises(UploadError, match="was not recorded here"):
        recordings.without_last(recorded("yes", "no"), "yes")
