"""What `pip install .` gives: a command that opens the playground, from any folder."""

import ast
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

import seqlab
from seqlab.command import absolute

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy: setuptools builds in place, and several tests may build at once.
    source = folder / "source"
    for part in ("seqlab", "pages", ".streamlit"):
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("playground.py", "pyproject.toml", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / part, source / part)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(folder)]
    subprocess.run([*command, str(source)], check=True, timeout=240)
    (found,) = folder.glob("seqlab-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel, and this interpreter's packages beside it."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    subprocess.run([*command, "-q", "--no-deps", str(wheel)], check=True, timeout=240)
    (site,) = (folder / "lib").glob("python*/site-packages")
    ours = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "others.pth").write_text(ours)
    return folder


def test_the_wheel_has_data_and_assets(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for end in ("py.typed", "components/player.js", "door.html", "style.css", "logo.svg"):
        assert any(name.endswith(end) for name in names), end
    assert any("/share/seqlab/pages/train.py" in name for name in names)
    assert any(name.endswith("share/seqlab/.streamlit/config.toml") for name in names)
    ours = {str(p.relative_to(ROOT)) for p in (ROOT / "seqlab").rglob("*") if p.is_file()}
    assert {name for name in ours if not name.endswith((".pyc", ".ts"))} <= {*names}
    assert not any(name.startswith(("tests/", "pages/", "node_modules/")) for name in names)


def test_type_checkers_see_the_names_that_are_imported_when_they_are_used():
    tree = ast.parse((ROOT / "seqlab" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == seqlab._HOME_OF
    assert sorted(seen) == seqlab.__all__
    for name in seqlab.__all__:
        assert getattr(seqlab, name).__doc__, name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_the_command_opens_the_playground_from_any_folder(installed, tmp_path):
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["SEQLAB_HOME"] = "kept here"  # as seen from the folder where one stands
    command = [str(installed / "bin" / "seqlab"), "--server.port", str(port)]
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(
        [*command, "--server.headless", "true"],
        cwd=tmp_path,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        site = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 120
        while True:
            assert server.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            try:
                if fetched(f"{site}/_stcore/health") == b"ok":
                    break
            except OSError:
                time.sleep(0.2)
        assert b"<title>" in fetched(f"{site}/")
        assert b"<title>" in fetched(f"{site}/lens")
        listens = subprocess.run(
            [sys.executable, "-c", LISTENS, str(server.pid), str(port)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert listens.stdout.split() == ["127.0.0.1"]  # the settings hold: this machine alone
        assert (tmp_path / "kept here" / "seqlab.sqlite3").is_file()
    finally:
        server.terminate()
        server.wait(timeout=60)
        log.close()


LISTENS = """
import psutil, sys
pid, port = map(int, sys.argv[1:])
process = psutil.Process(pid)
found = {c.laddr.ip for p in [process, *process.children(recursive=True)]
         for c in p.net_connections() if c.status == "LISTEN" and c.laddr.port == port}
print(*sorted(found))
"""


def test_files_are_meant_as_seen_from_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = ["--server.sslCertFile", "a.pem", "--server.sslKeyFile=key.pem", "--server.port", "1"]
    assert absolute(given) == [
        "--server.sslCertFile",
        str(tmp_path / "a.pem"),
        f"--server.sslKeyFile={tmp_path / 'key.pem'}",
        "--server.port",
        "1",
    ]


@pytest.mark.parametrize("way", ["--target", "--user"])
def test_the_screens_are_found_however_it_was_installed(wheel, tmp_path, way):
    environment = os.environ | {"PYTHONUSERBASE": str(tmp_path / "base"), "PYTHONPATH": ""}
    where = [way, str(tmp_path / "there")] if way == "--target" else [way]
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--ignore-installed"]
    base = sys._base_executable  # --user does not go into an environment
    subprocess.run([base, *command[1:], "--break-system-packages", *where, str(wheel)],
                   check=True, timeout=240, env=environment)  # fmt: skip
    (package,) = tmp_path.rglob("seqlab/__init__.py")
    ours = next(p for p in sys.path if p.endswith("site-packages"))
    environment["PYTHONPATH"] = os.pathsep.join([str(package.parents[1]), ours])
    found = subprocess.run(
        [sys.executable, "-c", "from seqlab.ui import places; print(places.PAGES)"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert (Path(found.stdout.strip()) / "train.py").is_file()
    assert tmp_path in Path(found.stdout.strip()).parents


def test_help_says_what_it_does(installed):
    command = [str(installed / "bin" / "seqlab"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "Only this machine can connect" in done.stdout
