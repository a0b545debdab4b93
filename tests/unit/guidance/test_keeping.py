"""What is judged or trained from stays on the disk; what was removed is fetched again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.shared.artifacts.services import (
    artifact_fetch,
    artifact_path,
    artifact_put,
    artifact_save,
)
from apps.shared.contracts.subjects import MODELS_STORE, SERVICE
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.services import offer_apply
from apps.singularity.guidance.services.bundles import model_at_hand
from apps.singularity.guidance.services.judging import local_best, personalised_of
from apps.singularity.training.models import Model
from apps.singularity.training.services import model_add
from tests.common.factories.guidance import ready, round_offer
from tests.common.pruning import left, without_keeper
from tests.common.sharing import Fleet, fleet_make
from tests.common.training import bundle

pytestmark = pytest.mark.django_db
V1, V2 = "centralcloud_t5-all_v1.1", "centralcloud_t5-all_v1.2"


@pytest.fixture(autouse=True)
def fleet(settings: Any, tmp_path: Path, nats_url: str) -> Fleet:
    made = fleet_make(settings, tmp_path, nats_url, ["one"])
    settings.INSTANCE_ID, settings.IDENTITY = "one", made.identities["one"]
    settings.STATE_DIR = tmp_path / "one"
    settings.PUBLISH = "off"  # what is to leave is another app's reason
    return made


@pytest.fixture(autouse=True)
def _alone() -> Any:
    """Training needs none of them."""
    with without_keeper("training"):
        yield


def added(tmp_path: Path, number: int, **facts: Any) -> Model:
    own = {"origin": "local", "kind": "t5", "scope": "all", "base_digest": "scratch-0"}
    return model_add(folder=bundle(tmp_path / f"{number}", fill=number), **{**own, **facts})


def offered(fleet: Fleet, folder: Path, version: str, **fields: Any) -> ModelOffer:
    """A bundle that was fetched to be judged."""
    with fleet.site(SERVICE):
        artifact = artifact_save(folder=folder, label=version)
        artifact_put(digest=artifact.digest, store=MODELS_STORE)
    artifact_fetch(digest=artifact.digest, size=artifact.size, store=MODELS_STORE)
    said: dict[str, Any] = {"artifact": artifact.digest, "size": artifact.size}
    offer_apply(payload=ready(version, **said | fields))
    return ModelOffer.objects.get(version=version)


def test_the_newest_offer_stays_and_those_before_go(fleet: Fleet, tmp_path: Path) -> None:
    offered(fleet, bundle(tmp_path / "v1", fill=1), V1)
    second = offered(fleet, bundle(tmp_path / "v2", fill=2), V2)
    assert left() == {second.artifact}
    with without_keeper("guidance"):
        assert left() == set()


def test_an_offer_whose_round_is_open_stays(fleet: Fleet, tmp_path: Path) -> None:
    round_ = round_offer(V1)
    first = offered(fleet, bundle(tmp_path / "v1", fill=1), V1, round=round_)
    second = offered(fleet, bundle(tmp_path / "v2", fill=2), V2)
    assert left() == {first.artifact, second.artifact}
    ModelOffer.objects.filter(pk=first.pk).update(round={})
    assert left() == {second.artifact}


def test_the_local_model_that_offers_are_judged_beside_stays(fleet: Fleet, tmp_path: Path) -> None:
    best = added(tmp_path, 1, metrics={"bits_per_byte": 1.0})
    worse = added(tmp_path, 2, metrics={"bits_per_byte": 2.0})
    assert left() == set()
    assert local_best(kind="t5", scope="all") is None
    for number, model in ((1, best), (2, worse)):
        artifact_save(folder=tmp_path / f"{number}", label=model.version)
    offer = offered(fleet, bundle(tmp_path / "v1", fill=9), V1)
    assert left() == {best.artifact, offer.artifact}


def test_what_was_tuned_from_an_offer_stays(fleet: Fleet, tmp_path: Path) -> None:
    offer = offered(fleet, bundle(tmp_path / "v1", fill=1), V1)
    base = added(tmp_path, 1, origin="aggregate", version=V1)
    tuned = added(tmp_path, 2, origin="personalised", base=base)
    added(tmp_path, 3, origin="personalised")
    assert left() == {offer.artifact, tuned.artifact}
    assert personalised_of(offer=offer).get() == tuned
    with without_keeper("guidance"):
        left()
    assert not personalised_of(offer=offer).exists()


def test_an_offer_that_counts_again_is_fetched_again(fleet: Fleet, tmp_path: Path) -> None:
    folder = bundle(tmp_path / "v1", fill=1)
    offer = offered(fleet, folder, V1)
    model = model_add(
        folder=folder, origin="aggregate", kind="t5", scope="all", version=V1,
        base_digest="scratch-0",
    )  # fmt: skip
    with without_keeper("guidance"):
        assert left() == set()
    assert model_at_hand(offer=offer) == model
    assert artifact_path(digest=model.artifact)
