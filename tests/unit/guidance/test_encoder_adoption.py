"""A fleet's encoder: offered, judged on own code, adopted, its vectors built beside, switched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import artifact_put, artifact_save
from apps.shared.contracts.payloads.training import ModelEvaluated
from apps.shared.contracts.subjects import MODELS_STORE, SERVICE
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.guidance.models import Adoption
from apps.singularity.guidance.selectors.adoptions import offers_due
from apps.singularity.guidance.services import adopt_due, judging, offer_apply
from apps.singularity.ingestion.models import EmbeddingGeneration, EncoderInUse
from apps.singularity.ingestion.selectors import chunks_search
from apps.singularity.ingestion.services import vectors, vectors_fill
from apps.singularity.training.selectors import model_in_use
from apps.singularity.training.services import model_leave
from apps.singularity.training.services.bases import weights_digest
from tests.common.encoders import tiny_encoder
from tests.common.factories.guidance import ready
from tests.common.published import payload_of
from tests.common.sharing import Fleet, fleet_make
from tests.common.training import code_base

pytestmark = pytest.mark.django_db(transaction=True)
V1, V2 = "centralcloud_encoder-all_v1.1", "centralcloud_encoder-all_v1.2"


@pytest.fixture
def began(tmp_path: Path) -> Path:
    """The configured encoder: what it says of a text is that of its first token alone."""
    return tiny_encoder(tmp_path / "began", seed=3, pooling="cls")


@pytest.fixture
def fleet(
    settings: Any, tmp_path: Path, nats_url: str, valkey: str, began: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Fleet:  # fmt: skip
    """The instance ``one`` has code, and vectors of the configured encoder."""
    monkeypatch.delitem(judging.TUNING_STEPS, "encoder")
    monkeypatch.setattr(vectors, "_STORE", 16)
    made = fleet_make(settings, tmp_path, nats_url, ["one"])
    settings.INSTANCE_ID, settings.IDENTITY = "one", made.identities["one"]
    settings.STATE_DIR, settings.EMBEDDER = tmp_path / "one", str(began)
    code_base(tmp_path / "code", files=40)
    fill()
    return made


def fill(report: Any = lambda _done, _total: None) -> Any:
    return vectors_fill(instance="one", report=report)


def answering() -> str:
    found = chunks_search(instance="one", query="merge a cart by its order", limit=5)
    assert found.notice == ""
    assert any(hit.why.cosine is not None for hit in found.hits)
    return found.model


def offered(fleet: Fleet, folder: Path, began: Path, version: str) -> None:
    with fleet.site(SERVICE):
        artifact = artifact_save(folder=folder, label=version)
        artifact_put(digest=artifact.digest, store=MODELS_STORE)
    parts: dict[str, Any] = {
        "architecture": architecture_of(folder),
        "tokenizer": tokenizer_digest(folder),
    }
    family = Family(kind="encoder", base=weights_digest(began), scope="all", **parts)
    offer_apply(
        payload=ready(
            version, kind="encoder", family=family.key, artifact=artifact.digest,
            size=artifact.size, **parts,
        )
    )  # fmt: skip


def reports() -> list[ModelEvaluated]:
    rows = OutboxMessage.objects.filter(subject="intelligence.model.evaluated").order_by("id")
    return [one for row in rows if isinstance(one := payload_of(row), ModelEvaluated)]


def test_from_a_candidate_to_its_vectors_and_back(
    fleet: Fleet, began: Path, tmp_path: Path
) -> None:
    offered(fleet, tiny_encoder(tmp_path / "better", seed=4), began, V1)
    assert adopt_due() == {"looked at": 1, "adopted": 1, "failed": 0}
    (said,) = reports()
    assert (said.served, said.metric, said.version) == ("aggregate", "mrr_at_10", V1)
    used = model_in_use(kind="encoder", scope="all")
    assert used
    assert (used.version, EncoderInUse.objects.get().version) == (V1, V1)
    assert answering() == "began"
    heard: list[str] = []
    fill(lambda _done, _total: heard.append(answering()))
    assert set(heard) == {"began"}
    assert answering() == V1

    offered(fleet, tiny_encoder(tmp_path / "worse", seed=5, pooling="cls"), began, V2)
    assert adopt_due() == {"looked at": 1, "adopted": 0, "failed": 0}
    kept = Adoption.objects.get(offer__version=V2)
    assert kept.former is not None
    assert kept.aggregate is not None
    assert kept.aggregate < kept.former
    assert kept.served == "former"
    assert fill().embedded == 0
    assert answering() == V1

    model_leave(kind="encoder", scope="all")
    assert answering() == "began"
    assert fill().embedded == 0
    assert set(EmbeddingGeneration.objects.values_list("state", flat=True)) == {"active", "former"}
    assert adopt_due()["adopted"] == 0
    assert offers_due() == []
    assert answering() == "began"
