"""Every command and example of the README is run as it is written.

Those of the cluster are run by tests/runs/cluster.py; the first two (open, test) by CI itself and
by every journey of tests/ui.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from tests.readme import ROOT, blocks, command, commands
from tests.runs.cluster import free_port

# Known by a part: where each is run.
RUN = {
    "streamlit run playground.py": "here, and tests/ui/conftest.py",
    "-m pytest": ".ci/run",
    "pip install .": "tests/ui/test_recovery.py",
    "openssl": "tests/runs/cluster.py",
    "dask scheduler": "tests/runs/cluster.py",
    "dask worker": "tests/runs/cluster.py",
}


def test_no_command_of_the_readme_is_left_out():
    for line in commands():
        assert any(part in line for part in RUN), line


def test_the_python_example_does_what_it_says(capsys):
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "(1, 22, 16)" in out
    assert "keras.layers.LSTM(16" in out


@pytest.fixture
def served(tmp_path):
    """Starts a command of the README that serves, on a port of its own; its address."""
    processes = []

    def start(line: str) -> str:
        port = free_port()
        processes.append(
            subprocess.Popen(
                f"exec env {line} --server.port {port} --server.headless true",
                shell=True,
                cwd=ROOT,
                env=os.environ | {"SEQLAB_HOME": str(tmp_path), "SEQLAB_WORKERS": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 120
        while time.monotonic() < end and processes[-1].poll() is None:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).read()
                return address
            except OSError:
                time.sleep(0.2)
        raise AssertionError(line)

    yield start
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def test_a_room_is_asked_for_the_pass_phrase(served):
    address = served(command("SEQLAB_PASSWORD"))
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address, timeout=30)
    given = b"password=eight+letters+or+more"
    cookie = urllib.request.HTTPCookieProcessor()
    browser = urllib.request.build_opener(cookie)
    with browser.open(f"{address}/enter", given, timeout=30) as page:
        assert page.status == 200
        assert page.url == f"{address}/"
        assert "frame-ancestors" in page.headers["content-security-policy"]


def test_by_default_only_this_machine_can_connect():
    config = (ROOT / ".streamlit/config.toml").read_text()
    assert 'address = "127.0.0.1"' in config
    first = commands()[0]
    assert "address" not in first
