"""Bundles on the disk are whole or not there, whatever happens to those who make them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.shared.artifacts.engine.errors import ArtifactError, ArtifactMissing
from apps.shared.artifacts.engine.manifest import (
    MOST_FILES,
    Manifest,
    manifest_decode,
    manifest_of,
)
from apps.shared.artifacts.engine.store import BundleStore
from tests.common.processes import CHECKOUT, eventually

FILES = {"config.json": b"{}", "model.safetensors": b"w" * 3_000_000, "1_Pooling/config.json": b"1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "bundle", FILES)


@pytest.fixture
def store(tmp_path: Path) -> BundleStore:
    return BundleStore(tmp_path / "store")


def filled(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_bundle_is_kept_under_the_digest_of_its_content(folder: Path, store: BundleStore) -> None:
    manifest = store.add(folder)
    assert manifest == manifest_of(folder) == manifest_of(store.path(manifest.digest))
    assert manifest.size == sum(map(len, FILES.values()))
    for name, data in FILES.items():
        kept = store.path(manifest.digest) / name
        assert kept.read_bytes() == data
        assert kept.stat().st_mode & 0o222 == 0
    assert store.add(folder) == manifest
    assert [one.name for one in store.root.iterdir()] == [manifest.digest.removeprefix("sha256:")]
    assert manifest_decode(manifest.encode()) == manifest


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *((name, "may not be in a bundle") for name in ("model.bin", "weights.pkl", "model.pt")),
        *((name, "is no name") for name in (".hidden.json", "a b.json", "-x.json", "a\\b.json")),
        *((name, "is no name") for name in ("ä.json", "a\n.json", "con/con/con/con.json")),
        ("sub/manifest.json.py", "may not be in a bundle"),
        ("CONFIG.json", "differ in case only"),
    ],
)
def test_a_name_that_no_bundle_has_is_refused(
    folder: Path, store: BundleStore, name: str, says: str
) -> None:
    filled(folder, {name: b"x"})
    with pytest.raises(ArtifactError, match=r"is no name|" + says):
        store.add(folder)
    assert store.digests() == []


def test_links_and_other_things_that_are_no_files_are_refused(
    folder: Path, store: BundleStore, tmp_path: Path
) -> None:
    outside = tmp_path / "secret.json"
    outside.write_text("secret")
    (folder / "link.json").symlink_to(outside)
    with pytest.raises(ArtifactError, match="no links"):
        store.add(folder)
    (folder / "link.json").unlink()
    (folder / "linked").symlink_to(tmp_path)
    with pytest.raises(ArtifactError, match="no links"):
        store.add(folder)
    (folder / "linked").unlink()
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(ArtifactError, match="no file"):
        store.add(folder)


def test_too_many_files_no_files_and_too_large_ones_are_refused(
    tmp_path: Path, store: BundleStore
) -> None:
    with pytest.raises(ArtifactError, match="1 to"):
        store.add(filled(tmp_path / "many", {f"{n}.txt": b"" for n in range(MOST_FILES + 1)}))
    (tmp_path / "none").mkdir()
    with pytest.raises(ArtifactError, match="1 to"):
        store.add(tmp_path / "none")
    with pytest.raises(ArtifactError, match="no folder"):
        store.add(tmp_path / "nowhere")
    large = filled(tmp_path / "large", {"tokenizer.json": b""})
    os.truncate(large / "tokenizer.json", 2**40)  # a hole
    with pytest.raises(ArtifactError, match=r"tokenizer\.json has 1,099,511,627,776 bytes"):
        store.add(large)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"{}", b'{"files":{}}', b"\xff", b"[" * 100_000, b'{"files":[1]}'),
        b'{"files":{"../a.json":["%s",1]}}' % (b"a" * 64),
        b'{"files":{"/a.json":["%s",1]}}' % (b"a" * 64),
        b'{"files":{"a/../b.json":["%s",1]}}' % (b"a" * 64),
        b'{"files":{"manifest.json":["%s",1]}}' % (b"a" * 64),
        b'{"files":{"a.json":["%s",-1]}}' % (b"a" * 64),
        b'{"files":{"a.json":["%s",1e3]}}' % (b"a" * 64),
        b'{"files":{"a.json":["%s",1e999]}}' % (b"a" * 64),
        b'{"files":{"a.json":["%s",99999999999999]}}' % (b"a" * 64),
        b'{"files":{"a.json":["short",1]}}',
        b'{"files":{"a.json":["%s",1],"a.json":["%s",1]}}' % (b"a" * 64, b"a" * 64),
        b'{"files":{"a.json":["%s",1]},"more":1}' % (b"a" * 64),
        b' {"files":{"a.json":["%s",1]}}' % (b"a" * 64),
        b" " * 1_000_000,
    ],
)
def test_a_manifest_is_read_in_one_way_or_not_at_all(data: bytes) -> None:
    with pytest.raises(ArtifactError) as error:
        manifest_decode(data)
    assert "\n" not in str(error.value)


def test_what_was_damaged_is_seen_named_and_mended(folder: Path, store: BundleStore) -> None:
    digest = store.add(folder).digest
    file = store.path(digest) / "model.safetensors"
    file.chmod(0o600)
    file.write_bytes(b"W" + file.read_bytes()[1:])
    assert store.path(digest)  # sizes agree
    with pytest.raises(ArtifactMissing, match=r"model\.safetensors .* was changed"):
        store.verify(digest)
    os.truncate(file, 5)
    with pytest.raises(ArtifactMissing, match=r"model\.safetensors .* is damaged"):
        store.path(digest)
    store.add(folder)
    assert store.verify(digest).digest == digest


def test_a_manifest_that_was_changed_is_not_believed(folder: Path, store: BundleStore) -> None:
    digest = store.add(folder).digest
    file = store.path(digest) / "manifest.json"
    file.chmod(0o600)
    said = json.loads(file.read_bytes())
    del said["files"]["config.json"]
    file.write_text(json.dumps(said))
    with pytest.raises(ArtifactMissing, match="manifest"):
        store.path(digest)


@pytest.mark.parametrize("digest", ["", "../..", "sha256:../../etc", "sha256:" + "A" * 64])
def test_what_is_no_digest_reaches_no_file(store: BundleStore, digest: str) -> None:
    with pytest.raises(ArtifactError, match="no digest"):
        store.path(digest)
    with pytest.raises(ArtifactError, match="no digest"):
        store.remove(digest)


def test_removing_what_is_there_and_what_is_not(folder: Path, store: BundleStore) -> None:
    digest = store.add(folder).digest
    store.remove(digest)
    store.remove(digest)
    assert list(store.root.iterdir()) == []
    with pytest.raises(ArtifactMissing, match="fetch it first"):
        store.path(digest)


KILLED = """
import sys, time
from pathlib import Path
from apps.shared.artifacts.engine import store
whole = store.seal
def seal(file):
    whole(file)
    print(file, flush=True)
    time.sleep(60)
store.seal = seal
store.BundleStore(Path(sys.argv[1])).add(Path(sys.argv[2]))
"""
MANY = """
import sys
from pathlib import Path
from apps.shared.artifacts.engine.store import BundleStore
for _ in range(10):
    print(BundleStore(Path(sys.argv[1])).add(Path(sys.argv[2])).digest)
"""


def program(text: str, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", text, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)


def test_who_is_killed_leaves_nothing_that_counts_and_the_next_sweeps_it(
    folder: Path, store: BundleStore
) -> None:
    process = program(KILLED, store.root, folder)
    assert process.stdout is not None
    draft = Path(process.stdout.readline().strip()).parent
    assert store.digests() == []
    store.sweep()
    assert draft.exists()  # its maker lives
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert store.digests() == []
    digest = store.add(folder).digest
    assert not draft.exists()
    assert store.verify(digest)


def test_several_processes_save_the_same_bundle_at_once(folder: Path, store: BundleStore) -> None:
    processes = [program(MANY, store.root, folder) for _ in range(3)]
    said = {line for process in processes for line in process.communicate()[0].split()}
    assert [process.returncode for process in processes] == [0, 0, 0]
    (digest,) = said
    assert store.verify(digest)
    assert len(list(store.root.iterdir())) == 1


def test_what_was_half_fetched_long_ago_is_swept(folder: Path, store: BundleStore) -> None:
    digest = Manifest(manifest_of(folder).files).digest
    with store.partial(digest) as partial:
        os.utime(partial, (1, 1))
        store.sweep()
        assert partial.exists()
    store.sweep()
    assert not partial.exists()


def test_a_full_disk_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="disk refuses it"):
        BundleStore(tmp_path / "file").add(folder)


def test_eventually_only_one_holds_a_bundle_that_two_fetch(store: BundleStore) -> None:
    digest = "sha256:" + "a" * 64
    text = (
        "import sys\nfrom pathlib import Path\n"
        "from apps.shared.artifacts.engine.store import BundleStore\n"
        f"with BundleStore(Path(sys.argv[1])).partial({digest!r}): print('got', flush=True)\n"
    )
    with store.partial(digest):
        process = program(text, store.root)
        time.sleep(0.5)
        assert process.poll() is None
    assert eventually(lambda: process.poll() == 0)
