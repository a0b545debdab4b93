"""Tasks queue work once, and leave what is done or running alone."""

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.shared.core.models import Job
from apps.singularity.ingestion import tasks
from apps.singularity.ingestion.services import codebase_ingest, codebase_open, vectors_fill
from tests.common.trees import SMALL, write_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def learned(tmp_path: Path, valkey: str) -> None:
    root = write_tree(tmp_path / "shop", SMALL)
    codebase_ingest(codebase=codebase_open(instance=settings.INSTANCE_ID, path=root))


def embedding() -> Job:
    return Job.objects.get(kind="embed")


def test_missing_vectors_are_queued_once() -> None:
    tasks.fill_start()
    tasks.fill_start()
    assert [job.kind for job in Job.objects.filter(state="queued")] == ["embed"]


def test_a_fill_that_runs_is_not_followed_by_another() -> None:
    now = timezone.now()
    Job.objects.create(
        instance=settings.INSTANCE_ID,
        kind="embed",
        key="vectors",
        label="vectors",
        state="running",
        host=socket.gethostname(),
        pid=os.getpid(),
        started_at=now,
        heartbeat_at=now,
    )
    tasks.fill_start()
    assert not Job.objects.filter(state="queued").exists()


def test_complete_vectors_are_left_alone_until_the_model_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors_fill(instance=settings.INSTANCE_ID)
    tasks.fill_start()
    assert not Job.objects.filter(kind="embed").exists()
    monkeypatch.setattr(settings, "EMBEDDER", "/another/model")
    tasks.fill_start()
    assert embedding().state == "queued"


def test_a_job_that_fails_says_why_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMBEDDER", "/another/model")
    tasks.fill_start()
    tasks.fill(embedding().pk)
    job = embedding()
    assert job.state == "failed"
    assert "EMBEDDER=/another/model" in job.error
