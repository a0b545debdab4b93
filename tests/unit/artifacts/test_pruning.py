"""Nothing that somebody needs goes away, and what goes does so whole, whoever is killed when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nats.js import JetStreamContext

from apps.shared.artifacts.engine.errors import ArtifactError, ArtifactMissing
from apps.shared.artifacts.engine.store import BundleStore
from apps.shared.contracts.subjects import MODELS_STORE, instance_store
from tests.common.processes import CHECKOUT

if TYPE_CHECKING:
    from apps.shared.artifacts.models import Artifact
    from tests.unit.artifacts.conftest import Place

OWN = instance_store("one")
NOW = timedelta(0)
DYING = """
import os, signal, sys
from pathlib import Path
from apps.shared.artifacts.engine import store
store.shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
store.BundleStore(Path(sys.argv[1])).remove_idle(sys.argv[2], seconds=0)
"""


@pytest.fixture
def state(settings: Any, tmp_path: Path, db: None) -> Path:
    settings.STATE_DIR = tmp_path / "state"
    return tmp_path / "state"


def saved(bundle: Path, said: str, label: str = "one_t5-all_v1.0") -> Artifact:
    """A bundle of its own configuration, and of the same weights as any other."""
    from apps.shared.artifacts.services import artifact_save

    (bundle / "config.json").write_text(said)
    return artifact_save(folder=bundle, label=label)


def fetched(artifact: Artifact, store: str = OWN) -> Path:
    from apps.shared.artifacts.services import artifact_fetch

    return artifact_fetch(digest=artifact.digest, size=artifact.size, store=store)


def test_a_row_outlives_its_bundle_and_says_so_in_one_line(state: Path, bundle: Path) -> None:
    from apps.shared.artifacts.selectors import artifacts
    from apps.shared.artifacts.services import artifact_path, artifacts_prune

    artifact = saved(bundle, "{}")
    assert artifacts_prune(keep=[], older_than=NOW) == 1
    assert not list(artifacts())
    artifact.refresh_from_db()
    assert artifact.removed_at
    wanted = f"The bundle of {artifact} was removed on {artifact.removed_at:%Y-%m-%d}"
    with pytest.raises(ArtifactMissing, match=wanted):
        artifact_path(digest=artifact.digest)
    assert saved(bundle, "{}").removed_at is None
    assert list(artifacts()) == [artifact]


def test_what_somebody_has_just_looked_up_stays(state: Path, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_path, artifacts_prune

    artifact = saved(bundle, "{}")
    os.utime(artifact_path(digest=artifact.digest), (1, 1))
    artifact_path(digest=artifact.digest)
    assert artifacts_prune(keep=[]) == 0


def test_what_is_being_sent_stays_however_long_that_takes(state: Path, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifacts_prune
    from apps.shared.artifacts.services.local import local_store

    artifact = saved(bundle, "{}")
    with local_store().held(artifact.digest) as folder:
        os.utime(folder, (1, 1))
        assert artifacts_prune(keep=[]) == 0
    assert artifacts_prune(keep=[]) == 1


def test_a_put_holds_its_bundle(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put
    from apps.shared.artifacts.services.local import local_store

    artifact, store = saved(bundle, "{}"), local_store()
    gone: list[bool] = []
    artifact_put(
        digest=artifact.digest,
        store=OWN,
        report=lambda *_: gone.append(store.remove_idle(artifact.digest, seconds=0)),
    )
    assert set(gone) == {False}
    assert store.remove_idle(artifact.digest, seconds=0)


def test_killed_in_the_middle_nothing_is_half_there(state: Path, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_path, artifacts_prune
    from apps.shared.artifacts.services.local import local_store

    one, other = saved(bundle, "{}"), saved(bundle, "[]")
    root = local_store().root
    command = [sys.executable, "-c", DYING, str(root), one.digest]
    done = subprocess.run(command, cwd=CHECKOUT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert BundleStore(root).digests() == [other.digest]
    with pytest.raises(ArtifactMissing):
        artifact_path(digest=one.digest)
    artifacts_prune(keep=[other.digest])
    one.refresh_from_db()
    assert one.removed_at
    assert [path.name for path in root.iterdir()] == [other.digest.removeprefix("sha256:")]
    assert artifact_path(digest=other.digest)


def test_a_keeper_that_fails_ends_it_before_anything_is_removed(
    state: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from singularity_site import wiring
    from tests.common.pruning import age, left

    artifact = saved(bundle, "{}")
    age()
    monkeypatch.setattr(wiring, "KEEPERS", ["apps.shared.artifacts.services.no_such_keeper"])
    with pytest.raises(ImportError):
        left()
    monkeypatch.undo()
    settings.STATE_DIR = state
    assert artifact.digest not in left()


def test_files_that_another_bundle_has_too_stay(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put, store_prune

    old, new = saved(bundle, "{}"), saved(bundle, "[]")
    for one in (old, new):
        artifact_put(digest=one.digest, store=OWN)
    with place.site("centralcloud"):
        assert store_prune(store=OWN, keep=[new.digest], done=[old.digest], older_than=NOW) > 1
        fetched(new)
        with pytest.raises(ArtifactError, match="has not all of"):
            fetched(old)


def test_what_nobody_has_told_of_yet_waits_for_its_message(
    place: Place, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.shared.artifacts.services import artifact_put, store_prune, sweeping
    from tests.common.artifacts import messages_of

    old, untold = saved(bundle, "{}"), saved(bundle, "[]")
    for one in (old, untold):
        artifact_put(digest=one.digest, store=OWN)
    with place.site("centralcloud"):
        store_prune(store=OWN, keep=[], done=[old.digest], older_than=NOW)
        assert fetched(untold)
        monkeypatch.setattr(sweeping, "UNTOLD", NOW)
        store_prune(store=OWN, keep=[], done=[], older_than=NOW)
        assert messages_of(OWN) == {}


def test_an_upload_beside_it_is_whole(
    place: Place, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shares its weights with the bundle that is being removed, and comes after the look."""
    import threading

    from apps.shared.artifacts.services import artifact_put, store_prune

    old, new = saved(bundle, "{}"), saved(bundle, "[]")
    artifact_put(digest=old.digest, store=OWN)
    purge = JetStreamContext.purge_stream
    put: list[threading.Thread] = []

    async def purged(self: Any, name: str, **arguments: Any) -> bool:
        if not put:
            thread = threading.Thread(
                target=artifact_put, kwargs={"digest": new.digest, "store": OWN}
            )
            put.append(thread)
            thread.start()
            thread.join(60)
        return await purge(self, name, **arguments)

    monkeypatch.setattr(JetStreamContext, "purge_stream", purged)
    assert store_prune(store=OWN, keep=[], done=[old.digest], older_than=NOW) > 0
    assert put
    with place.site("centralcloud"):
        fetched(new)


def test_a_store_that_was_half_pruned_is_pruned_the_next_time(
    place: Place, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.shared.artifacts.services import artifact_put, store_prune
    from tests.common.artifacts import messages_of

    old, new = saved(bundle, "{}"), saved(bundle, "[]")
    for one in (old, new):
        artifact_put(digest=one.digest, store=OWN)
    purge, left = JetStreamContext.purge_stream, [0]

    async def killed(self: Any, name: str, **arguments: Any) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise SystemExit
        return await purge(self, name, **arguments)

    with place.site("centralcloud"):
        for after in range(4):
            left[0] = after
            monkeypatch.setattr(JetStreamContext, "purge_stream", killed)
            try:
                store_prune(store=OWN, keep=[new.digest], done=[old.digest], older_than=NOW)
            except SystemExit:
                monkeypatch.undo()
        place.settings.STATE_DIR = place.folder / "centralcloud"
        monkeypatch.setattr(JetStreamContext, "purge_stream", purge)
        store_prune(store=OWN, keep=[new.digest], done=[old.digest], older_than=NOW)
        assert len([one for one in messages_of(OWN) if ".M." in one]) == 4
        fetched(new)


def test_a_file_that_was_lost_is_put_again(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put
    from apps.shared.nats_bridge.names import object_subject, store_stream
    from tests.common.artifacts import on_nats

    artifact = saved(bundle, "{}")
    artifact_put(digest=artifact.digest, store=MODELS_STORE)
    lost = object_subject(MODELS_STORE, artifact.files["model.safetensors"][0])
    on_nats(
        lambda client: client.jetstream().purge_stream(store_stream(MODELS_STORE), subject=lost)
    )
    artifact_put(digest=artifact.digest, store=MODELS_STORE)
    with place.site("centralcloud"):
        fetched(artifact, MODELS_STORE)


def test_the_daily_work_is_a_row_that_says_how_much_went(
    state: Path, bundle: Path, settings: Any
) -> None:
    from apps.shared.artifacts.tasks import prune
    from apps.shared.core.models import Job
    from tests.common.pruning import age

    saved(bundle, "{}")
    age()
    prune()
    job = Job.objects.get(kind="prune_bundles")
    assert (job.state, job.result) == (Job.State.SUCCEEDED, {"bundles": 1, "objects": 0})
