"""A cluster of three nats-servers loses its leader in the middle: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.common.bookkeeping import aggregates_wrong, held, settled
from tests.common.cluster import Cluster
from tests.common.federation import Federation

STREAM = "INTELLIGENCE"
ROUNDS = 4


@pytest.mark.slow
def test_a_cluster_that_loses_its_leader_again_and_again_loses_no_message(tmp_path: Path) -> None:
    with clustered(tmp_path) as (cluster, fleet):
        for number in range(ROUNDS):
            for instance in fleet.instances:
                instance.learner.ask("change", seed=number, facts=60, codebases=2)
                instance.learner.tell("sync")
            leader = cluster.leader(STREAM)
            leader.kill()
            for instance in fleet.instances:
                instance.learner.answer()
            assert cluster.leader(STREAM) is not leader
            fleet.sync()
            assert not settled(fleet), f"two of three are enough: {fleet.said()}"
            leader.start()
        assert held(fleet.instances)
        assert aggregates_wrong(fleet) == {}


@contextmanager
def clustered(folder: Path) -> Iterator[tuple[Cluster, Federation]]:
    """A federation whose NATS is a cluster that keeps three copies.

    One of its instances is enrolled when the cluster runs already.
    """
    cluster = Cluster(folder / "nats")
    variables = {"NATS_URL": cluster.urls, "NATS_REPLICAS": "3"}
    fleet = Federation(folder, ["alpha", "beta"], **variables)
    try:
        fleet.prepare()
        late = fleet.instances[-1]
        fleet.central.manage("instance_revoke", late.name)
        cluster.start(fleet.central.manage("nats_config"))
        fleet.central.manage("nats_setup")
        fleet.enroll(late)
        cluster.let_in(fleet.central.manage("nats_config"))
        fleet.bridges_start()
        yield cluster, fleet
    finally:
        fleet.stop()
        cluster.stop()
