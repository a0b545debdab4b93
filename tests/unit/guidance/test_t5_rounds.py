"""Two instances train T5s, get an aggregate, judge it, tune it, and train on for the next round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Submission
from apps.centralcloud.averaging.tasks import close_due
from apps.shared.contracts.payloads.training import TrainingCompleted
from apps.shared.contracts.subjects import SERVICE
from apps.singularity.guidance.models import Adoption
from apps.singularity.guidance.services import adopt_due, judging, rounds, rounds_join
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.models import models_tell
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.selectors import model_in_use
from apps.singularity.training.services import model_add, model_use, run_start, train_run
from apps.singularity.training.services.folders import run_folder
from tests.common.sharing import Fleet, fleet_make
from tests.common.t5 import vocabulary_make
from tests.common.training import code_base, module

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = ("one", "two")
SHORT: dict[str, Any] = {"steps": 6, "batch": 4, "length": 64}
ROUNDS = "apps.singularity.guidance.selectors.offers.offers_asking"
HANDLERS: dict[str, str] = {}
SENDERS = HEARTBEAT = AUDIENCES = BEFORE_SENDING = ""
QUERIES: dict[str, str] = {}


@pytest.fixture
def fleet(settings: Any, tmp_path: Path, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Two instances with code, the fleet's vocabulary, and a T5 each that was trained on it."""
    settings.SITE_WIRING = __name__
    settings.ROUND_QUORUM, settings.JOIN_ROUNDS = 2, True
    monkeypatch.setitem(judging.TUNING_STEPS, "t5", 3)
    monkeypatch.setitem(rounds.ROUND_STEPS, "t5", 3)
    made = fleet_make(settings, tmp_path, nats_url, NAMES)
    sample = "".join(module(number) for number in range(20))
    folder = vocabulary_make(tmp_path / "vocabulary", 600, sample)
    for place, name in enumerate(NAMES):
        with made.site(name):
            code_base(tmp_path / name, files=40 + place, name=f"shop-{name}")
            shared = model_add(
                folder=folder, origin="aggregate", kind="vocabulary", scope="all",
                version="centralcloud_vocabulary-all_v1.2",
            )  # fmt: skip
            model_use(model=shared, reason="the fleet's")
            train_run(run=run_start(kind="t5", seed=place, **SHORT))
    return made


def tell_and_close(fleet: Fleet) -> list[TrainingCompleted]:
    """What the instances announced; Centralcloud has closed what was due, and all were told."""
    for name in NAMES:
        with fleet.site(name):
            assert models_tell().waiting == {}
    carried = fleet.carry()
    with fleet.site(SERVICE):
        close_due()
    fleet.carry()
    return [one for one in carried if isinstance(one, TrainingCompleted)]


def test_from_own_models_to_an_aggregate_to_the_next_round(fleet: Fleet) -> None:
    assert [one.asked for one in tell_and_close(fleet)] == ["weights", "weights"]
    first = AggregateModel.objects.get()
    assert (first.contributors, first.version) == (2, "centralcloud_t5-all_v1.1")
    for name in NAMES:
        with fleet.site(name):
            judged_and_joined(name)
    fleet.carry()
    assert Evaluation.objects.filter(aggregate=first).count() == 2
    second = tell_and_close(fleet)
    assert [(one.asked, one.codec, one.base) for one in second] == [
        ("difference", "int8", first.version)
    ] * 2
    weights = {row.asked: row.size for row in PublishedModel.objects.filter(instance="one")}
    assert weights["difference"] < weights["weights"] / 3
    assert [row.reason for row in Submission.objects.filter(state="left_out")] == []
    assert AggregateModel.objects.count() == 2


def judged_and_joined(name: str) -> None:
    """The best of four is in use, all numbers are in the row, and a run waits for the round."""
    before = model_in_use(kind="t5", scope="all")
    assert before
    assert adopt_due()["failed"] == 0
    adoption = Adoption.objects.get(offer__instance=name)
    scores = {one: getattr(adoption, one) for one in ("local", "aggregate", "personalised")}
    assert all(scores.values())
    assert scores[adoption.served] == min(scores.values())
    used = model_in_use(kind="t5", scope="all")
    assert used
    assert used.version == adoption.version
    assert (used.pk == before.pk) == (adoption.served == "local")
    (job,) = rounds_join()
    run = TrainingRun.objects.get(pk=job.config["run"])
    train_run(run=run, job_id=job.pk)
    said = Spec.read(run_folder(run.pk) / "spec.json")
    assert (said.round_number, said.base_version) == (2, "centralcloud_t5-all_v1.1")
