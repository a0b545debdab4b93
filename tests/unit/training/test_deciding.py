"""A model is used where it beats what is in use on the same held-out code, and never else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.singularity.ingestion.engine.embedding.loading import default_directory
from apps.singularity.training.models import Model
from apps.singularity.training.selectors import model_in_use
from apps.singularity.training.services import deciding, model_add
from apps.singularity.training.services.deciding import model_decide
from apps.singularity.training.services.judging import Verdict, verdict
from tests.common.factories.training import InUseFactory, ModelFactory, RunFactory
from tests.common.training import bundle

pytestmark = pytest.mark.django_db


def tuned(*, before: float, after: float, base: str = "") -> Model:
    """An encoder that a run tuned, from the built-in embedding model or another folder."""
    run = RunFactory(
        kind="encoder", job=None, spec={"base": base or str(default_directory())},
        before={"mrr_at_10": before}, metrics={"mrr_at_10": after},
    )  # fmt: skip
    model: Model = ModelFactory(kind="encoder", run=run, metrics=run.metrics)
    return model


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Model]:
    """The models that were taken into use; these have no bundle that a search could run."""
    models: list[Model] = []
    monkeypatch.setattr(deciding, "model_use", lambda *, model, reason: models.append(model))
    return models


def decide(model: Model, *, use: bool | None = None) -> Verdict:
    return model_decide(model=model, use=use, report=lambda: None)


@pytest.mark.parametrize(
    ("kind", "new", "used", "wins"),
    [
        ("t5", {"bits_per_byte": 2.0}, {"bits_per_byte": 2.1}, True),
        ("t5", {"bits_per_byte": 2.1}, {"bits_per_byte": 2.0}, False),
        ("t5", {"bits_per_byte": 2.0}, {"bits_per_byte": 2.0}, False),
        ("encoder", {"mrr_at_10": 0.7}, {"mrr_at_10": 0.6}, True),
        ("encoder", {"mrr_at_10": 0.6}, {"mrr_at_10": 0.7}, False),
        ("vocabulary", {"bytes_per_token": 4.0}, {"bytes_per_token": 3.0}, True),
        ("encoder", {}, {"mrr_at_10": 0.7}, False),
    ],
)
def test_each_kind_has_its_better(
    kind: str, new: dict[str, float], used: dict[str, float], wins: bool
) -> None:
    assert verdict(kind=kind, new=new, used=used, name="the other").use is wins


def test_an_encoder_must_beat_the_configured_one(taken: list[Model]) -> None:
    worse = decide(tuned(before=0.6, after=0.5))
    assert (worse.use, taken) == (False, [])
    assert "the configured embedding model has 0.6" in worse.reason
    better = tuned(before=0.6, after=0.7)
    assert decide(better).use
    assert taken == [better]


def test_beside_an_endpoint_nothing_is_judged(taken: list[Model], settings: Any) -> None:
    settings.EMBEDDER = "http://embedder/v1#model"
    left = decide(tuned(before=0.1, after=0.9))
    assert (left.use, taken) == (False, [])
    assert "`manage.py models use VERSION` takes this model" in left.reason


def test_the_first_of_a_kind_is_taken(taken: list[Model]) -> None:
    model = ModelFactory()
    assert decide(model) == Verdict(use=True, reason="The first of its kind and scope.")
    assert taken == [model]


def test_one_that_is_in_use_stays(taken: list[Model]) -> None:
    row = InUseFactory()
    assert decide(row.model).reason == "It is in use."
    assert model_in_use(kind="t5", scope="all") == row.model


def test_one_that_began_from_the_one_in_use_was_judged_by_its_run(
    taken: list[Model], tmp_path: Path
) -> None:
    base = model_add(folder=bundle(tmp_path / "1"), origin="local", kind="t5", scope="all")
    InUseFactory(model=base)
    run = RunFactory(job=None, before={"bits_per_byte": 2.5}, metrics={"bits_per_byte": 2.25})
    model = ModelFactory(base=base, run=run, metrics=run.metrics)
    said = f"Better: bits_per_byte 2.25, {base} has 2.5 on the same held-out code."
    assert decide(model) == Verdict(use=True, reason=said)
    assert taken == [model]


def test_one_whose_rival_lost_its_bundle_is_taken(taken: list[Model]) -> None:
    row, model = InUseFactory(), ModelFactory()
    said = f"The bundle of {row.model}, which was in use, is gone."
    assert decide(model) == Verdict(use=True, reason=said)
    assert taken == [model]


def test_the_choice_of_people_is_not_questioned(taken: list[Model]) -> None:
    worse = tuned(before=0.6, after=0.5)
    assert decide(worse, use=False).reason == "Left out of use, as asked."
    assert taken == []
    assert decide(worse, use=True).use
    assert taken == [worse]
