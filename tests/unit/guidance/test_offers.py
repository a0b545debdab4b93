"""Of each version the newest revision holds, in whatever order and however often it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.conf import LazySettings

from apps.singularity.guidance import handlers
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.selectors.offers import offers_newest, rounds_open
from apps.singularity.guidance.services.offers import offer_apply
from tests.common.factories.guidance import ready, round_offer
from tests.common.factories.told import received

pytestmark = pytest.mark.django_db
V1, V2 = "centralcloud_t5-all_v1.1", "centralcloud_t5-all_v1.2"


def kept() -> list[tuple[str, str, int]]:
    rows = ModelOffer.objects.order_by("version")
    return [(row.version, row.state, row.revision) for row in rows]


def test_every_order_of_the_same_messages_ends_the_same() -> None:
    messages = [
        ready(V1, 1),
        ready(V1, 3, state="promoted"),
        ready(V1, 3, state="promoted"),
        ready(V2, 2),
    ]
    ends = set()
    for order in permutations(messages):
        ModelOffer.objects.all().delete()
        news = [offer_apply(payload=one) for one in order]
        assert news.count(True) in (2, 3)
        ends.add(tuple(kept()))
    assert ends == {((V1, "promoted", 3), (V2, "candidate", 2))}


def test_the_same_offer_is_news_once() -> None:
    assert [offer_apply(payload=ready(V1)) for _ in range(3)] == [True, False, False]


def test_news_wake_the_worker_once_they_are_stored(
    django_capture_on_commit_callbacks: Any,
) -> None:
    for expected in (1, 0):
        with django_capture_on_commit_callbacks() as waiting:
            handlers.model_ready([received("", ready(V1)), received("", ready(V1))])
        assert len(waiting) == expected


def test_a_newer_revision_replaces_all_that_was_said() -> None:
    one = round_offer(V1, codec="int8")
    offer_apply(payload=ready(V1, 1, round=one, metrics={"bits_per_byte": 2.5}))
    assert [(offer.version, found) for offer, found in rounds_open(asks=["difference"])] == [
        (V1, one)
    ]
    offer_apply(payload=ready(V1, 2, state="promoted"))
    row = ModelOffer.objects.get()
    assert (row.round, row.metrics, row.state) == ({}, {}, "promoted")
    assert rounds_open(asks=["difference"]) == []


def test_a_round_whose_time_is_over_is_not_open() -> None:
    late = round_offer(V1, closes_at=datetime.now(UTC) - timedelta(seconds=1))
    offer_apply(payload=ready(V1, 1, round=late))
    assert rounds_open(asks=["difference"]) == []
    assert rounds_open(asks=["words"]) == []


def test_a_round_without_a_model_is_kept_and_nothing_to_judge() -> None:
    open_one = ready(V1, 1, state="open", artifact=None, size=0, round=round_offer(None))
    offer_apply(payload=open_one)
    assert ModelOffer.objects.get().artifact == ""
    assert offers_newest() == []


def test_instances_that_share_a_database_are_told_apart(settings: LazySettings) -> None:
    offer_apply(payload=ready(V1))
    settings.INSTANCE_ID = "another"
    assert offers_newest() == []
    assert offer_apply(payload=ready(V1))
    assert len(offers_newest()) == 1


def test_vocabularies_come_first(db: Any) -> None:
    offer_apply(payload=ready(V1))
    fields: dict[str, Any] = {"kind": "vocabulary", "family": "vocabulary-all-0123456789ab"}
    offer_apply(payload=ready("centralcloud_vocabulary-all_v1.1", **fields))
    assert [offer.kind for offer in offers_newest()] == ["vocabulary", "t5"]
    assert [offer.kind for offer in offers_newest(kind="t5")] == ["t5"]
