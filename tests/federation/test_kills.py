"""Any process dies at any moment, again and again: nothing is lost, nothing counts twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from tests.common.bookkeeping import difference, held, settled
from tests.common.federation import Federation

ROUNDS = int(os.environ.get("FEDERATION_ROUNDS", "250"))
SEED = int(os.environ.get("FEDERATION_SEED", "0")) or Random().getrandbits(32)
FEW = 4
CODEBASES = 2
FACTS = 30
LONGEST_PAUSE = 0.6
REPLACED_SHARE = 0.15
EVERY = 10
"""After so many rounds all is waited for and compared."""


def test_a_few_kills_lose_and_double_nothing(fleet: Federation) -> None:
    run(fleet, FEW)


@pytest.mark.slow
def test_many_kills_lose_and_double_nothing(fleet: Federation) -> None:
    run(fleet, ROUNDS)


def run(fleet: Federation, rounds: int) -> None:
    """Rounds of learning and killing. The seed is told, so that a failure can be had again."""
    print(f"FEDERATION_SEED={SEED} FEDERATION_ROUNDS={rounds}")  # noqa: T201  pytest shows it
    random, killed = Random(SEED), 0
    for number in range(1, rounds + 1):
        killed += one_round(fleet, random)
        if number % EVERY == 0:
            fleet.sync()
            left = settled(fleet)
            assert not left, f"seed {SEED}, round {number}, {killed} kills: {left}\n{fleet.said()}"
            print(f"round {number}: {killed} kills, {len(held(fleet.instances))} facts")  # noqa: T201
    assert killed >= rounds


def one_round(fleet: Federation, random: Random) -> int:
    """Everybody learns and tells; one to three of all processes die meanwhile."""
    for instance in fleet.instances:
        if random.random() < REPLACED_SHARE:
            instance.learner.try_ask("replace")
        instance.learner.try_ask(
            "change", seed=random.getrandbits(32), facts=FACTS, codebases=CODEBASES
        )
    for instance in fleet.instances:
        instance.learner.try_tell("sync")
    chosen = random.sample(victims(fleet), random.randint(1, 3))
    for kill in chosen:
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        kill()
    time.sleep(random.uniform(0, LONGEST_PAUSE))
    for instance in fleet.instances:
        instance.learner.try_answer()
    fleet.bridges_start()
    return len(chosen)


def victims(fleet: Federation) -> list[Callable[[], None]]:
    """How to kill each process: relays and consumers, workers, nats-server, PostgreSQL."""
    bridges = [site.bridge.kill for site in fleet.sites]
    workers = [instance.learner.kill for instance in fleet.instances]
    servers = [
        partial(fleet.server_kill, server)
        for server in (fleet.servers.nats, fleet.servers.postgresql)
    ]
    return [*bridges, *workers, *servers]


def test_the_bookkeeping_sees_what_is_lost_and_what_is_doubled(fleet: Federation) -> None:
    """Who checks is checked: a row less and a wrong number show."""
    for instance in fleet.instances:
        instance.learner.ask("change", seed=1, facts=FACTS, codebases=CODEBASES)
        instance.learner.ask("sync")
    assert not settled(fleet)
    fleet.central.execute("DELETE FROM aggregation_contribution WHERE instance = 'alpha'")
    assert {key[1] for key in difference(fleet).lost} == {"alpha"}
    fleet.central.execute("UPDATE aggregation_contribution SET occurrences = occurrences * 2")
    assert {key[1] for key in difference(fleet).doubled} == {"beta"}
    for instance in fleet.instances:
        instance.learner.ask("change", seed=2, facts=FACTS, codebases=CODEBASES)
        instance.learner.ask("sync", full=True)
    fleet.central.manage("aggregate", "--full")  # nobody marked what was changed by hand
