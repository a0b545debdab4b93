"""What an offer is judged beside, and as what it is told: nothing is loaded or compared here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.services import adoption as adopting
from apps.singularity.guidance.services import judging, offer_apply
from apps.singularity.training.models import Model
from apps.singularity.training.services import model_use
from tests.common.factories.guidance import ready
from tests.common.factories.learned import aggregate, trained, vocabulary

pytestmark = pytest.mark.django_db
NEXT = "centralcloud_t5-all_v1.9"


@pytest.fixture
def base(tmp_path: Path) -> Model:
    return aggregate(tmp_path, fleets=vocabulary())


@pytest.fixture
def tuned(base: Model, tmp_path: Path) -> Model:
    """What was tuned here from the fleet's model, and is in use."""
    model = trained(
        tmp_path, origin="personalised", base=base, tokenizer_model=base.tokenizer_model
    )
    model_use(model=model, reason="it won")
    return model


def offer(version: str, base: Model) -> ModelOffer:
    offer_apply(payload=ready(version, family=base.family, artifact=base.artifact))
    return ModelOffer.objects.get(version=version)


def rivals(of: ModelOffer) -> judging.Judgement:
    return judging._rivals(of, judging.Code(Path(), f"sha256:{'c' * 64}"))


def test_the_offer_that_is_in_use_is_no_rival_of_itself(base: Model) -> None:
    model_use(model=base, reason="it won")
    found = rivals(offer(base.version, base))
    assert (found.in_use, found.version) == ("aggregate", base.version)
    assert "former" not in found.models


def test_what_was_tuned_from_the_offer_is_no_predecessor_of_it(base: Model, tuned: Model) -> None:
    found = rivals(offer(base.version, base))
    assert (found.in_use, found.models["personalised"]) == ("personalised", tuned)
    assert "former" not in found.models


@pytest.mark.parametrize(("in_use", "told"), [("aggregate", 2.0), ("personalised", None)])
def test_of_former_models_the_fleet_is_told_its_own(
    base: Model, tuned: Model, in_use: str, told: float | None
) -> None:
    """Beside one that was tuned on the code here every next aggregate would lose."""
    model_use(model=base if in_use == "aggregate" else tuned, reason="it won")
    newer = offer(NEXT, base)
    found = rivals(newer)
    assert found.in_use == "former"
    found.scores |= {"former": 2.0, "aggregate": 2.1}
    found.examples = 100
    adoption = Adoption(offer=newer)
    adopting._note(adoption, found, found.choice("t5"))
    said: Any = (adoption.served, adoption.aggregate, adoption.former)
    assert said == ("former", 2.1, told)
    assert "former 2" in adoption.reason
