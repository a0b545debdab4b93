"""What people see of bundles, and the command."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import (
    ArtifactError,
    artifact_path,
    artifact_save,
    artifact_verify,
    artifacts_prune,
)
from apps.shared.core.identity import Identity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _state(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path / "state"


@pytest.fixture
def saved(bundle: Path) -> Artifact:
    return artifact_save(folder=bundle, label="one_t5-all_v1.0")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("artifacts", *arguments, stdout=out)
    return out.getvalue()


def damage(artifact: Artifact) -> None:
    file = artifact_path(digest=artifact.digest) / "config.json"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().swapcase())


def test_saving_again_keeps_one_row_and_the_newer_label(bundle: Path, saved: Artifact) -> None:
    assert artifact_save(folder=bundle, label="").label == saved.label
    assert artifact_save(folder=bundle, label="newer").pk == saved.pk
    row = Artifact.objects.get()
    assert row.label == "newer"
    assert row.files["README.md"] == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        0,
    ]


def test_sites_on_one_machine_keep_their_own(settings: Any, bundle: Path, saved: Artifact) -> None:
    settings.IDENTITY = Identity("another", "/another", "", settings.STATE_DIR)
    with pytest.raises(ArtifactError, match="fetch it first"):
        artifact_path(digest=saved.digest)
    artifact_save(folder=bundle, label="theirs")
    assert artifacts_prune(keep=[], older_than=timedelta(0)) == 1
    assert list(Artifact.objects.filter(removed_at=None)) == [saved]


def test_pruning_keeps_what_is_named_and_what_came_lately(bundle: Path, saved: Artifact) -> None:
    (bundle / "config.json").write_text("{}")
    other = artifact_save(folder=bundle, label="other")
    assert artifacts_prune(keep=[]) == 0
    assert artifacts_prune(keep=[other.digest], older_than=timedelta(0)) == 1
    assert list(Artifact.objects.filter(removed_at=None)) == [other]
    os.utime(artifact_path(digest=other.digest), (1, 1))
    assert artifacts_prune(keep=[]) == 1


def test_the_command_lists_verifies_and_prunes(bundle: Path, saved: Artifact) -> None:
    assert saved.digest in run("list")
    (listed,) = json.loads(run("list", "--json"))
    assert listed["label"] == saved.label
    assert "as it was" in run("verify", saved.label)
    (bundle / "config.json").write_text("{}")
    other = artifact_save(folder=bundle, label="other")
    assert "other would be removed" in run("prune", "--keep", saved.label, "--dry-run")
    assert "0 removed" in run("prune", "--keep", saved.digest)
    os.utime(artifact_path(digest=other.digest), (1, 1))
    assert json.loads(run("prune", "--keep", saved.label, "--json")) == [other.digest]
    assert "No bundles." not in run("list")
    assert f"{saved.label} would be removed" in run("prune", "--dry-run")
    with pytest.raises(CommandError, match="No bundle nothing: "):
        run("verify", "nothing")


def test_the_command_names_what_is_damaged(saved: Artifact) -> None:
    damage(saved)
    with pytest.raises(CommandError, match="1 of 1 are damaged"):
        run("verify")
    with pytest.raises(ArtifactError, match=r"config\.json .* was changed"):
        artifact_verify(digest=saved.digest)


def test_the_admin_shows_files_and_verifies(admin_client: Client, saved: Artifact) -> None:
    address = reverse("admin:artifacts_artifact_changelist")
    assert saved.label in admin_client.get(address).content.decode()
    page = admin_client.get(reverse("admin:artifacts_artifact_change", args=[saved.pk]))
    assert "model.safetensors" in page.content.decode()
    verify = {"action": "verify", "_selected_action": [saved.pk]}
    assert "is as it was" in admin_client.post(address, verify, follow=True).content.decode()
    damage(saved)
    assert "was changed" in admin_client.post(address, verify, follow=True).content.decode()


def test_who_may_only_look_is_offered_no_action(client: Client, saved: Artifact) -> None:
    from django.contrib.auth.models import Permission

    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_artifact"))
    client.force_login(user)
    address = reverse("admin:artifacts_artifact_changelist")
    assert saved.label in client.get(address).content.decode()
    verify = {"action": "verify", "_selected_action": [saved.pk]}
    assert "is as it was" not in client.post(address, verify, follow=True).content.decode()
