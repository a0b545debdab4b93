"""What leaves of a model, over a real NATS: numbers always, a bundle only where it may."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as live
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.shared.artifacts.engine.deltas import difference_open
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import artifact_fetch
from apps.shared.contracts.nkeys import NKey, seed_new
from apps.shared.contracts.payloads.training import TrainingCompleted
from apps.shared.contracts.subjects import SERVICE, instance_store
from apps.shared.core.identity import Identity
from apps.shared.core.models import Job
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from apps.singularity.guidance.services.offers import offer_apply
from apps.singularity.publishing import tasks
from apps.singularity.publishing.engine.models import Stays
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services import models as sharing
from apps.singularity.publishing.services import submissions
from apps.singularity.publishing.services.models import models_tell
from apps.singularity.publishing.services.plans import plans
from apps.singularity.publishing.services.residuals import residual_file
from apps.singularity.publishing.services.scheduled import NO_NATS, OFF, READ_ONLY
from apps.singularity.publishing.services.submissions import submission_ready
from apps.singularity.publishing.services.withdrawal import unsent_hold_back
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.services import model_add
from tests.common.bridge import empty_nats
from tests.common.encoders import tiny_encoder
from tests.common.factories.core import AdminFactory
from tests.common.factories.guidance import ready, round_offer
from tests.common.factories.learned import aggregate, artifact_of, trained, vocabulary
from tests.common.published import payload_of, queued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stores(settings: Any, tmp_path: Path, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder of its own, and the stores that Centralcloud makes."""
    settings.STATE_DIR = tmp_path / "alpha"
    settings.SHARE_MODELS = settings.SHARE_VOCABULARY = True
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, nats_mode="external", nats_urls=(nats_url,)
    )
    monkeypatch.setattr(sharing, "PATIENCE", 0.5)
    asyncio.run(_stores(seed_new()))


async def _stores(seed: str) -> None:
    await empty_nats(seed)
    async with connected(key=NKey.from_seed(seed)) as client:
        await streams_ensure(client)
        await audiences_ensure(client, ["alpha"])


@pytest.fixture
def fleets() -> Model:
    """The fleet's vocabulary."""
    return vocabulary()


def told() -> list[TrainingCompleted]:
    """What is queued of models, checked by the contract."""
    rows = [payload_of(row) for row in queued(subject="training.completed")]
    return [row for row in rows if isinstance(row, TrainingCompleted)]


def received(one: TrainingCompleted, settings: Any, tmp_path: Path) -> Path:
    """The bundle of an announcement, as Centralcloud fetches it."""
    assert one.artifact
    held = settings.STATE_DIR, settings.IDENTITY
    settings.STATE_DIR = tmp_path / "centralcloud"
    settings.IDENTITY = Identity(SERVICE, "/centralcloud", seed_new(), tmp_path)
    try:
        return artifact_fetch(digest=one.artifact, size=one.size, store=instance_store("alpha"))
    finally:
        settings.STATE_DIR, settings.IDENTITY = held


def test_weights_leave_with_the_fleets_tokens_and_no_word_of_here(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    model = trained(tmp_path, tokenizer_model=fleets)
    assert models_tell().bundles == 1
    (one,) = told()
    assert (one.version, one.family, one.asked) == (model.version, model.family, "weights")
    assert (one.run, one.examples, one.metrics) == (model.run_id, 800, {"bits_per_byte": 2.5})
    bundle = received(one, settings, tmp_path)
    assert (bundle / "model.safetensors").read_bytes() == (
        artifact_of(model) / "model.safetensors"
    ).read_bytes()
    everything = b"".join(file.read_bytes() for file in bundle.iterdir())
    assert b"secret-project" not in everything
    assert b"acme" not in everything
    assert json.loads((bundle / "config.json").read_text())["d_model"] == 8


def test_what_was_built_on_an_own_vocabulary_stays(tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=vocabulary(origin="local"))
    (plan,) = [one for one in plans() if one.kind == "t5"]
    assert plan.way.stays == Stays.OWN_TOKENIZER
    live.SHARE_VOCABULARY = False
    models_tell()
    assert [(one.kind, one.artifact) for one in told()] == [("vocabulary", None), ("t5", None)]
    assert not PublishedModel.objects.exclude(left_at=None).exists()


def test_the_same_is_told_once(fleets: Model, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    assert [models_tell().models for _ in range(3)] == [1, 0, 0]


def test_only_the_newest_of_a_family_leaves(fleets: Model, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    newest = trained(tmp_path, tokenizer_model=fleets)
    models_tell()
    assert {one.version: bool(one.artifact) for one in told()}[newest.version]
    assert [bool(one.artifact) for one in told()] == [False, True]
    assert PublishedModel.objects.get(left_at=None).stays == Stays.OLDER


def test_killed_between_bytes_and_words_it_ends_with_the_same_digest(
    fleets: Model, tmp_path: Path
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    (plan,) = plans()
    row = sharing._row(plan)
    sharing._send_bundle(row, plan)
    before = PublishedModel.objects.get()
    assert (before.told_at, before.left_at is None) == (None, False)
    assert queued() == []
    models_tell()
    (one,) = told()
    assert one.artifact == before.artifact


def test_the_bytes_of_a_bundle_are_the_same_each_time(fleets: Model, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    models_tell()
    first = PublishedModel.objects.get().artifact
    PublishedModel.objects.all().delete()
    models_tell()
    assert PublishedModel.objects.get().artifact == first


def test_without_nats_it_waits_and_is_told_later(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    model = trained(tmp_path, tokenizer_model=fleets)
    there = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(there, nats_urls=("nats://127.0.0.1:1",))
    assert list(models_tell().waiting) == [model.version]
    assert queued() == []
    settings.ENVIRONMENT = there
    assert models_tell().bundles == 1


def test_where_nothing_may_leave_nothing_does(fleets: Model, settings: Any, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    settings.PUBLISH = "off"
    assert models_tell().why == OFF
    settings.PUBLISH = "patterns"
    assert models_tell().why == sharing.PATTERNS_ONLY
    settings.PUBLISH, settings.INSTANCE_MODE = "all", "read-only"
    assert models_tell().why == READ_ONLY
    settings.INSTANCE_MODE = "read-write"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, nats_mode="isolated")
    assert models_tell().why == NO_NATS
    assert queued() == []
    assert not PublishedModel.objects.exists()


def test_what_stayed_leaves_when_it_may(fleets: Model, settings: Any, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    settings.SHARE_MODELS = False
    models_tell()
    assert PublishedModel.objects.get().stays == Stays.MODELS
    assert models_tell().models == 0
    settings.SHARE_MODELS = True
    assert models_tell().bundles == 1
    assert [bool(one.artifact) for one in told()] == [False, True]
    assert len({one.run for one in told()}) == 1


def test_what_waits_is_taken_back_when_it_may_not_leave_any_more(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    models_tell()
    settings.SHARE_MODELS = False
    unsent_hold_back()
    assert told() == []
    models_tell()
    assert [one.artifact for one in told()] == [None]
    settings.PUBLISH = "off"
    unsent_hold_back()
    assert OutboxMessage.objects.count() == 0


def test_a_family_with_an_aggregate_takes_no_weights_from_scratch(
    fleets: Model, tmp_path: Path
) -> None:
    aggregate(tmp_path, fleets=fleets)
    trained(tmp_path, tokenizer_model=fleets)
    models_tell()
    assert PublishedModel.objects.get().stays == Stays.NO_BASE


def test_what_was_only_tuned_to_be_judged_is_not_told(fleets: Model, tmp_path: Path) -> None:
    base = aggregate(tmp_path, fleets=fleets)
    trained(tmp_path, tokenizer_model=fleets, base=base, origin="personalised")
    assert plans() == []


def opened(base: Model, revision: int = 1) -> Any:
    """An open round that goes on from an aggregate, of which this instance was told."""
    one = round_offer(base.version, codec="int8")
    assert offer_apply(payload=ready(base.version, revision, family=base.family, round=one))
    return one


@pytest.fixture
def wired(settings: Any) -> None:
    settings.SITE_WIRING = __name__


ROUNDS = "apps.singularity.guidance.selectors.offers.offers_asking"


@pytest.mark.usefixtures("wired")
def test_for_a_round_the_difference_leaves_and_what_was_lost_goes_with_the_next(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    base = aggregate(tmp_path, fleets=fleets)
    bundles = []
    for seed in (5, 6):
        one = opened(base, seed)
        trained(tmp_path, tokenizer_model=fleets, base=base, origin="personalised",
                round=one.id, seed=seed)  # fmt: skip
        assert models_tell().bundles == 1
        bundles.append(told()[-1])
        assert (bundles[-1].asked, bundles[-1].codec) == ("difference", "int8")
        assert (bundles[-1].base, bundles[-1].round) == (base.version, one.id)
    folder = received(bundles[1], settings, tmp_path)
    said = json.loads((folder / "difference.json").read_text())
    assert (said["base"], said["base_digest"]) == (base.version, base.artifact)
    assert sorted(file.name for file in folder.iterdir() if file.name != "manifest.json") == [
        "README.md", "difference.json", "difference.safetensors",
    ]  # fmt: skip
    with difference_open(folder / "difference.safetensors") as difference:
        assert difference.names()
    residuals = list((settings.STATE_DIR / "residuals").rglob("*.safetensors"))
    assert [file.stem for file in residuals] == [str(bundles[1].run)]


@pytest.mark.usefixtures("wired")
def test_what_was_lost_of_an_untold_difference_does_not_count(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    base = aggregate(tmp_path, fleets=fleets)
    one = opened(base)
    trained(tmp_path, tokenizer_model=fleets, base=base, origin="personalised", round=one.id)
    (plan,) = plans()
    sharing._send_bundle(sharing._row(plan), plan)
    again = PublishedModel.objects.get()
    digest, again.artifact = again.artifact, ""
    assert residual_file(again).exists()
    submission_ready(row=again, plan=plan)
    assert again.artifact == digest


def test_a_round_that_closed_meanwhile_still_gets_the_difference(
    fleets: Model, tmp_path: Path
) -> None:
    base = aggregate(tmp_path, fleets=fleets)
    gone = uuid4()
    trained(tmp_path, tokenizer_model=fleets, base=base, origin="personalised", round=gone)
    models_tell()
    (one,) = told()
    assert (one.asked, one.round, one.codec) == ("difference", gone, "fp32")


def test_an_encoder_leaves_with_the_tokens_that_everybody_has(
    settings: Any, tmp_path: Path
) -> None:
    folder = tiny_encoder(tmp_path / "encoder")
    (folder / "modules.json").write_text("[]")
    run = TrainingRun.objects.create(instance="alpha", kind="encoder")
    said: dict[str, Any] = {"origin": "local", "kind": "encoder", "scope": "all", "run": run}
    model = model_add(folder=folder, base_digest=f"sha256:{'b' * 64}", **said)
    assert models_tell().bundles == 1
    (one,) = told()
    assert (one.base_digest, one.tokenizer) == (model.base_digest, model.tokenizer)
    bundle = received(one, settings, tmp_path)
    assert architecture_of(bundle) == model.architecture
    assert tokenizer_digest(bundle) == model.tokenizer
    assert (bundle / "1_Pooling" / "config.json").exists()


def test_a_configuration_with_unknown_words_stays(fleets: Model, tmp_path: Path) -> None:
    model = trained(tmp_path, tokenizer_model=fleets, config={"owner": "acme"})
    assert "words of its configuration" in models_tell().waiting[model.version]
    assert told() == []


def test_the_command_says_first_what_would_leave(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    model = trained(tmp_path, tokenizer_model=fleets)
    out = StringIO()
    call_command("publish", "--dry-run", stdout=out)
    size = f"{model.size:,}"
    assert f"Would announce {model.version} (t5): weights, at most {size} bytes." in out.getvalue()
    assert not PublishedModel.objects.exists()
    settings.SHARE_MODELS = False
    out = StringIO()
    call_command("publish", "--dry-run", "--json", stdout=out)
    (said,) = json.loads(out.getvalue())["models"]
    assert (said["asked"], said["stays"]) == ("", "SHARE_MODELS is off")
    settings.SHARE_MODELS = True
    out = StringIO()
    call_command("publish", stdout=out)
    assert "Announced 1 models: 1 with a bundle" in out.getvalue()


def test_the_ledger_lists_every_bundle_with_its_size(
    fleets: Model, admin_client: Client, tmp_path: Path
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    models_tell()
    row = PublishedModel.objects.get()
    page = admin_client.get(reverse("admin:publishing_egressmessage_changelist")).content.decode()
    assert row.artifact in page
    assert row.version in page
    client = APIClient()
    client.force_authenticate(AdminFactory.create())
    (said,) = client.get("/api/v1/egress/totals").json()["models"]
    assert (said["artifact"], said["size"], said["asked"]) == (row.artifact, row.size, "weights")
    panel = admin_client.get(reverse("dashboard-panel", args=["left"])).content.decode()
    assert 'data-left="bundles">1, ' in panel


def test_the_schedule_tells_and_its_row_says_how_many(fleets: Model, tmp_path: Path) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    tasks.notify()
    job = Job.objects.get(kind="notify")
    assert (job.state, job.result["models"], job.result["bundles"]) == ("succeeded", 1, 1)


HANDLERS: dict[str, str] = {}
SENDERS = HEARTBEAT = AUDIENCES = BEFORE_SENDING = ""
QUERIES: dict[str, str] = {}


def test_what_stayed_and_could_not_be_sent_when_it_might_is_sent_later(
    fleets: Model, settings: Any, tmp_path: Path
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    settings.SHARE_MODELS = False
    models_tell()
    settings.SHARE_MODELS = True
    here = settings.ENVIRONMENT
    settings.ENVIRONMENT = replace(here, nats_urls=("nats://127.0.0.1:1",))
    assert len(models_tell().waiting) == 1
    settings.ENVIRONMENT = here
    assert models_tell().bundles == 1
    assert [one.asked for one in told() if one.artifact] == ["weights"]


def test_two_processes_tell_once(
    fleets: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    make, others = submissions.submission_ready, iter([models_tell])
    said: list[int] = []

    def meanwhile(**given: Any) -> None:
        make(**given)
        said.extend(other().models for other in others)

    monkeypatch.setattr(sharing, "submission_ready", meanwhile)
    assert (models_tell().models, said) == (0, [1])
    assert len(told()) == 1
    assert PublishedModel.objects.exclude(told_at=None).count() == 1


def test_who_looked_before_another_process_told_tells_no_more(
    fleets: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(tmp_path, tokenizer_model=fleets)
    seen = plans()
    models_tell()
    monkeypatch.setattr(sharing, "plans", lambda: seen)
    assert models_tell().models == 0
    assert len(told()) == 1
