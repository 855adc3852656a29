"""What survives: a killed server, the loss of a cluster of one's own.

That a cluster comes back is tested in tests/runs/test_faults.py.
"""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from seqlab.runs.store import Store
from tests.runs.cluster import Cluster
from tests.ui.conftest import Server
from tests.ui.playground import LONG, Playground, start_long_run

EPOCHS = 60


@pytest.fixture
def serve(tmp_path: Path):
    """Starts a server of this test's own, with more settings in the environment."""
    servers = []

    def begin(**environment: str) -> Server:
        server = Server(tmp_path, environment)
        server.start()
        servers.append(server)
        return server

    yield begin
    for server in servers:
        server.stop()


def test_a_killed_server_keeps_runs_and_the_cut_off_one_goes_on_as_if_nothing_was(serve, page):
    server = serve()
    playground = Playground(page, server.url)
    playground.choose("data", "Adding problem")
    playground.enter("window", 60)
    playground.enter("epochs", EPOCHS)
    playground.click("train")
    playground.expect_status(f"Finished: {EPOCHS} epochs")
    whole, gates = playground.run(), playground.gates(f"Epoch {EPOCHS}")
    finished = page.url

    playground.click("train")
    playground.wait_until(lambda: playground.run() not in (None, whole))
    cut_off, url = playground.run(), page.url
    # One state at least has been kept: it would go on from there.
    kept = server.home / "home" / "runs" / cut_off / "state.npz"
    playground.wait_until(kept.exists, seconds=60)
    server.process.kill()
    server.process.wait()
    server.start()

    playground.open(finished)
    playground.expect_status(f"Finished: {EPOCHS} epochs")
    assert playground.gates(f"Epoch {EPOCHS}") == gates
    playground.open(url)
    playground.expect_status("Interrupted after")
    assert playground.gates(r"Epoch \d+")
    playground.click("more_epochs")
    playground.expect_status(f"Finished: {EPOCHS} epochs")
    store = Store(server.home / "home")
    one, other = store.metrics(whole), store.metrics(cut_off)
    store.close()
    assert other.epoch.tolist() == list(range(1, EPOCHS + 1))
    np.testing.assert_allclose(other.loss, one.loss, rtol=1e-4)
    np.testing.assert_allclose(other.val_loss, one.val_loss, rtol=1e-4)


def test_training_on_a_cluster_of_ones_own(serve, page, tmp_path):
    cluster = Cluster(tmp_path / "cluster")
    cluster.start()
    try:
        playground = Playground(page, serve(SEQLAB_SCHEDULER=cluster.address).url)
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
