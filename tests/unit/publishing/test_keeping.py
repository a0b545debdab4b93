"""What is still to leave stays on the disk; what has left and was taken over goes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.services.offers import offer_apply
from apps.singularity.publishing.engine.models import Stays
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services import models as sharing
from apps.singularity.publishing.services.models import models_tell
from apps.singularity.publishing.services.plans import plans
from apps.singularity.training.models import Model
from tests.common.bridge import empty_nats
from tests.common.factories.guidance import ready, round_offer
from tests.common.factories.learned import aggregate, trained, vocabulary
from tests.common.pruning import left, without_keeper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stores(settings: Any, tmp_path: Path, nats_url: str) -> None:
    settings.STATE_DIR = tmp_path / "alpha"
    settings.SHARE_MODELS = settings.SHARE_VOCABULARY = True
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, nats_mode="external", nats_urls=(nats_url,)
    )
    asyncio.run(_stores(seed_new()))


async def _stores(seed: str) -> None:
    await empty_nats(seed)
    async with connected(key=NKey.from_seed(seed)) as client:
        await streams_ensure(client)
        await audiences_ensure(client, ["alpha"])


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return trained(tmp_path, tokenizer_model=vocabulary())


def test_what_is_to_leave_stays_with_all_it_is_made_from(tmp_path: Path) -> None:
    words = vocabulary()
    base = aggregate(tmp_path, fleets=words)
    offer = round_offer(base.version)
    model = trained(tmp_path, tokenizer_model=words, base=base, round=offer.id)
    offer_apply(payload=ready(base.version, family=base.family, round=offer, artifact=None))
    needed = {model.artifact, base.artifact, words.artifact}
    with without_keeper("training"), without_keeper("guidance"):
        assert left() == needed
        models_tell()
        assert not needed & left()


def test_a_submission_stays_while_it_is_untold_unsent_or_its_round_is_open(model: Model) -> None:
    (plan,) = [one for one in plans() if one.way.asked]
    sharing._send_bundle(sharing._row(plan), plan)
    row = PublishedModel.objects.get()
    assert row.artifact in left()  # untold
    with without_keeper("publishing"):
        assert row.artifact not in left()
    models_tell()
    row = PublishedModel.objects.get(asked="weights")
    assert row.artifact in left()  # unsent
    OutboxMessage.objects.update(sent_at=timezone.now())
    offer = round_offer(None, asks="weights", number=1)
    offer_apply(payload=ready("c_t5-all_v1.1", family=row.family, round=offer, artifact=None))
    assert row.artifact in left()  # open
    ModelOffer.objects.update(round={})
    assert row.artifact not in left()
    assert model.artifact in left()


def test_a_removed_model_is_told_of_without_it_and_nothing_waits(
    model: Model, settings: Any
) -> None:
    settings.SHARE_MODELS = settings.SHARE_VOCABULARY = False
    assert models_tell().models == 1
    with without_keeper("training"):
        assert model.artifact not in left()
    settings.SHARE_MODELS = True
    told = models_tell()
    assert (told.models, told.waiting) == (0, {})
    PublishedModel.objects.all().delete()
    (plan,) = plans()
    assert plan.way.stays == Stays.REMOVED
