"""Which models stay on the disk: each reason to keep one, alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.shared.artifacts.services import ArtifactMissing, artifact_path
from apps.shared.core.models import Job
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.services import model_add, model_roll_back, model_use, run_start
from apps.singularity.training.services.keeping import NEWEST, bundles_needed
from apps.singularity.training.services.pruning import KEPT
from tests.common.factories.core import AdminFactory
from tests.common.pruning import age, left, without_keeper
from tests.common.training import bundle, vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _state(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path / "state"
    settings.PUBLISH = "off"  # what is to leave is another app's reason


def added(tmp_path: Path, number: int, **facts: Any) -> Model:
    own = {"origin": "local", "kind": "t5", "scope": "all", "base_digest": "scratch-0"}
    return model_add(folder=bundle(tmp_path / f"{number}", fill=number), **{**own, **facts})


@pytest.fixture
def old(tmp_path: Path) -> Model:
    """One with as many newer ones beside it as stay for being new."""
    model = added(tmp_path, 0)
    for number in range(1, NEWEST + 1):
        added(tmp_path, number)
    return model


def test_the_newest_of_each_family_stay_and_older_ones_go(tmp_path: Path, old: Model) -> None:
    other = added(tmp_path, 90, scope="rust")
    newest = Model.objects.exclude(pk=old.pk)
    assert left() == set(newest.values_list("artifact", flat=True))
    assert other.artifact in left()
    with without_keeper("training"):
        assert left() == set()


def test_what_is_in_use_and_what_was_before_it_stay(tmp_path: Path, old: Model) -> None:
    used = added(tmp_path, 91)
    model_use(model=old, reason="first")
    model_use(model=used, reason="better")
    for number in range(100, 100 + NEWEST):
        added(tmp_path, number)
    assert {old.artifact, used.artifact} <= left()
    assert model_roll_back(kind="t5", scope="all").model == old


def test_the_vocabulary_of_what_stays_stays(tmp_path: Path) -> None:
    words = model_add(
        folder=vocabulary(tmp_path / "words"), origin="local", kind="vocabulary", scope="all"
    )
    for number in range(4, 4 + NEWEST):
        folder = vocabulary(tmp_path / f"words-{number}", words=number)
        model_add(folder=folder, origin="local", kind="vocabulary", scope="all")
    assert words.artifact not in bundles_needed()
    added(tmp_path, 1, tokenizer_model=words)
    assert words.artifact in left()


def test_the_base_of_a_run_that_may_go_on_stays(old: Model) -> None:
    run = run_start(kind="t5", base=old.version, steps=1)
    assert old.artifact in left()
    for _ in range(KEPT):
        TrainingRun.objects.create(instance=run.instance, kind="t5")
    run.job = Job.objects.create(instance=run.instance, kind="train", key="t5:all")
    run.save()
    assert old.artifact in left()
    Job.objects.update(state=Job.State.FAILED)
    assert old.artifact not in left()


def test_the_vocabulary_that_a_run_began_with_stays(tmp_path: Path) -> None:
    words = model_add(
        folder=vocabulary(tmp_path / "words"), origin="local", kind="vocabulary", scope="all"
    )
    for number in range(4, 4 + NEWEST):
        folder = vocabulary(tmp_path / f"words-{number}", words=number)
        model_add(folder=folder, origin="local", kind="vocabulary", scope="all")
    run = run_start(kind="t5", steps=1)
    run.spec |= {"tokenizer_version": words.version}
    run.save()
    assert words.artifact in left()
    run.delete()
    assert words.artifact not in left()


def test_a_base_that_is_gone_is_one_line(old: Model) -> None:
    from apps.singularity.training.services.training import _spec

    run = run_start(kind="t5", base=old.version, steps=1)
    with without_keeper("training"):
        left()
    with pytest.raises(ArtifactMissing, match=f"The bundle of {old} was removed on "):
        _spec(run, Path(), None)


def test_what_was_removed_says_so_wherever_it_is_shown(
    old: Model, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    left()
    with pytest.raises(ArtifactMissing):
        artifact_path(digest=old.artifact)
    user = AdminFactory()
    client.force_login(user)
    for address in (
        reverse("admin:training_model_changelist"),
        reverse("admin:training_model_change", args=[old.pk]),
    ):
        assert "bundle removed on 20" in client.get(address).content.decode()
    call_command("models")
    assert "bundle removed on 20" in capsys.readouterr().out
    call_command("models", "--json")
    assert '"bundle_removed_at": "20' in capsys.readouterr().out
    with pytest.raises(CommandError, match=f"The bundle of {old} was removed on 20"):
        call_command("models", "use", old.version)
    rest = APIClient()
    rest.force_authenticate(user)
    shown = rest.get(f"/api/v1/models/{old.pk}").json()
    assert shown["bundle_removed_at"].startswith("20")
    used = rest.post(f"/api/v1/models/{old.pk}/use")
    assert (used.status_code, "was removed on" in str(used.json())) == (409, True)


def test_what_came_just_now_stays_whatever_it_is_for(tmp_path: Path, old: Model) -> None:
    from apps.shared.artifacts.services import bundles_prune

    age()
    artifact_path(digest=old.artifact)
    with without_keeper("training"):
        assert bundles_prune() == NEWEST
    assert artifact_path(digest=old.artifact)
