"""The search takes another encoder at once, whole or not at all, and goes back in no time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.shared.core.models import Job
from apps.singularity.ingestion import resources, tasks
from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.embedding.model_directory import read_model_directory
from apps.singularity.ingestion.engine.text_form import text_form
from apps.singularity.ingestion.models import EmbeddingGeneration, EncoderInUse
from apps.singularity.ingestion.selectors import (
    chunks_search,
    embedder_setting,
    encoder_folders,
    encoder_status,
    vector_progress,
)
from apps.singularity.ingestion.services import (
    EncoderUnusable,
    codebase_ingest,
    codebase_open,
    encoder_adopted,
    encoder_switch,
    vectors,
    vectors_fill,
)
from tests.common.encoders import tiny_encoder
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = "put the parcel on its shelf"
FUNCTIONS = {
    f"module_{n}.py": f"def act_{n}(parcel):\n    shelf = parcel.find({n})\n    return shelf\n"
    for n in range(24)
}
STATES = EmbeddingGeneration.State
ANOTHER_PROCESS = """
import sys, django
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from apps.singularity.ingestion.services import encoder_switch, vectors, vectors_fill
vectors._STORE = 4
encoder_switch(instance=settings.INSTANCE_ID, folder=Path(sys.argv[2]), version="theirs")
vectors_fill(instance=settings.INSTANCE_ID, report=lambda done, _: print(done, flush=True))
"""


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three random encoders; the last has vectors of another length."""
    folder = tmp_path_factory.mktemp("encoders")
    widths = (16, 16, 32)
    return [tiny_encoder(folder / f"e{n}", seed=70 + n, width=w) for n, w in enumerate(widths)]


@pytest.fixture(autouse=True)
def learned(
    tmp_path: Path, encoders: list[Path], monkeypatch: pytest.MonkeyPatch, valkey: str
) -> None:
    """Code whose vectors are made by the first encoder, which EMBEDDER names."""
    monkeypatch.setattr(django_settings, "EMBEDDER", str(encoders[0]))
    monkeypatch.setattr(vectors, "_STORE", 4)
    learn(write_tree(tmp_path / "shop", FUNCTIONS))
    fill()


def learn(root: Path) -> None:
    codebase_ingest(codebase=codebase_open(instance=django_settings.INSTANCE_ID, path=root))


def fill(report: Callable[[int, int], None] = lambda _done, _total: None) -> Any:
    return vectors_fill(instance=django_settings.INSTANCE_ID, report=report)


def switch(folder: Path | None, version: str = "tuned") -> bool:
    return encoder_switch(
        instance=django_settings.INSTANCE_ID, folder=folder, version=version if folder else ""
    )


def states() -> dict[str, str]:
    return dict(EmbeddingGeneration.objects.values_list("state", "name"))


def answers_of(encoder: Path) -> str:
    """The name of the model that answers; every cosine of the answer is checked to be its."""
    found = chunks_search(instance=django_settings.INSTANCE_ID, query=QUERY, limit=20)
    generation = EmbeddingGeneration.objects.get(state=STATES.ACTIVE)
    embedder = resources.embedder_open(str(encoder), generation.identity)
    asked = embedder.embed([QUERY])[0].astype(np.float16).astype(np.float32)
    assert found.notice == ""
    assert found.hits
    for hit in found.hits:
        chunk = hit.chunk
        text = text_form(
            path="", language="python", kind=chunk.kind, symbol=chunk.symbol, signature="",
            documentation="", content=chunk.content,
        )  # fmt: skip
        if hit.why.cosine is not None:
            own = float(embedder.embed([text])[0].astype(np.float16) @ asked)
            assert hit.why.cosine == pytest.approx(own, abs=2e-3)
    assert any(hit.why.cosine is not None for hit in found.hits)
    return found.model


def test_the_former_model_answers_until_every_vector_is_there(encoders: list[Path]) -> None:
    assert answers_of(encoders[0]) == "e0"
    assert switch(encoders[1]) is False
    heard: list[str] = []
    fill(lambda _done, _total: heard.append(answers_of(encoders[0])))
    assert len(heard) > 5
    assert set(heard) == {"e0"}
    assert answers_of(encoders[1]) == "tuned"
    assert states() == {"active": "tuned", "former": "e0"}


def test_going_back_needs_no_fill(encoders: list[Path], tmp_path: Path) -> None:
    switch(encoders[2])
    fill()
    assert answers_of(encoders[2]) == "tuned"
    learn(write_tree(tmp_path / "more", {"new.py": "def stow(parcel):\n    return parcel.shelf\n"}))
    assert switch(None) is True
    assert answers_of(encoders[0]) == "e0"
    assert states() == {"active": "e0", "former": "tuned"}
    assert switch(encoders[2]) is True  # and there again
    assert switch(None) is True
    assert fill().embedded == 1  # what came meanwhile
    assert answers_of(encoders[0]) == "e0"


def test_one_former_generation_is_kept(encoders: list[Path]) -> None:
    first = EmbeddingGeneration.objects.get().index_name
    for encoder, version in ((encoders[1], "one"), (encoders[2], "two")):
        switch(encoder, version)
        fill()
    assert states() == {"active": "two", "former": "one"}
    assert encoder_folders(instance=django_settings.INSTANCE_ID) == set(map(str, encoders[1:]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT generation_id) FROM ingestion_embedding")
        assert cursor.fetchone() == (2,)
        kept = [row.index_name for row in EmbeddingGeneration.objects.all()]
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [[first, *kept]])
        assert {row[0] for row in cursor.fetchall()} == set(kept)


def test_a_model_without_vectors_leaves_no_export_behind(
    encoders: list[Path], tmp_path: Path
) -> None:
    folder = tiny_encoder(tmp_path / "passing", seed=os.getpid())
    digest = read_model_directory(folder).digest
    switch(folder, "passing")
    fill()
    exports = (django_settings.STATE_DIR / "models").glob(f"{digest[:32]}*")
    (export,) = (path for path in exports if path.is_dir())
    for encoder in encoders[1:]:
        switch(encoder, encoder.name)
        fill()
    assert not export.exists()


def test_a_choice_during_a_fill_takes_effect_at_once(encoders: list[Path]) -> None:
    switch(encoders[1], "one")

    def choose_another(done: int, _total: int) -> None:
        if done == 8:
            switch(encoders[2], "two")

    assert fill(choose_another).model == "two"
    assert answers_of(encoders[2]) == "two"
    assert states() == {"active": "two", "former": "e0"}


def test_a_choice_undone_during_a_fill_leaves_nothing(encoders: list[Path]) -> None:
    switch(encoders[1], "one")

    def undo(done: int, _total: int) -> None:
        if done == 8:
            switch(None)

    assert fill(undo).model == "e0"
    assert answers_of(encoders[0]) == "e0"
    assert states() == {"active": "e0"}


def another_process(encoder: Path) -> subprocess.Popen[str]:
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", ANOTHER_PROCESS, name, str(encoder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_fill_goes_on_and_another_process_hears_of_the_switch(
    encoders: list[Path],
) -> None:
    assert answers_of(encoders[0]) == "e0"  # this process has its model and its vectors at hand
    process = another_process(encoders[1])
    assert process.stdout
    for line in process.stdout:
        if int(line) >= 8:
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    assert states() == {"active": "e0", "building": "theirs"}
    assert answers_of(encoders[0]) == "e0"
    made = EmbeddingGeneration.objects.get(state=STATES.BUILDING).embeddings.count()

    process = another_process(encoders[1])
    lines = process.communicate()[0].split()
    assert process.returncode == 0
    assert int(lines[0]) == made >= 8  # nothing is made twice
    assert answers_of(encoders[1]) == "theirs"


def test_a_folder_without_encoder_is_refused_and_the_model_stays(
    encoders: list[Path], tmp_path: Path
) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(EncoderUnusable, match="The search keeps its model") as refused:
            switch(folder)
        assert "\n" not in str(refused.value)
    assert not EncoderInUse.objects.exists()
    assert answers_of(encoders[0]) == "e0"


def test_a_folder_that_goes_away_before_the_fill_leaves_the_former_model(
    encoders: list[Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(encoders[1], tmp_path / "gone"))
    switch(folder)
    shutil.rmtree(folder)
    tasks.fill_start()
    job = Job.objects.get(kind="embed")
    tasks.fill(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert str(folder) in job.error
    assert "\n" not in job.error
    assert answers_of(encoders[0]) == "e0"


def test_a_folder_that_is_replaced_is_loaded_anew(encoders: list[Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(encoders[1], tmp_path / "place"))
    first = resources.embedder_open(str(folder))
    assert resources.embedder_open(str(folder)) is first
    shutil.rmtree(folder)
    with pytest.raises(EmbedderError):
        resources.embedder_open(str(folder))
    shutil.copytree(encoders[2], folder)
    assert resources.embedder_open(str(folder)).dimensions == 32


def test_the_beat_queues_the_fill_of_a_switch_once(encoders: list[Path]) -> None:
    tasks.fill_start()
    assert not Job.objects.filter(kind="embed").exists()
    encoder_adopted(encoders[1], "tuned")
    for _ in range(2):
        tasks.fill_start()
    job = Job.objects.get(kind="embed")
    tasks.fill(job.pk)
    tasks.fill_start()
    assert list(Job.objects.filter(kind="embed").values_list("state", flat=True)) == ["succeeded"]
    assert answers_of(encoders[1]) == "tuned"


def test_the_same_model_in_another_folder_keeps_its_vectors(
    encoders: list[Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(encoders[0], tmp_path / "copy"))
    switch(folder, "copied")
    assert fill().embedded == 0
    assert states() == {"active": "copied"}
    tasks.fill_start()
    assert not Job.objects.filter(kind="embed").exists()


def test_an_instance_chooses_for_itself(encoders: list[Path]) -> None:
    encoder_switch(instance="another", folder=encoders[1], version="theirs")
    assert embedder_setting(instance="another") == str(encoders[1])
    assert embedder_setting(instance=django_settings.INSTANCE_ID) == str(encoders[0])


def test_people_see_which_model_answers(encoders: list[Path], admin_client: Client) -> None:
    def shown() -> tuple[Any, Any, str]:
        found = admin_client.get("/api/v1/search", {"q": QUERY}).json()
        page = admin_client.get(reverse("admin:ingestion_search"), {"q": QUERY})
        return found["model"], admin_client.get("/api/v1/encoder").json(), page.content.decode()

    switch(encoders[1])
    model, status, page = shown()
    assert model == "e0"
    assert (status["chosen"], status["active"], status["former"]) == ("tuned", "e0", "")
    assert "Meaning by e0." in page

    class Stop(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done >= 8:
            raise Stop

    with pytest.raises(Stop):
        fill(stop)
    _, status, _ = shown()
    assert (status["active"], status["building"], status["vectors"]) == ("e0", "tuned", 8)
    progress = vector_progress(instance=django_settings.INSTANCE_ID)
    assert (progress.model, progress.answers) == ("tuned", "e0")
    overview = admin_client.get(reverse("admin:index")).content.decode()
    assert "until then e0 answers" in overview

    fill()
    model, status, page = shown()
    assert model == "tuned"
    assert (status["active"], status["building"], status["former"]) == ("tuned", "", "e0")
    assert status["vectors"] == status["texts"] == 24
    assert "Meaning by tuned." in page
    assert encoder_status(instance="nobody").active == ""
