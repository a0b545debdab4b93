"""The sign of life and the statistics: numbers and kinds, never a name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.shared.contracts.payloads import StatisticsReported
from apps.shared.core.models import Job
from apps.shared.core.version import VERSION
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.patterns.models import CodePattern
from apps.singularity.publishing.services.heartbeat import heartbeat
from apps.singularity.publishing.services.statistics import statistics_report
from apps.singularity.publishing.services.sync import instance_sync
from apps.singularity.publishing.tasks import report, sync
from tests.common.factories.core import JobFactory, running
from tests.common.learning import read_and_mine, repeated
from tests.common.published import payload_of, queued
from tests.common.trees import SMALL, write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    write_tree(tmp_path, SMALL | repeated(12))
    codebase, _ = read_and_mine(tmp_path, name="shop-of-acme")
    return codebase


def test_the_sign_of_life_says_what_goes_on_and_no_name(shop: Any) -> None:
    JobFactory(kind="mine", label="shop-of-acme", instance="alpha", **running(read=3, pending=9))
    JobFactory(kind="embed due", instance="alpha", **running())
    JobFactory(kind="ingest", instance="alpha")  # waits
    instance_sync()
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    alive = heartbeat()
    assert alive is not None
    assert (alive.version, alive.mode, alive.codebases) == (VERSION, "read-write", 1)
    jobs = {job.kind: (job.done, job.total, job.unit) for job in alive.jobs}
    assert jobs == {"mine": (3, 9, "files"), "embed_due": (0, 0, "")}
    assert alive.languages[0] == "python"
    assert set(alive.languages) >= {"python", "rust", "typescript"}
    assert alive.files >= 15
    assert alive.patterns == CodePattern.objects.filter(withdrawn_at=None).count()
    assert alive.queued == len(queued())
    assert 89 <= alive.lag_seconds < 200
    assert "acme" not in alive.model_dump_json()


def test_an_instance_that_has_nothing_lives_too() -> None:
    alive = heartbeat()
    assert alive is not None
    assert (alive.codebases, alive.files, alive.languages, alive.lag_seconds) == (0, 0, (), 0)


def test_statistics_say_who_learned_what(shop: Any) -> None:
    statistics_report()
    (row,) = queued()
    said = payload_of(row)
    assert isinstance(said, StatisticsReported)
    languages = {one.language: one for one in said.languages}
    assert languages["python"].files == 14
    assert languages["python"].chunks > 0
    assert said.files == sum(one.files for one in said.languages)
    assert said.chunks == sum(one.chunks for one in said.languages)
    kinds = {(one.kind, one.language) for one in said.patterns}
    assert ("idiom", "python") in kinds
    total = CodePattern.objects.filter(withdrawn_at=None).count()
    assert sum(one.patterns for one in said.patterns) == total
    assert (said.codebases, said.packages) == (1, 2)
    assert said.frameworks > 0
    assert "acme" not in bytes(row.data).decode()


def test_one_report_waits_at_a_time_and_revisions_grow(shop: Any) -> None:
    first = statistics_report().pk
    OutboxMessage.objects.update(sent_at=timezone.now())
    statistics_report()
    statistics_report()
    rows = queued()
    assert rows[0].pk == first
    assert len(rows) == 2
    before, after = (payload_of(row) for row in rows)
    assert isinstance(before, StatisticsReported)
    assert isinstance(after, StatisticsReported)
    assert after.revision > before.revision


def test_each_scheduled_run_is_a_row_with_what_it_did(shop: Any, settings: Any) -> None:
    sync()
    report()
    settings.PUBLISH = "off"
    sync()
    rows = Job.objects.filter(instance="alpha", kind="publish").order_by("id")
    assert rows[0].result["facts"] > 20
    assert rows[1].result["nothing"]
    assert Job.objects.get(instance="alpha", kind="report").result == {"reported": 1}
