"""What survives: a killed server, the loss of a cluster of one's own.

That a cluster comes back is tested in tests/runs/test_faults.py.
"""

import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from seqlab.runs.store import Store
from tests.runs.cluster import Cluster, installed
from tests.ui.conftest import Server
from tests.ui.playground import LONG, Playground, start_long_run


@pytest.fixture
def serve(tmp_path: Path):
    """Starts a server of this test's own, with more settings in the environment."""
    servers = []

    def begin(**environment: str) -> Server:
        server = Server(tmp_path, environment)
        servers.append(server)
        server.start()
        return server

    yield begin
    for server in servers:
        server.process.kill()  # that it ends in order is seen to elsewhere
        server.process.wait()


def test_a_killed_server_keeps_runs_and_the_cut_off_one_goes_on_as_if_nothing_was(serve, page):
    server = serve()
    playground = Playground(page, server.url)
    playground.enter("epochs", 3)
    playground.train()
    playground.expect_status("Finished: 3 epochs")
    finished, gates = page.url, playground.gates("Epoch 3")

    cut_off, url = start_long_run(playground), page.url
    # One state at least has been kept: it will go on from there.
    kept = server.home / "home" / "runs" / cut_off / "state.npz"
    playground.wait_until(kept.exists)
    server.process.kill()
    server.process.wait()
    server.start()

    playground.open(finished)
    playground.expect_status("Finished: 3 epochs")
    assert playground.gates("Epoch 3") == gates
    playground.open(url)
    playground.expect_status(r"Interrupted after \d+ of 9999")
    assert playground.gates(r"Epoch \d+")
    before = playground.epoch_told()
    expect(playground.part("more_epochs")).to_contain_text("Go on to epoch 9,999")
    playground.click("more_epochs")
    playground.expect_status(r"Epoch \d+ of 9999")
    playground.wait_until(lambda: playground.epoch_told() > before)
    playground.click("stop")
    playground.expect_status("Stopped after")

    # The same number of epochs without a break.
    epochs = playground.epoch_told()
    playground.enter("epochs", epochs)
    expect(page).to_have_url(re.compile(f"epochs={epochs}"))
    whole = playground.train()
    playground.expect_status(f"Finished: {epochs} epochs")
    with closing(Store(server.home / "home")) as store:
        one, other = store.metrics(whole), store.metrics(cut_off)
    assert other.epoch.tolist() == one.epoch.tolist() == list(range(1, epochs + 1))
    np.testing.assert_array_equal(other.loss, one.loss)
    np.testing.assert_array_equal(other.val_loss, one.val_loss)


def test_a_race_and_a_walk_forward_that_a_killed_server_cut_off_go_on_behind_their_links(
    serve, page
):
    epochs = 600  # so that it still trains when Stop is pressed
    server = serve()
    page.goto(f"{server.url}/compare?epochs={epochs}&units_0=4")

    def press(key):
        button = page.locator(f".st-key-{key}").get_by_role("button")
        # Streamlit leaves the old one beside the new for a moment; both are the same widget.
        expect(button).to_have_count(1)
        button.first.click()

    def kill():
        server.process.kill()
        server.process.wait()

    status = page.locator(".st-key-compare_status")
    seeds = page.locator(".st-key-compare_seeds input")
    seeds.fill("2", timeout=LONG)
    seeds.press("Enter")
    expect(page.get_by_text("3 variants × 2 seeds = 6 runs")).to_be_visible()
    press("compare_start")
    expect(status).to_contain_text(re.compile("[1-5] of 6 runs have ended"), timeout=3 * LONG)
    link = page.url
    kill()
    with closing(Store(server.home / "home")) as store:
        before = {run.id: run.ended for run in store.runs() if run.status == "finished"}
    server.start()

    page.goto(link)
    expect(status).to_contain_text(re.compile("Interrupted, .* of 6 runs had ended"), timeout=LONG)
    press("compare_go_on")
    expect(status).to_contain_text("Finished: 6 of 6 runs", timeout=3 * LONG)
    expect(page.locator(".st-key-compare_table tbody tr")).to_have_count(3)
    with closing(Store(server.home / "home")) as store:
        runs = {run.id: run for run in store.runs()}
        trained = [len(store.metrics(run).epoch) for run in runs]
    assert trained == [epochs] * 6
    assert {run: runs[run].ended for run in before} == before, "what had ended is not trained anew"

    page.goto(f"{server.url}/forecast?run={next(iter(before))}")
    page.get_by_text("Test it on earlier days").click(timeout=LONG)
    folds = page.locator(".st-key-backtest_folds input")
    folds.fill("20")
    folds.press("Enter")
    expect(page.get_by_text(f"20 trainings of up to {epochs} epochs")).to_be_visible()
    press("backtest_start")
    walked = page.locator(".st-key-backtest")
    expect(walked).to_contain_text(re.compile("Training: [1-9].* of 20 folds"), timeout=LONG)
    kill()
    server.start()

    page.reload()
    expect(walked).to_contain_text(re.compile("Interrupted, .* of 20 folds had"), timeout=LONG)
    expect(page.locator(".st-key-backtest_folds_plot .js-plotly-plot")).to_be_visible()
    expect(walked).to_contain_text(re.compile(r"RMSE [\d.]+ against [\d.]+"))
    expect(walked).to_contain_text("of 20 folds so far")
    press("backtest_go_on")
    expect(walked).to_contain_text("Training:", timeout=LONG)
    press("compare_stop")
    expect(walked).to_contain_text(re.compile(r"Stopped: \d+ of 20 folds had ended"), timeout=LONG)


def test_training_on_a_cluster_of_ones_own(serve, page, tmp_path):
    cluster = Cluster(tmp_path / "cluster", installed(tmp_path))
    cluster.start()
    try:
        playground = Playground(page, serve(**cluster.environment).url)
        playground.enter("epochs", 20)
        playground.click("train")
        playground.expect_status("Finished: 20 epochs")
        assert playground.rmse() < 33  # persistence: 33.3
        assert playground.gates("Epoch 20")
        start_long_run(playground)
        cluster.kill()
        playground.expect_status("pool was lost")
        playground.click("train")
        expect(playground.part("status")).to_contain_text("cannot be reached", timeout=LONG)
    finally:
        cluster.kill()
