"""Syncs at the same time, a process that is killed, and a code base that goes meanwhile."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.singularity.ingestion.models import Codebase
from apps.singularity.publishing.models import PublishedCodebase, PublishedFact, PublishedState
from apps.singularity.publishing.services.sync import codebase_sync, instance_sync
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import MiningFactory
from tests.common.published import known, queued, usage_pattern

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plain() -> Any:
    codebase = CodebaseFactory(instance="alpha", name="plain", ingested_at=timezone.now())
    MiningFactory(codebase=codebase)
    for number in range(5):
        usage_pattern(codebase, number)
    return codebase


def test_two_syncs_at_once_tell_each_fact_once(plain: Any) -> None:
    def sync(_number: int) -> int:
        try:
            return codebase_sync(codebase=plain).facts
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        facts = list(pool.map(sync, range(4)))
    assert sorted(facts) == [0, 0, 0, 5]
    assert len(queued()) == 1
    assert PublishedCodebase.objects.count() == 1
    assert PublishedFact.objects.count() == 5


def test_a_sync_that_is_killed_leaves_nothing_half(plain: Any) -> None:
    connections.close_all()
    child = os.fork()
    if child == 0:
        codebase_sync(codebase=plain, sink=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert queued() == []
    assert not PublishedFact.objects.exists()
    assert not PublishedState.objects.exclude(revision=0).exists()
    assert codebase_sync(codebase=plain).facts == 5


def test_a_code_base_that_goes_while_it_is_told_is_taken_back(plain: Any) -> None:
    def remove() -> None:
        Codebase.objects.filter(pk=plain.pk).delete()
        connection.close()

    def meanwhile(_subject: str, _data: bytes) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(remove).result()

    codebase_sync(codebase=plain, sink=meanwhile)
    assert len(known(queued())) == 5
    instance_sync()
    assert known(queued()) == {}
