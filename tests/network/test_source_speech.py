"""The exported script of sounds brings along how their features were made, word for word."""

import importlib.util
import io
import re
import sys
import zipfile

import numpy as np

from seqlab import Experiment, load, read_table
from seqlab.experiment import Data
from seqlab.network.source import source
from seqlab.network.source.data import files
from seqlab.network.source.package import package
from tests.sounds import tone, words


def test_another_sound_is_read_as_the_script_says(tmp_path):
    table = read_table(words(3), "words.zip", mel_bands=20, hop_ms=12.5)
    experiment = Experiment(data=Data(source="upload", file="x"))
    dataset = load(experiment, table)
    script, beside = source(experiment, dataset), files(experiment, dataset)
    assert set(beside) == {"data.npz", "log_mel.py"}
    assert "seqlab" not in re.sub("# .*", "", beside["log_mel.py"].decode()).split('"""', 2)[2]
    (tmp_path / "log_mel.py").write_bytes(beside["log_mel.py"])
    spec = importlib.util.spec_from_file_location("log_mel_beside", tmp_path / "log_mel.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["log_mel_beside"] = module  # where dataclasses look for it
    try:
        spec.loader.exec_module(module)
        made = re.search(r"features = (LogMel\(.*\))\.of\(word\)", script)[1]
        features = eval(made, {"LogMel": module.LogMel}).of(tone("up", 0.35, seed=1))
    finally:
        del sys.modules["log_mel_beside"]
    data = np.load(io.BytesIO(beside["data.npz"]))
    x = (features - data["offset"]) / data["scale"]
    i = table.frame["file"].tolist().index("up/up_1.wav")
    assert data["classes"][dataset.y[i]] == "up"
    # a file has 16 bits: a few tenths of a dB where it is quiet
    np.testing.assert_allclose(dataset.x[i, : len(x)], x, atol=0.05)
    with zipfile.ZipFile(io.BytesIO(package(experiment, dataset))) as all_of_it:
        assert all_of_it.read("log_mel.py") == beside["log_mel.py"]
        assert "`log_mel.py`: how the features were made" in all_of_it.read("README.md").decode()
