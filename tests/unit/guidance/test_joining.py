"""Training for an open round is queued once, where models may leave."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.singularity.guidance.services import offer_apply, rounds_join
from apps.singularity.training.models import TrainingRun
from tests.common.factories.guidance import ready, round_offer
from tests.common.factories.learned import aggregate, vocabulary
from tests.common.sharing import Fleet, fleet_make
from tests.common.training import code_base

pytestmark = pytest.mark.django_db


@pytest.fixture
def fleet(settings: Any, tmp_path: Path, nats_url: str) -> Fleet:
    """The instance ``one`` has code."""
    made = fleet_make(settings, tmp_path, nats_url, ["one"])
    settings.INSTANCE_ID, settings.IDENTITY = "one", made.identities["one"]
    settings.STATE_DIR, settings.JOIN_ROUNDS = tmp_path / "one", False
    code_base(tmp_path / "code", files=40)
    return made


def test_a_run_is_queued_for_an_open_round_once(
    fleet: Fleet, settings: Any, tmp_path: Path
) -> None:
    base = aggregate(tmp_path, fleets=vocabulary())
    one = round_offer(base.version)
    fields: dict[str, Any] = {"family": base.family, "artifact": base.artifact, "round": one}
    offer_apply(payload=ready(base.version, **fields))
    assert rounds_join() == []
    settings.JOIN_ROUNDS = True
    (job,) = rounds_join()
    run = TrainingRun.objects.get()
    assert (run.round, run.base, run.job, run.steps) == (one.id, base, job, 200)
    assert rounds_join() == []
    closed = round_offer(base.version, closes_at=timezone.now() - timedelta(minutes=1))
    offer_apply(payload=ready(base.version, 2, **fields | {"round": closed}))
    assert rounds_join() == []


def test_who_shares_no_models_joins_no_round(fleet: Fleet, settings: Any, tmp_path: Path) -> None:
    base = aggregate(tmp_path, fleets=vocabulary())
    fields: dict[str, Any] = {"family": base.family, "artifact": base.artifact}
    offer_apply(payload=ready(base.version, round=round_offer(base.version), **fields))
    settings.JOIN_ROUNDS, settings.SHARE_MODELS = True, False
    assert rounds_join() == []
    settings.SHARE_MODELS, settings.PUBLISH = True, "patterns"
    assert rounds_join() == []
