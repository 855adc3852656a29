"""Whose run is it: only its owner steers, continues and deletes it; others watch and copy it."""

import asyncio
import hashlib

import pytest

from seqlab import environment
from seqlab.experiment import Data, Experiment, Training
from seqlab.runs.store import Store
from seqlab.ui import services, visitor
from seqlab.ui.visitor import COOKIE, VisitorKey
from tests.ui.conftest import tab
from tests.ui.test_data_page import PAGES
from tests.ui.test_door import ask, inside
from tests.ui.test_pages import captions, opened

MINE = Experiment(data=Data(source="sine", samples=120, window=8), training=Training(epochs=9))


@pytest.fixture
def told(store, monkeypatch):
    """What reaches the pool."""
    told = []
    pool = services.pool()
    monkeypatch.setattr(pool, "tell", lambda run, command: told.append((run, command["kind"])))
    monkeypatch.setattr(pool, "stop", lambda run: told.append((run, "stop")))
    monkeypatch.setattr(pool, "go_on", lambda run, *_: told.append((run, "go on")))
    return told


@pytest.fixture
def run(store, told):
    """A run that Ada has started and that trains."""
    app = opened(tab("ada"), **MINE.to_query())
    app.button(key="train").click().run()
    (run,) = store.runs()
    store.set_status(run.id, "running")
    return run.id


def test_the_owner_steers_also_after_a_reload(run, told):
    app = opened(tab("ada"), run=run)
    app.button(key="pause").click().run()
    app.button(key="stop").click().run()
    assert told == [(run, "pause"), (run, "stop")]


def test_others_watch_and_copy(run, store, told):
    app = opened(tab("bob"), run=run)
    assert app.button(key="pause").disabled
    assert app.button(key="stop").disabled
    assert "Another visitor's run" in captions(app)
    assert "step" not in [button.key for button in app.button]
    app.button(key="train").click().run()
    assert told == []
    mine, theirs = store.runs()
    assert mine.experiment == theirs.experiment
    assert mine.owner != theirs.owner


def test_a_click_that_was_made_up_reaches_nobody_elses_run(run, store, told):
    """The buttons are not drawn; a forged message, or one of before, acts through the callbacks."""
    script = f"""
import streamlit as st
from seqlab.ui import state, visitor
from seqlab.ui.playground import own_run
from seqlab.ui.playground import steering
from seqlab.ui.playground import training_controls as training
st.session_state[visitor._KEY] = "bob"
steering.tell({run!r}, "pause")
st.session_state["new_rate"] = 0.5
steering._new_rate({run!r})
state.show_run({run!r})
training._stop()
st.session_state[own_run._RUNS] = [{run!r}]
own_run.begin("another")
steering._deleted({run!r})
"""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    assert told == []
    store.set_status(run, "finished")
    app.run()
    assert store.get(run) is not None


def test_the_owner_deletes_a_run_with_all_that_is_kept_of_it(run, store):
    store.add_metrics(run, [1], [1.0], [1.0])
    store.add_log(run, "A line.")
    store.add_state(run, b"state")
    assert not store.delete(run)  # it trains
    store.set_status(run, "stopped")
    app = opened(tab("ada"), run=run)
    app.button(key="delete_run").click().run()
    assert not app.exception
    assert store.get(run) is None
    assert not (store.home / "runs" / run).exists()
    assert store.metrics(run).epoch.size == 0
    assert store.log(run) == []
    assert "run" not in app.query_params


def test_a_run_without_an_owner_belongs_to_whoever_is_at_this_machine_alone(store, monkeypatch):
    old = store.create(MINE)
    store.set_status(old, "stopped")
    assert "delete_run" in [button.key for button in opened(tab("ada"), run=old).button]
    monkeypatch.setattr(visitor, "_alone", lambda: False)
    app = opened(tab("ada"), run=old)
    assert "delete_run" not in [button.key for button in app.button]
    assert "Another visitor's run" in captions(app)


def test_a_file_goes_when_nobody_needs_it(store):
    file = store.add_upload(b"x\n1\n", "a.csv", "ada")
    assert store.add_upload(b"x\n1\n", "a.csv", "bob") == file
    mine = store.create(Experiment(data=Data(source="upload", file=file)), owner="ada")
    bobs = store.create(Experiment(data=Data(source="upload", file=file)), owner="bob")
    assert store.readers(file, "ada") == (1, 1)
    assert not store.delete_upload(file, "eve")
    assert not store.delete_upload(file, "ada")  # a run of hers reads it
    store.set_status(mine, "stopped")
    store.delete(mine)
    assert store.delete_upload(file, "ada")  # it is no longer hers, but Bob has the same
    assert not store.uploaded_by(file, "ada")
    assert store.upload(file) is not None
    assert not store.delete_upload(file, "bob")
    store.set_status(bobs, "stopped")
    store.delete(bobs)
    assert store.delete_upload(file, "bob")
    assert store.upload(file) is None
    assert not (store.home / "uploads" / file).exists()


def test_a_deleted_file_goes_with_the_last_run_of_others_that_reads_it(store):
    file = store.add_upload(b"x\n1\n", "a.csv", "ada")
    run = store.create(Experiment(data=Data(source="upload", file=file)), owner="bob")
    assert store.delete_upload(file, "ada")
    assert store.upload(file) is not None
    store.set_status(run, "stopped")
    store.delete(run)
    assert not (store.home / "uploads" / file).exists()


def test_the_page_says_who_else_needs_a_file(store):
    ada = hashlib.sha256(b"seqlab visitor ada").hexdigest()[:32]
    file = store.add_upload(b"x\n" + b"1\n2\n" * 200, "a.csv", ada)
    wish = Experiment(data=Data(source="upload", file=file, window=8))
    store.create(wish, owner="bob")
    app = opened(tab("ada"), **wish.to_query())
    app.switch_page(str(PAGES / "data.py")).run()
    assert not app.exception

    def words() -> str:
        return " ".join(text.value for text in app.markdown)

    assert "1 run of another visitor reads it. The file is no longer yours at once" in words()
    assert not app.button(key="delete_this_file").disabled
    store.create(wish, owner=ada)
    app.run()
    assert "1 run of yours reads it: delete it first" in words()
    assert app.button(key="delete_this_file").disabled


def test_the_store_knows_no_key(run, store):
    content = b"".join(path.read_bytes() for path in store.home.glob("seqlab.sqlite3*"))
    assert b"ada" not in content
    assert len(store.get(run).owner) == 32


def test_a_store_of_an_earlier_version_gets_owners(tmp_path):
    first = Store(tmp_path)
    run = first.create(MINE, owner="x")
    first._db.execute("ALTER TABLE runs DROP COLUMN owner")
    first._db.execute("DROP TABLE uploaders")
    first.close()
    store = Store(tmp_path)
    assert store.get(run).owner is None
    assert store.get(store.create(MINE, owner="y")).owner == "y"
    store.close()


def cookies(sent) -> list[str]:
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_a_browser_gets_its_key_once():
    app = VisitorKey(inside)
    (cookie,) = cookies(ask(app))
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert cookies(ask(app)) != [cookie]
    assert cookies(ask(app, cookie=f"a=b; {COOKIE}=known")) == []
    assert cookies(ask(app, method="PUT")) == []  # no page
    assert ask(app, kind="websocket")[0]["type"] == "websocket.accept"
    assert asyncio.iscoroutinefunction(app.__call__)


def test_the_owner_pins_and_the_runs_page_says_what_will_go(run, store, monkeypatch):
    store.set_status(run, "stopped")
    store.add_snapshot(run, 1, bytes(900_000))
    app = opened(tab("ada"), run=run)
    app.switch_page("../../pages/runs.py").run()
    assert "Yours: 1 run, 0.9 MB of 2,000 MB. A run that is not pinned goes 30 days" in captions(
        app
    )
    monkeypatch.setenv("SEQLAB_VISITOR_GB", "0.001")
    environment.current.cache_clear()
    app.run()
    assert f"your oldest ones that are not pinned go, run {run} first" in captions(app)
    app = opened(tab("ada"), run=run)
    app.button(key="pin").click().run()
    assert store.get(run).pinned
    assert app.button(key="pin").label == "Unpin"
    assert "pin" not in [button.key for button in opened(tab("bob"), run=run).button]
