"""A store of its own for each test of a page; a real server and a real browser for the journeys."""

import functools
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import streamlit as st
from playwright.sync_api import expect
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.ui import services, visitor
from seqlab.ui.playground import downloads
from tests.runs.cluster import free_port

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no reason to fail

# Streamlit looks through all installed packages for components at the start of every AppTest,
# which takes half a second: once is enough.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of this test's own, and a pool that is never started: nothing trains here."""
    store = Store(tmp_path)
    pool = Pool(store)
    monkeypatch.setattr(services, "store", lambda: store)
    monkeypatch.setattr(services, "pool", lambda: pool)
    yield store
    store.close()


def new_tab() -> AppTest:
    """The pages, with the buttons opened that hold the less common values."""
    app = AppTest.from_file(ROOT / "seqlab/ui/shell.py", default_timeout=120)
    for place in ("data", "head", "training", 0, 1, 2, 3):
        app.session_state[f"more_{place}"] = True
    app.session_state["earlier"] = True
    return app


def tab(key: str) -> AppTest:
    """A tab of the browser that has this key."""
    app = new_tab()
    app.session_state[visitor._KEY] = key
    return app


@pytest.fixture
def app(store):
    """A tab with the pages, on a store of this test's own."""
    return new_tab()


@pytest.fixture
def offered(monkeypatch):
    """What is offered for download, by file name, as the browser would get it."""
    found = {}
    real = st.download_button

    def button(label, data, file_name, **options):
        found[file_name] = data() if callable(data) else data
        return real(label, data, file_name, **options)

    monkeypatch.setattr(st, "download_button", button)
    downloads._models.clear()
    return found


class Server:
    """`streamlit run playground.py` on a free port, with its own SEQLAB_HOME."""

    def __init__(self, home: Path, environment: dict[str, str] | None = None) -> None:
        self.home = home
        self.environment = environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        options = {
            "server.port": self.port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
        }
        command = [sys.executable, "-m", "streamlit", "run", "playground.py"]
        command += [f"--{name}={value}" for name, value in options.items()]
        environment = os.environ | {"SEQLAB_HOME": str(self.home / "home"), "SEQLAB_WORKERS": "2"}
        environment["SEQLAB_NICE"] = "0"  # on a busy machine, what is left may be nothing
        environment |= self.environment
        # Output to a file: a full pipe would block the server.
        with open(self.home / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).read()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError(self.log)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def workers(self) -> list[psutil.Process]:
        """The training processes: what the fork server forked, without its own tracker."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        servers = []
        for process in family:
            with suppress(psutil.Error):  # it ends in this moment
                if "forkserver" in " ".join(process.cmdline()):
                    servers.append(process)
        parents = {p.pid for p in servers}
        return [p for p in servers if p.ppid() in parents]

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text()


@contextmanager
def running(home: Path, **environment: str) -> Iterator[Server]:
    """A server that must not log an error."""
    server = Server(home, environment)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


def chromium() -> str | None:
    """The distribution's Chromium, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Without a browser these tests are skipped, but never in CI."""
    found = chromium()
    if found is None:
        reason = "no Chromium on this machine (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI the browser tests must run")
        pytest.skip(reason)
    # Chromium refuses its sandbox to root; the background switches keep it off the network.
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    return {"executable_path": found, "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"viewport": {"width": 1440, "height": 900}}
