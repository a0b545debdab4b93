"""Bundles travel through a real object store, and arrive as they were or not at all."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nats.aio.client import Client

from apps.shared.artifacts.engine.errors import (
    ArtifactError,
    ArtifactMissing,
    ArtifactUnavailable,
)
from apps.shared.artifacts.engine.manifest import BundleFile, Manifest, manifest_of
from apps.shared.contracts.subjects import MODELS_STORE, instance_store
from apps.shared.nats_bridge.names import chunk_subject, object_subject, store_stream

if TYPE_CHECKING:
    from tests.unit.artifacts.conftest import Place

OWN = instance_store("one")
NOW = timedelta(0)


def hex_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_bundle_goes_up_and_down_as_it_is(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.models import Artifact
    from apps.shared.artifacts.services import artifact_fetch, artifact_put, artifact_save

    said: list[tuple[int, int]] = []
    with place.site("one"):
        artifact = artifact_save(folder=bundle, label="one_t5-all_v1.0")
        artifact_put(digest=artifact.digest, store=OWN, report=lambda *at: said.append(at))
    assert said[0][0] <= said[-1][0] == said[-1][1] == artifact.size
    said.clear()
    with place.site("centralcloud"):
        folder = artifact_fetch(
            digest=artifact.digest,
            size=artifact.size,
            store=OWN,
            report=lambda *at: said.append(at),
        )
        assert manifest_of(folder).digest == artifact.digest
        assert said[-1] == (artifact.size, artifact.size)
        assert [one.name for one in folder.parent.iterdir()] == [folder.name]
        assert Artifact.objects.get(instance="centralcloud").size == artifact.size
        assert artifact_fetch(digest=artifact.digest, size=1, store="none") == folder


def test_what_is_there_already_is_not_sent_again(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put, artifact_save
    from tests.common.artifacts import messages_of

    first = artifact_save(folder=bundle, label="first")
    artifact_put(digest=first.digest, store=OWN)
    there = messages_of(OWN)
    artifact_put(digest=first.digest, store=OWN)
    assert messages_of(OWN) == there
    (bundle / "config.json").write_bytes(b"{}")
    second = artifact_save(folder=bundle, label="second")
    artifact_put(digest=second.digest, store=OWN)
    more = set(messages_of(OWN)) - set(there)
    assert len([one for one in more if ".M." in one]) == 2  # the file that changed, the manifest
    # the first's weights are sent again: it may be removed just now
    assert len([one for one in more if ".C." in one]) == 3


def test_other_programs_read_the_store(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put, artifact_save
    from tests.common.artifacts import on_nats

    artifact = artifact_save(folder=bundle, label="")
    artifact_put(digest=artifact.digest, store=OWN)

    async def read(client: Client) -> tuple[set[str], bytes | None]:
        store = await client.jetstream().object_store(OWN)
        listed = {one.name for one in await store.list()}
        weights = (bundle / "model.safetensors").read_bytes()
        return listed, (await store.get(hex_of(weights))).data

    listed, data = on_nats(read)
    assert data == (bundle / "model.safetensors").read_bytes()
    files = {one.sha256 for one in manifest_of(bundle).files}
    assert listed == files | {artifact.digest.removeprefix("sha256:")}


def announced(files: dict[str, bytes]) -> Manifest:
    return Manifest(tuple(BundleFile(n, hex_of(data), len(data)) for n, data in files.items()))


WEIGHTS = b"w" * 100


@pytest.mark.parametrize(
    ("data", "size", "says"),
    [
        (b"v" * 100, 100, "has other bytes than announced"),
        (b"w" * 99, 100, "is cut short"),
        (b"", 100, "is cut short"),
        (b"w" * 101, 100, "is larger than announced"),
        (b"w" * 101, 101, "has not the size of the manifest"),
        (b"w" * 100, 99, "has not the size of the manifest"),
    ],
)
def test_wrong_bytes_are_refused_and_leave_nothing(
    place: Place, data: bytes, size: int, says: str
) -> None:
    from apps.shared.artifacts.services import artifact_fetch, artifact_path
    from tests.common.artifacts import put_wrong

    manifest = announced({"model.safetensors": WEIGHTS})
    put_wrong(OWN, manifest.digest.removeprefix("sha256:"), manifest.encode())
    put_wrong(OWN, hex_of(WEIGHTS), data, size=size)
    with place.site("centralcloud"):
        with pytest.raises(ArtifactError, match=says) as error:
            artifact_fetch(digest=manifest.digest, size=manifest.size, store=OWN)
        assert not isinstance(error.value, ArtifactUnavailable)
        assert "\n" not in str(error.value)
        with pytest.raises(ArtifactMissing):
            artifact_path(digest=manifest.digest)
        put_wrong(OWN, hex_of(WEIGHTS), WEIGHTS)  # mended by who sent it
        artifact_fetch(digest=manifest.digest, size=manifest.size, store=OWN)


def test_a_manifest_that_is_another_is_refused(place: Place) -> None:
    from apps.shared.artifacts.services import artifact_fetch
    from tests.common.artifacts import put_wrong

    manifest, other = announced({"a.json": b"1"}), announced({"a.json": b"2"})
    name = manifest.digest.removeprefix("sha256:")
    for data, size, says in (
        (other.encode(), None, "has other bytes"),
        (b"x" * 200_000, None, "manifest of .* is too large"),
        (manifest.encode(), 10**15, "too large"),
    ):
        put_wrong(OWN, name, data, size=size)
        with pytest.raises(ArtifactError, match=says):
            artifact_fetch(digest=manifest.digest, size=1, store=OWN)
    put_wrong(OWN, name, manifest.encode())
    with pytest.raises(ArtifactError, match="announced were 2"):
        artifact_fetch(digest=manifest.digest, size=2, store=OWN)
    bad = b'{"files":{"../a.json":["%s",1]}}' % hex_of(b"1").encode()
    put_wrong(OWN, hex_of(bad), bad)
    with pytest.raises(ArtifactError, match="no name of a bundle"):
        artifact_fetch(digest=f"sha256:{hex_of(bad)}", size=1, store=OWN)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"name":"a","nuid":">","size":1}'])
def test_an_object_that_is_none_is_refused(place: Place, said: bytes) -> None:
    from apps.shared.artifacts.services import artifact_fetch
    from tests.common.artifacts import on_nats

    on_nats(lambda client: client.jetstream().publish(object_subject(OWN, "a" * 64), said))
    with pytest.raises(ArtifactError, match="says of an object what no object is"):
        artifact_fetch(digest=f"sha256:{'a' * 64}", size=1, store=OWN)


def test_what_is_not_there_is_said(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_fetch, artifact_put, artifact_save

    digest = f"sha256:{'a' * 64}"
    with pytest.raises(ArtifactError, match="has not all of"):
        artifact_fetch(digest=digest, size=1, store=OWN)
    with pytest.raises(ArtifactMissing, match="No bundle"):
        artifact_put(digest=digest, store=OWN)
    artifact = artifact_save(folder=bundle, label="")
    with pytest.raises(ArtifactUnavailable, match="Centralcloud makes"):
        artifact_fetch(digest=digest, size=1, store="models-nobody", patience=0.1)
    with pytest.raises(ArtifactUnavailable, match="Centralcloud makes"):
        artifact_put(digest=artifact.digest, store="models-nobody", patience=0.1)


def test_without_a_key_or_a_server_it_ends_with_one_line(place: Place, bundle: Path) -> None:
    from dataclasses import replace

    from apps.shared.artifacts.services import artifact_put, artifact_save
    from tests.common.nats import free_port

    artifact = artifact_save(folder=bundle, label="")
    settings = place.settings
    nowhere = (f"nats://127.0.0.1:{free_port()}",)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, nats_urls=nowhere)
    with pytest.raises(ArtifactUnavailable, match=r"NATS does not do it: .* Try again later\."):
        artifact_put(digest=artifact.digest, store=OWN, patience=0.1)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, nats_mode="isolated")
    with pytest.raises(ArtifactUnavailable, match="isolated: set NATS_HOST"):
        artifact_put(digest=artifact.digest, store=OWN)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, nats_mode="external")
    settings.IDENTITY = replace(settings.IDENTITY, seed="")
    with pytest.raises(ArtifactUnavailable, match="not enrolled"):
        artifact_put(digest=artifact.digest, store=OWN)


def test_a_full_store_is_said_and_keeps_what_it_has(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import artifact_put, artifact_save
    from tests.common.artifacts import messages_of, on_nats

    async def narrow(client: Client) -> None:
        jetstream = client.jetstream()
        config = (await jetstream.stream_info(store_stream(OWN))).config
        await jetstream.update_stream(config.evolve(max_msgs=3))

    on_nats(narrow)
    artifact = artifact_save(folder=bundle, label="")
    with pytest.raises(ArtifactUnavailable, match="store is full"):
        artifact_put(digest=artifact.digest, store=OWN)
    assert sum(messages_of(OWN).values()) == 3


def test_uploads_that_died_are_swept_and_those_on_their_way_are_not(
    place: Place, bundle: Path
) -> None:
    from apps.shared.artifacts.services import (
        artifact_fetch,
        artifact_put,
        artifact_save,
        store_prune,
    )
    from tests.common.artifacts import messages_of, on_nats

    artifact = artifact_save(folder=bundle, label="")
    artifact_put(digest=artifact.digest, store=OWN)
    keep = {artifact.digest}
    before = messages_of(OWN)

    async def half(client: Client) -> None:
        for store in (OWN, MODELS_STORE):
            await client.jetstream().publish(chunk_subject(store, "dead"), b"half")

    on_nats(half)
    with place.site("centralcloud"):
        for store in (OWN, MODELS_STORE):
            assert store_prune(store=store, keep=keep) == 0
            assert store_prune(store=store, keep=keep, older_than=NOW) == 1
        assert messages_of(OWN) == before
        assert messages_of(MODELS_STORE) == {}
        artifact_fetch(digest=artifact.digest, size=artifact.size, store=OWN)


def test_a_store_is_pruned_of_all_but_what_is_named(place: Place, bundle: Path) -> None:
    from apps.shared.artifacts.services import (
        artifact_fetch,
        artifact_put,
        artifact_save,
        store_prune,
    )
    from tests.common.artifacts import messages_of

    saved = []
    for said in (b"{}", b"[]"):
        (bundle / "config.json").write_bytes(said)
        saved.append(artifact_save(folder=bundle, label=""))
        artifact_put(digest=saved[-1].digest, store=OWN)
    with place.site("centralcloud"):
        assert store_prune(store=OWN, keep=[]) == 0  # all came lately
        assert store_prune(store=OWN, keep=[saved[1].digest], older_than=NOW) > 0
        artifact_fetch(digest=saved[1].digest, size=saved[1].size, store=OWN)
        with pytest.raises(ArtifactError, match="has not all of"):
            artifact_fetch(digest=saved[0].digest, size=saved[0].size, store=OWN)
        store_prune(store=OWN, keep=[], older_than=NOW)
        assert messages_of(OWN) == {}
    artifact_put(digest=saved[0].digest, store=OWN)
