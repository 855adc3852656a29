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
