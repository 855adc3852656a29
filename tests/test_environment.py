"""Variables that cannot be used end the start with one sentence that names them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqlab import environment
from seqlab.environment import EnvironmentProblem, read, unknown, variables

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in [name for name in os.environ if name.startswith("SEQLAB_")]:
        monkeypatch.delenv(name)


def test_what_is_not_set_has_a_default(monkeypatch):
    monkeypatch.setenv("SEQLAB_WORKERS", "")
    found = read()
    assert (found.workers, found.unwatched, found.nice, found.keep_days) == (2, 15, 10, 30)
    assert found.scheduler is found.password is found.worker_memory is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WORKERS", "0", "a whole number of at least 1"),
        ("WORKERS", "-1", "a whole number of at least 1"),
        ("WORKERS", "abc", "a whole number"),
        ("WORKERS", "1.5", "a whole number"),
        ("WORKERS", "1000000", "a whole number of at most 256"),
        ("WORKER_MEMORY", "0", "a number above 0"),
        ("UNWATCHED", "inf", "a finite number"),
        ("NICE", "30", "a whole number of at most 19"),
        ("KEEP_DAYS", "-3", "a number above 0"),
        ("KEEP_DAYS", "nan", "a finite number"),
        ("SCHEDULER", "tcp://host", "an address such as tcp://HOST:8786"),
        ("SCHEDULER", "host:8786", "an address such as tcp://HOST:8786"),
        ("PASSWORD", "short", "at least 8 characters"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(monkeypatch, name, value, expected):
    monkeypatch.setenv(f"SEQLAB_{name}", value)
    with pytest.raises(EnvironmentProblem) as caught:
        read()
    sentence = str(caught.value)
    assert sentence.startswith(f"Received an invalid value for SEQLAB_{name}, expected {expected}")
    assert "\n" not in sentence
    assert (value in sentence) == (name != "PASSWORD")  # a secret is not repeated


def test_never_keeps_for_ever(monkeypatch):
    monkeypatch.setenv("SEQLAB_KEEP_DAYS", "Never")
    assert read().keep_days is None


def test_a_tls_scheduler_needs_its_three_files(monkeypatch, tmp_path):
    monkeypatch.setenv("SEQLAB_SCHEDULER", "tls://host:8786")
    for name in ("CA", "CERT", "KEY"):
        with pytest.raises(EnvironmentProblem, match=f"SEQLAB_TLS_{name} must be the path"):
            read()
        (tmp_path / name).touch()
        monkeypatch.setenv(f"SEQLAB_TLS_{name}", str(tmp_path / name))
    assert read().tls_files == tuple(tmp_path / name for name in ("CA", "CERT", "KEY"))


def test_a_misspelt_variable_is_told_with_the_nearest_one(monkeypatch):
    monkeypatch.setenv("SEQLAB_WORKER", "3")
    assert unknown() == [
        "SEQLAB_WORKER is no setting of seqlab and is not used. Did you mean SEQLAB_WORKERS?"
    ]


def test_the_readme_tells_every_variable_in_the_words_of_the_code():
    table = [line for line in (ROOT / "README.md").read_text().splitlines() if "`SEQLAB_" in line]
    rows = [line.strip("| ").split(" | ") for line in table if line.startswith("| `SEQLAB_")]
    assert {name.strip("`"): words for name, words in rows} == variables()


@pytest.mark.parametrize(
    "command",
    [
        ["streamlit", "run", "playground.py", "--server.headless=true", "--server.port=0"],
        ["seqlab.runs.cluster", "1", "seqlab.training.job", "."],
    ],
    ids=["server", "cluster"],
)
def test_a_wrong_value_ends_the_start_with_one_sentence(command, tmp_path):
    settings = {"SEQLAB_WORKERS": "none", "SEQLAB_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode not in (0, None)
    assert "Received an invalid value for SEQLAB_WORKERS" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not any(tmp_path.iterdir())


def test_the_environment_is_read_once(monkeypatch):
    first = environment.current()
    monkeypatch.setenv("SEQLAB_WORKERS", "7")
    assert environment.current() is first
