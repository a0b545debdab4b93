"""From the words of two instances to a vocabulary that both use: the whole way, nothing mocked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.averaging.models import Evaluation
from apps.centralcloud.averaging.tasks import close_due
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.contracts.payloads.training import ModelEvaluated, TrainingCompleted
from apps.shared.contracts.subjects import SERVICE
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.selectors.adoptions import offers_due
from apps.singularity.guidance.services import adopt_due
from apps.singularity.publishing.services.models import models_tell
from apps.singularity.training.selectors import model_in_use
from apps.singularity.training.services import model_roll_back, run_start, train_run
from tests.common.sharing import Fleet, fleet_make
from tests.common.training import code_base

pytestmark = pytest.mark.django_db
NAMES = ("one", "two")
ROUNDS = "apps.singularity.guidance.selectors.offers.offers_asking"
HANDLERS: dict[str, str] = {}
SENDERS = HEARTBEAT = AUDIENCES = BEFORE_SENDING = ""
QUERIES: dict[str, str] = {}


@pytest.fixture
def fleet(settings: Any, tmp_path: Path, nats_url: str) -> Fleet:
    """Two instances with much the same code and a vocabulary each."""
    settings.SITE_WIRING = __name__
    settings.ROUND_QUORUM = settings.VOCABULARY_MIN_INSTANCES = 2
    made = fleet_make(settings, tmp_path, nats_url, NAMES)
    for place, name in enumerate(NAMES):
        with made.site(name):
            code_base(tmp_path / name, files=40 + place, name=f"shop-{name}")
            train_run(run=run_start(kind="vocabulary", vocabulary_size=600))
    return made


def tell_and_close(fleet: Fleet) -> list[Any]:
    """Each instance announces what is due; Centralcloud closes what is; all are told."""
    for name in NAMES:
        with fleet.site(name):
            models_tell()
    carried = fleet.carry()
    with fleet.site(SERVICE):
        close_due()
    return carried + fleet.carry()


def test_words_that_both_have_become_a_vocabulary_that_both_use(fleet: Fleet) -> None:
    first = tell_and_close(fleet)
    assert [one.asked for one in first if isinstance(one, TrainingCompleted)] == ["word_hashes"] * 2
    (asking,) = [one for one in first if isinstance(one, ModelReady) and one.round
                 and one.round.asks == "words"]  # fmt: skip
    assert asking.state == "open"
    second = tell_and_close(fleet)
    assert [one.asked for one in second if isinstance(one, TrainingCompleted)] == ["words"] * 2
    for name in NAMES:
        with fleet.site(name):
            assert [offer.kind for offer in offers_due()] == ["vocabulary"]
            own = model_in_use(kind="vocabulary", scope="all")
            assert own
            assert adopt_due() == {"looked at": 1, "adopted": 1, "failed": 0}
            used = model_in_use(kind="vocabulary", scope="all")
            assert used
            assert (used.origin, used.version[:12]) == ("aggregate", "centralcloud")
            adoption = Adoption.objects.get(offer__instance=name)
            assert (adoption.served, adoption.version) == ("aggregate", used.version)
            assert adoption.local == pytest.approx(own.metrics["bytes_per_token"], rel=0.1)
            assert offers_due() == []
    reports = [one for one in fleet.carry() if isinstance(one, ModelEvaluated)]
    assert [(one.served, one.adopted) for one in reports] == [("aggregate", True)] * 2
    assert Evaluation.objects.count() == 2
    rolled_back(fleet)


def rolled_back(fleet: Fleet) -> None:
    """What somebody rolled back is not taken again, though it is offered three times more."""
    with fleet.site("one"):
        model_roll_back(kind="vocabulary", scope="all")
        offer = ModelOffer.objects.get(
            instance="one", artifact=Adoption.objects.earliest("pk").artifact
        )
        adopt_due()
        adoption = Adoption.objects.get(offer=offer)
        assert adoption.put_away_at is not None
        assert "somebody rolled it back" in adoption.explanation
        assert offers_due() == []
        used = model_in_use(kind="vocabulary", scope="all")
        assert used
        assert used.origin == "local"
