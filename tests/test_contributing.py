"""The walk of CONTRIBUTING.md, walked: its task is written, trained and judged by its own test."""

import re
import subprocess
import sys
import types

import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.load import load
from seqlab.data.tasks import memory
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.training.train import train
from tests.readme import ROOT


def blocks() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_task_of_the_walk_works(monkeypatch):
    task, test = blocks()
    module = types.ModuleType("repeats")
    exec(compile(task, "repeats.py", "exec"), module.__dict__)
    (entry,) = module.ENTRIES
    assert entry.family == memory.ENTRIES[0].family
    helper = test.replace("from tests.data.tasks.helpers import dataset", "")

    def dataset(source: str, **data: int):
        assert source == entry.key
        return entry.load(Data(**data))

    names = {"dataset": dataset}
    exec(compile(helper, "test_repeats.py", "exec"), names)
    names["test_the_halves_are_equal_exactly_where_the_class_says_so"]()
    monkeypatch.setitem(ENTRIES, entry.key, entry)  # as its file in the folder of tasks does
    experiment = Experiment(
        data=Data(source="repeats", window=4, samples=200),
        layers=(Recurrent(units=4),),
        training=Training(epochs=2),
    )
    result = train(experiment, load(experiment))
    assert len(result.history["loss"]) == 2
    assert "repeats" in experiment.to_json()


def test_the_printed_task_passes_the_lint_it_asks_for(tmp_path):
    for block, name in zip(blocks(), ("repeats.py", "test_repeats.py"), strict=True):
        (tmp_path / name).write_text(block)
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for order in (["check", "--ignore", "D1,ANN,INP,I001"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *order, *settings, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md"])
def test_every_folder_of_the_house_is_told_once(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    firsts = " ".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    folders = [
        path.name for path in (ROOT / "seqlab").iterdir() if (path / "__init__.py").is_file()
    ]
    assert {name: firsts.count(f"`seqlab/{name}/`") for name in folders} == dict.fromkeys(
        folders, 1
    )
