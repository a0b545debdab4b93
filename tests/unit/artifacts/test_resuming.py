"""What is interrupted goes on: a killed process, a server that is away, a note that is wrong."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.manifest import BundleFile, manifest_of
from apps.shared.artifacts.engine.parts import MARKED_BYTES, PartialFile
from apps.shared.contracts.subjects import MODELS_STORE, instance_store
from tests.common.nats import free_port, nats_server
from tests.common.processes import CHECKOUT

if TYPE_CHECKING:
    from tests.unit.artifacts.conftest import Place

OWN = instance_store("one")
LARGE = 3 * MARKED_BYTES

WORK = """
import os, sys, json
import django
django.setup()
from dataclasses import replace
from pathlib import Path
from django.conf import settings
from apps.shared.core.identity import Identity
from apps.shared.artifacts import services
said = json.loads(sys.argv[1])
settings.IDENTITY = Identity(said["name"], "/x", said["seed"], Path(said["state"]))
settings.STATE_DIR = Path(said["state"])
settings.ENVIRONMENT = replace(
    settings.ENVIRONMENT, nats_mode="external", nats_urls=tuple(said["urls"])
)
def report(done, total):
    if done > total * 0.6:
        print("far", flush=True)
        sys.stdin.readline()
arguments = said["arguments"]
getattr(services, said["verb"])(**arguments, report=report)
"""


def started(place: Place, site: str, verb: str, **arguments: object) -> subprocess.Popen[str]:
    """A process that does one thing and stops when it is more than half through."""
    said = {
        "name": site,
        "seed": place.identities[site].seed,
        "state": str(place.folder / site),
        "urls": list(place.settings.ENVIRONMENT.nats_urls),
        "verb": verb,
        "arguments": arguments,
    }
    command = [sys.executable, "-c", WORK, json.dumps(said)]
    pipes = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipes, stdout=pipes, text=True, cwd=CHECKOUT)


def killed_when_far(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "far\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.fixture
def large(bundle: Path) -> Path:
    (bundle / "model.safetensors").write_bytes(os.urandom(LARGE))
    return bundle


def test_a_killed_fetch_is_gone_on_with(place: Place, large: Path) -> None:
    from apps.shared.artifacts.services import artifact_fetch, artifact_put, artifact_save

    artifact = artifact_save(folder=large, label="")
    artifact_put(digest=artifact.digest, store=OWN)
    wanted = {"digest": artifact.digest, "size": artifact.size, "store": OWN}
    killed_when_far(started(place, "centralcloud", "artifact_fetch", **wanted))
    said: list[int] = []
    with place.site("centralcloud"):
        artifact_fetch(
            digest=artifact.digest,
            size=artifact.size,
            store=OWN,
            report=lambda done, total: said.append(done),
        )
    assert next(done for done in said if done > LARGE // 10) > MARKED_BYTES


def test_a_killed_put_counts_for_nothing_and_is_done_anew(place: Place, large: Path) -> None:
    from datetime import timedelta

    from apps.shared.artifacts.services import (
        artifact_fetch,
        artifact_put,
        artifact_save,
        store_prune,
    )
    from tests.common.artifacts import messages_of

    artifact = artifact_save(folder=large, label="")
    killed_when_far(started(place, "one", "artifact_put", digest=artifact.digest, store=OWN))
    with place.site("centralcloud"), pytest.raises(ArtifactError, match="has not all"):
        artifact_fetch(digest=artifact.digest, size=artifact.size, store=OWN)
    artifact_put(digest=artifact.digest, store=OWN)
    with place.site("centralcloud"):
        store_prune(store=OWN, keep={artifact.digest}, older_than=timedelta(0))
        chunks = sum(number for at, number in messages_of(OWN).items() if ".C." in at)
        assert chunks == sum(-(-one.size // 2**19) for one in manifest_of(large).files) + 1
        artifact_fetch(digest=artifact.digest, size=artifact.size, store=OWN)


@pytest.fixture
def own_server(place: Place, tmp_path: Path) -> tuple[Path, int]:
    """A server that a test may stop: its folder and port; the site uses it."""
    folder, port = tmp_path / "nats", free_port()
    folder.mkdir()
    settings = place.settings
    url = f"nats://127.0.0.1:{port}"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, nats_urls=(url,))
    return folder, port


def test_nats_away_in_the_middle_is_waited_for(
    place: Place, large: Path, own_server: tuple[Path, int]
) -> None:
    from apps.shared.artifacts.services import (
        artifact_fetch,
        artifact_put,
        artifact_save,
        artifact_verify,
    )
    from tests.common.artifacts import stores_make

    folder, port = own_server
    text = f'jetstream {{ store_dir: "{folder}" }}'
    half, back = threading.Event(), threading.Event()

    def report(done: int, total: int) -> None:
        if done > total // 2 and not half.is_set():
            half.set()
            assert back.wait(30)

    def serve(ready: threading.Event, ended: threading.Event) -> None:
        """Be there until the work is half done, then away, then back."""
        with nats_server(folder, text, port=port):
            ready.set()
            assert half.wait(60)
        back.set()
        with nats_server(folder, text, port=port):
            assert ended.wait(60)

    def with_server_away(work: Callable[[], object]) -> None:
        half.clear()
        back.clear()
        ready, ended = threading.Event(), threading.Event()
        thread = threading.Thread(target=serve, args=[ready, ended])
        thread.start()
        try:
            assert ready.wait(30)
            work()
        finally:
            half.set()
            ended.set()
            thread.join()
        assert back.is_set()

    with nats_server(folder, text, port=port):
        asyncio.run(stores_make(place.identities["centralcloud"].seed))
    artifact = artifact_save(folder=large, label="")
    wanted: dict[str, Any] = {"digest": artifact.digest, "store": MODELS_STORE, "report": report}
    with_server_away(lambda: artifact_put(**wanted))
    with place.site("centralcloud"):
        with_server_away(lambda: artifact_fetch(size=artifact.size, **wanted))
        assert artifact_verify(digest=artifact.digest)


DATA = b"0123456789" * 100


@pytest.fixture
def part(tmp_path: Path) -> PartialFile:
    wanted = BundleFile("model.safetensors", hashlib.sha256(DATA).hexdigest(), len(DATA))
    part = PartialFile(tmp_path / "part", wanted)
    with part.opened(upload="u", resumed=True):
        part.add(DATA[:400], 7)
    return PartialFile(tmp_path / "part", wanted)


def test_a_part_goes_on_behind_its_note(part: PartialFile) -> None:
    with part.opened(upload="u", resumed=True):
        assert (part.size, part.sequence) == (400, 7)
        part.add(DATA[400:], 8)
    assert part.verified


def test_bytes_of_another_upload_are_not_gone_on_with(part: PartialFile) -> None:
    with part.opened(upload="v", resumed=True):
        assert (part.size, part.sequence) == (0, 0)
    assert part.file.stat().st_size == 0


@pytest.mark.parametrize(
    "note", ["", "{}", "[]", '{"size": -1}', '{"sha256": 1, "upload": "u", "size": "x"}']
)
def test_a_note_that_makes_no_sense_costs_time_and_nothing_else(
    part: PartialFile, note: str
) -> None:
    part.file.with_name("part.note").write_text(note)
    with part.opened(upload="u", resumed=True):
        assert part.size == 0
        part.add(DATA, 9)
    assert part.verified


def test_bytes_that_were_damaged_meanwhile_do_not_pass(part: PartialFile) -> None:
    part.file.write_bytes(b"X" * 400)
    with part.opened(upload="u", resumed=True):
        part.add(DATA[400:], 8)
    assert not part.verified
    with part.opened(upload="u", resumed=False):
        part.add(DATA, 8)
    assert part.verified


def test_bytes_behind_the_note_are_forgotten_and_too_few_are_begun_anew(part: PartialFile) -> None:
    with part.file.open("ab") as file:
        file.write(b"torn")
    with part.opened(upload="u", resumed=True):
        assert part.size == 400
    assert part.file.stat().st_size == 400
    os.truncate(part.file, 399)
    with part.opened(upload="u", resumed=True):
        assert part.size == 0


def test_more_bytes_than_announced_are_refused_at_once(part: PartialFile) -> None:
    with (
        part.opened(upload="u", resumed=True),
        pytest.raises(ArtifactError, match="larger than announced"),
    ):
        part.add(DATA, 8)
    assert part.size == 400
