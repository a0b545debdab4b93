"""An instance that missed messages asks a real Centralcloud over a real NATS, and catches up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.centralcloud.aggregation.models import StatisticsSnapshot
from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round
from apps.centralcloud.averaging.questions import models as models_question
from apps.centralcloud.insights import questions
from apps.centralcloud.insights.models import Telling
from apps.centralcloud.insights.services import insights_generate
from apps.shared.core.models import Job
from apps.shared.nats_bridge.received import Question
from apps.singularity.guidance import tasks
from apps.singularity.guidance.models import FleetStatistics, SharedFact
from apps.singularity.guidance.models import Telling as Heard
from apps.singularity.guidance.selectors import insights_told
from apps.singularity.guidance.selectors.offers import rounds_open
from apps.singularity.guidance.services import guidance_request, insights_apply, offers_request
from tests.common.answering import answering, enrolled, not_enrolled
from tests.common.bridge import in_database
from tests.common.factories.fleets import fleet_adds_up, fleet_tells
from tests.common.factories.guidance import insight, own, statistics

NAME = "three"
IDIOM = "with transaction.atomic():\n    $$$BODY"
QUESTIONS: dict[str, Question] = {
    "centralcloud.query.recommendations": questions.recommendations,
    "centralcloud.query.insights": questions.insights,
    "centralcloud.query.statistics": questions.statistics,
    "centralcloud.query.models": models_question,
}


@pytest.fixture
def seeds(tmp_path: Path, settings: Any, transactional_db: None, nats_url: str) -> dict[str, str]:
    """This process is the enrolled instance ``three``."""
    return enrolled(NAME, settings, tmp_path)


@pytest.fixture
def fleet(seeds: dict[str, str]) -> None:
    """Two instances have what ``three`` has not, and Centralcloud has worked that out."""
    for name in ("one", "two"):
        fleet_tells(name, patterns=[IDIOM])
    fleet_tells(NAME, patterns=["$A.own($B)"])
    fleet_adds_up()
    report = statistics(5)
    StatisticsSnapshot.objects.create(
        revision=5, generated_at=report.generated_at, report=report.model_dump(mode="json")
    )
    insights_generate()


def requested(
    seeds: dict[str, str], ask: Callable[[], dict[str, int | str]] = guidance_request
) -> dict[str, int | str]:
    async def scenario() -> dict[str, int | str]:
        async with answering(seeds, QUESTIONS):
            return await in_database(ask)

    return asyncio.run(scenario())


@pytest.mark.usefixtures("fleet")
def test_what_was_missed_is_there_after_asking(seeds: dict[str, str]) -> None:
    assert requested(seeds)["news"] == 3
    assert [(row.kind, row.name) for row in insights_told(kind="adopt")] == [("adopt", IDIOM)]
    assert SharedFact.objects.get().name == IDIOM
    assert FleetStatistics.objects.get().revision == 5
    assert Heard.objects.get(scope="own").revision == Telling.objects.get(audience=NAME).revision


@pytest.mark.usefixtures("fleet")
def test_asking_again_is_no_news(seeds: dict[str, str]) -> None:
    requested(seeds)
    assert requested(seeds)["news"] == 0


@pytest.mark.usefixtures("fleet")
def test_an_answer_that_is_older_than_what_was_told_changes_nothing(seeds: dict[str, str]) -> None:
    newer = Telling.objects.get(audience=NAME).revision + 1
    insights_apply(payload=own(newer, insight("told-since")))
    requested(seeds)
    assert [row.key for row in insights_told(kind="adopt")] == ["told-since"]


def test_a_centralcloud_that_has_worked_nothing_out_tells_nothing(seeds: dict[str, str]) -> None:
    assert requested(seeds) == {"asked": 3, "news": 0, "insights": 0}
    assert not Heard.objects.exists()


def test_models_that_were_missed_are_there_after_asking(seeds: dict[str, str]) -> None:
    family = ModelFamily.objects.create(key="t5-all-0123456789ab", kind="t5", scope="all")
    base = AggregateModel.objects.create(
        family=family, version="centralcloud_t5-all_v1.1", number=1, contributors=2, revision=7,
        artifact=f"sha256:{'a' * 64}", size=1_000, state="promoted",
    )  # fmt: skip
    now = timezone.now()
    opened = Round.objects.create(
        family=family, number=2, asks="difference", base=base, quorum=2, codec="int8",
        opened_at=now, closes_at=now + timedelta(hours=1),
    )  # fmt: skip
    assert requested(seeds, offers_request) == {"asked": 1, "news": 1, "models": 1}
    ((offer, one),) = rounds_open(asks=["difference"])
    assert (offer.version, offer.state, offer.revision) == (base.version, "promoted", 7)
    assert (one.id, one.codec, one.base) == (opened.pk, "int8", base.version)
    assert requested(seeds, offers_request)["news"] == 0


def test_models_are_not_asked_for_when_centralcloud_is_away(seeds: dict[str, str]) -> None:
    tasks.models_due()
    job = Job.objects.get(kind="models")
    assert job.error == "NoAnswer: Centralcloud does not answer questions now: its bridge is away."


def test_a_centralcloud_that_is_away_is_one_line_in_the_job(seeds: dict[str, str]) -> None:
    tasks.request()
    job = Job.objects.get(kind="request")
    assert job.state == Job.State.FAILED
    assert job.error == "NoAnswer: Centralcloud does not answer questions now: its bridge is away."


@pytest.mark.django_db
def test_who_is_not_enrolled_asks_nobody(settings: Any, tmp_path: Path) -> None:
    not_enrolled(NAME, settings, tmp_path)
    started = timezone.now()
    tasks.request()
    job = Job.objects.get(kind="request", created_at__gte=started)
    assert job.state == Job.State.SUCCEEDED
    assert job.result == {"asked": 0, "reason": "isolated or not enrolled"}
