"""One federation for the tests of this folder: starting whole sites takes most of their time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.common.bookkeeping import aggregates_wrong, held, settled
from tests.common.federation import Federation, federation


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Centralcloud and the instances ``alpha`` and ``beta``."""
    folder: Path = tmp_path_factory.mktemp("federation")
    with federation(folder, "alpha", "beta") as made:
        yield made


@pytest.fixture
def fleet(sites: Federation) -> Iterator[Federation]:
    """The federation with every bridge running; in the end nothing is lost and nothing doubled."""
    sites.bridges_start()
    sites.sync()
    for seed, instance in enumerate(sites.instances):
        instance.learner.ask("change", seed=seed, facts=20, codebases=2)
    yield sites
    sites.bridges_start()
    sites.sync()
    left = settled(sites)
    assert not left, f"{left}\n{sites.said()}"
    assert held(sites.instances)
    assert aggregates_wrong(sites) == {}
