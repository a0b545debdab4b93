"""Adoption on own held-out code: the best is used, whole or not at all; what fails is one line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import artifact_put, artifact_save
from apps.shared.contracts.payloads.training import ModelEvaluated
from apps.shared.contracts.subjects import MODELS_STORE, SERVICE
from apps.shared.core.jobs import JobCancelled
from apps.shared.core.models import Job
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.guidance import tasks
from apps.singularity.guidance.engine.errors import NotUsable
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.selectors.adoptions import offers_due
from apps.singularity.guidance.services import (
    adopt_due,
    adoption_run,
    evaluations_tell_due,
    offer_adopt,
    offer_apply,
)
from apps.singularity.guidance.services import adoption as adopting
from apps.singularity.guidance.services.bundles import bundle_check, model_at_hand
from apps.singularity.training.models import Model
from apps.singularity.training.selectors import model_in_use, models_of
from apps.singularity.training.services import model_add, model_use
from tests.common.factories.guidance import ready
from tests.common.factories.learned import t5_bundle
from tests.common.published import payload_of
from tests.common.sharing import Fleet, fleet_make
from tests.common.t5 import vocabulary_make
from tests.common.training import code_base, module

pytestmark = pytest.mark.django_db
V1, V2 = "centralcloud_vocabulary-all_v1.2", "centralcloud_vocabulary-all_v1.4"
FAMILY = Family("vocabulary", "", "", "", "all").key


@cache
def good() -> Path:
    """A vocabulary that was made of code like the instance's."""
    sample = "".join(module(number) for number in range(30))
    return vocabulary_make(Path(mkdtemp()) / "good", 900, sample)


@cache
def shared() -> Path:
    """The same tokens as the fleet's own bundle, which is not here yet."""
    folder = shutil.copytree(good(), Path(mkdtemp()) / "shared")
    (folder / "README.md").write_text("The fleet's.\n")
    return folder


@cache
def bad() -> Path:
    """One that was made of other code."""
    return vocabulary_make(Path(mkdtemp()) / "bad", 370, "zzzz qqqq xxxx " * 40)


@pytest.fixture
def fleet(settings: Any, tmp_path: Path, nats_url: str) -> Fleet:
    """The instance ``one`` has code and a vocabulary of its own in use."""
    made = fleet_make(settings, tmp_path, nats_url, ["one"])
    with made.site("one"):
        code_base(tmp_path / "code", files=40)
    settings.INSTANCE_ID, settings.IDENTITY = "one", made.identities["one"]
    settings.STATE_DIR = tmp_path / "one"
    settings.JOIN_ROUNDS = False
    return made


@pytest.fixture
def own(fleet: Fleet) -> Model:
    model: Model = model_add(
        folder=good(), origin="local", kind="vocabulary", scope="all",
        metrics={"bytes_per_token": 3.0},
    )  # fmt: skip
    model_use(model=model, reason="first")
    return model


def offered(fleet: Fleet, folder: Path, version: str = V1, **fields: Any) -> ModelOffer:
    """What Centralcloud puts into its store and tells of, as it stands here."""
    with fleet.site(SERVICE):
        artifact = artifact_save(folder=folder, label=version)
        artifact_put(digest=artifact.digest, store=MODELS_STORE)
    said: dict[str, Any] = {
        "kind": "vocabulary",
        "family": FAMILY,
        "artifact": artifact.digest,
        "size": artifact.size,
        "tokenizer": tokenizer_digest(folder),
    }
    offer_apply(payload=ready(version, **said | fields))
    return ModelOffer.objects.get(instance="one", version=version)


def in_use() -> str:
    used = model_in_use(kind="vocabulary", scope="all")
    return used.version if used else ""


def reports() -> list[ModelEvaluated]:
    rows = OutboxMessage.objects.filter(subject="intelligence.model.evaluated").order_by("id")
    return [one for row in rows if isinstance(one := payload_of(row), ModelEvaluated)]


def test_a_shared_vocabulary_that_is_close_enough_is_used_and_reported(
    fleet: Fleet, own: Model
) -> None:
    offered(fleet, shared())
    assert adopt_due() == {"looked at": 1, "adopted": 1, "failed": 0}
    assert in_use() == V1
    (said,) = reports()
    assert (said.version, said.metric, said.served, said.adopted) == (
        V1, "bytes_per_token", "aggregate", True,
    )  # fmt: skip
    assert said.local == said.aggregate
    assert said.examples > 500
    assert adopt_due() == {"looked at": 0, "adopted": 0, "failed": 0}


def test_one_of_other_code_is_left_and_reported_with_its_numbers(fleet: Fleet, own: Model) -> None:
    offered(fleet, bad())
    assert adopt_due() == {"looked at": 1, "adopted": 0, "failed": 0}
    assert in_use() == own.version
    (said,) = reports()
    assert (said.served, said.adopted) == ("local", False)
    assert said.local
    assert said.aggregate < 0.85 * said.local
    assert "more than the 15% allowed" in said.reason


def test_the_same_offer_three_times_and_out_of_order_is_judged_once(
    fleet: Fleet, own: Model
) -> None:
    first = offered(fleet, shared())
    newer = ready(
        V1, 5, kind="vocabulary", family=FAMILY, state="promoted", artifact=first.artifact,
        size=first.size, tokenizer=first.tokenizer,
    )  # fmt: skip
    done = [adopt_due()["looked at"]]
    for payload in (newer, newer, newer.model_copy(update={"revision": 2, "state": "candidate"})):
        offer_apply(payload=payload)
        done.append(adopt_due()["looked at"])
    assert done == [1, 0, 0, 0]
    assert len(reports()) == 1
    assert ModelOffer.objects.get().state == "promoted"


def test_what_is_not_in_the_store_is_one_line_and_tried_later(fleet: Fleet, own: Model) -> None:
    offer = offered(fleet, shared(), artifact=f"sha256:{'f' * 64}")
    before = timezone.now()
    for attempt, minutes in ((1, 5), (2, 10)):
        Adoption.objects.update(due_at=before)
        assert adopt_due() == {"looked at": 1, "adopted": 0, "failed": 1}
        adoption = Adoption.objects.get(offer=offer)
        assert adoption.attempts == attempt
        assert "\n" not in adoption.error
        assert "has not all of" in adoption.error
        assert adoption.due_at
        assert (
            timedelta(0)
            <= adoption.due_at - before - timedelta(minutes=minutes)
            < timedelta(minutes=2)
        )
        assert offers_due() == []
    assert (in_use(), reports()) == (own.version, [])


def test_more_bytes_than_announced_are_refused(fleet: Fleet, own: Model) -> None:
    offer = offered(fleet, shared(), size=1)
    adopt_due()
    assert "announced were 1" in Adoption.objects.get(offer=offer).error
    assert in_use() == own.version


def test_tokens_of_another_family_are_refused(fleet: Fleet, own: Model) -> None:
    offer = offered(fleet, shared(), tokenizer=f"sha256:{'1' * 64}")
    adopt_due()
    assert "its tokenizer is not the one of its family" in Adoption.objects.get(offer=offer).error
    assert in_use() == own.version


def test_shapes_and_files_of_another_family_are_refused_before_anything_is_loaded(
    fleet: Fleet, tmp_path: Path
) -> None:
    folder = t5_bundle(tmp_path / "t5")
    parts = {"kind": "t5", "architecture": architecture_of(folder)}
    parts |= {"tokenizer": tokenizer_digest(folder)}
    offer = offered(fleet, folder, "centralcloud_t5-all_v1.1", **parts)
    bundle_check(folder, offer)
    offer.architecture = f"sha256:{'2' * 64}"
    with pytest.raises(NotUsable, match="its architecture is not the one of its family"):
        bundle_check(folder, offer)
    (folder / "spiece.model").write_bytes(b"\x80\x04pickled")
    with pytest.raises(NotUsable, match=r"spiece.model is no file of a model"):
        bundle_check(folder, offer)
    (folder / "spiece.model").unlink()
    (folder / "config.json").unlink()
    with pytest.raises(NotUsable, match=r"lacks config.json"):
        bundle_check(folder, offer)


def test_a_t5_waits_for_its_vocabulary(fleet: Fleet, tmp_path: Path) -> None:
    folder = t5_bundle(tmp_path / "t5")
    parts = {"kind": "t5", "architecture": architecture_of(folder)}
    offer = offered(
        fleet, folder, "centralcloud_t5-all_v1.1", tokenizer=tokenizer_digest(folder), **parts
    )
    with pytest.raises(NotUsable, match="its vocabulary is not here and was not offered"):
        model_at_hand(offer=offer)


def test_without_nats_it_waits_and_goes_on_when_it_is_back(
    fleet: Fleet, own: Model, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offered(fleet, shared())
    monkeypatch.setattr("apps.singularity.guidance.services.bundles.PATIENCE", 0.5)
    there = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(there, nats_urls=("nats://127.0.0.1:1",))
    adopt_due()
    adoption = Adoption.objects.get(offer=offer)
    assert adoption.error
    assert in_use() == own.version
    settings.ENVIRONMENT = there
    Adoption.objects.update(due_at=timezone.now())
    assert adopt_due()["adopted"] == 1
    assert Adoption.objects.get(offer=offer).error == ""


def test_without_code_nothing_is_judged_and_the_row_says_so(
    fleet: Fleet, settings: Any, tmp_path: Path
) -> None:
    offered(fleet, shared())
    settings.INSTANCE_ID = "empty"
    offer_apply(payload=ready(V1, kind="vocabulary", family=FAMILY))
    assert adopt_due() == {"looked at": 1, "adopted": 0, "failed": 1}
    adoption = Adoption.objects.get(offer__instance="empty")
    assert "no code" in adoption.error
    assert (adoption.judged_at, adoption.adopted, reports()) == (None, False, [])


def test_stopped_while_it_judges_nothing_is_half_done(fleet: Fleet, own: Model) -> None:
    offer = offered(fleet, shared())

    def stop(**_numbers: Any) -> None:
        raise JobCancelled("somebody did")

    with pytest.raises(JobCancelled):
        offer_adopt(offer=offer, report=stop)
    assert (in_use(), reports()) == (own.version, [])
    assert adopt_due()["adopted"] == 1


def test_what_is_used_what_is_noted_and_what_is_told_are_one(
    fleet: Fleet, own: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(fleet, shared())

    def die(**_fields: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(adopting, "evaluation_tell", die)
        with pytest.raises(RuntimeError):
            adopt_due()
    assert in_use() == own.version
    assert Adoption.objects.get().judged_at is None
    assert adopt_due()["adopted"] == 1
    assert models_of(kind="vocabulary").filter(version=V1).count() == 1


def test_another_model_taken_meanwhile_is_not_overruled(fleet: Fleet, own: Model) -> None:
    offer = offered(fleet, shared())
    other = shutil.copytree(good(), Path(mkdtemp()) / "other")
    (other / "README.md").write_text("Trained meanwhile.\n")
    model = model_add(folder=other, origin="local", kind="vocabulary", scope="all")

    def meanwhile(**_numbers: Any) -> None:
        model_use(model=model, reason="trained meanwhile")

    adoption = offer_adopt(offer=offer, report=meanwhile)
    assert "what is in use changed while it was judged" in adoption.error
    assert (in_use(), reports()) == (model.version, [])


def test_what_may_not_leave_is_told_when_it_may(fleet: Fleet, own: Model, settings: Any) -> None:
    offered(fleet, shared())
    settings.PUBLISH = "patterns"
    assert adopt_due()["adopted"] == 1
    assert (reports(), evaluations_tell_due()) == ([], 0)
    settings.PUBLISH = "all"
    assert [evaluations_tell_due(), evaluations_tell_due()] == [1, 0]
    assert [one.adopted for one in reports()] == [True]


def test_what_the_fleet_rejects_is_not_judged_and_stays_where_it_won(
    fleet: Fleet, own: Model
) -> None:
    offer = offered(fleet, shared())
    adopt_due()
    said = ready(
        V1, 9, kind="vocabulary", family=FAMILY, state="rejected", artifact=offer.artifact,
        size=offer.size, tokenizer=offer.tokenizer,
    )  # fmt: skip
    offer_apply(payload=said)
    assert offers_due() == []
    assert in_use() == V1
    assert "the fleet rejected it since" in Adoption.objects.get().explanation


def test_new_code_is_judged_on_after_a_week(fleet: Fleet, own: Model, tmp_path: Path) -> None:
    offered(fleet, shared())
    adopt_due()
    code_base(tmp_path / "more", files=10, name="more")
    assert offers_due() == []
    Adoption.objects.update(judged_at=timezone.now() - timedelta(days=8))
    assert len(offers_due()) == 1
    assert adopt_due()["looked at"] == 1
    assert len({one.revision for one in reports()}) == len(reports())


def test_the_command_shows_first_and_then_does(fleet: Fleet, own: Model) -> None:
    offered(fleet, shared())

    def adopt(*arguments: str) -> str:
        out = StringIO()
        call_command("adopt", *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    (said,) = json.loads(adopt("--dry-run", "--json"))["offers"]
    assert (said["version"], said["served"], said["adopted"]) == (V1, "aggregate", True)
    assert (in_use(), Adoption.objects.count()) == (own.version, 0)
    assert adopt(V1).startswith(f"{V1}: adopted; ")
    assert in_use() == V1
    assert "nothing that was not judged" in adopt()
    with pytest.raises(CommandError, match="The fleet offers no nonsense"):
        adopt("nonsense")


def test_a_job_row_tells_of_it(fleet: Fleet, own: Model) -> None:
    offered(fleet, bad())
    adoption_run()
    job = Job.objects.get(kind="adopt")
    assert (job.state, job.result) == ("succeeded", {"looked at": 1, "adopted": 0, "failed": 0})


def test_what_is_due_waits_for_the_worker_that_trains(
    valkey: str, fleet: Fleet, own: Model
) -> None:
    offered(fleet, shared())
    tasks.adopt_start()
    tasks.adopt_start()
    job = Job.objects.get(kind="adopt")
    assert job.state == Job.State.QUEUED
    tasks.adopt(job.pk)
    job.refresh_from_db()
    assert (job.state, in_use()) == (Job.State.SUCCEEDED, V1)
