"""Models are rows with a family and a lineage; one of them answers, and the one before is kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.shared.artifacts.services import artifact_path
from apps.singularity.ingestion.engine.embedding.loading import default_directory
from apps.singularity.ingestion.selectors.encoders import embedder_setting
from apps.singularity.training.engine.errors import NoFormer, RunRefused
from apps.singularity.training.models import Model, ModelInUse, TrainingRun
from apps.singularity.training.selectors import (
    model_in_use,
    models_of,
    models_to_tell,
    vocabulary_for,
)
from apps.singularity.training.services import model_add, model_leave, model_roll_back, model_use
from apps.singularity.training.services.completing import run_complete
from apps.singularity.training.services.deciding import model_decide
from apps.singularity.training.services.naming import provisional_version
from tests.common.training import bundle, vocabulary

pytestmark = pytest.mark.django_db


def added(folder: Path, **facts: Any) -> Model:
    """A model; each from files of its own."""
    own = {"origin": "local", "kind": "t5", "scope": "all", "base_digest": "scratch-0"}
    return model_add(folder=folder, **{**own, **facts})


def vocabulary_model(folder: Path, *, words: int, **facts: Any) -> Model:
    said = {"kind": "vocabulary", "base_digest": "", **facts}
    return added(vocabulary(folder, words=words), **said)


def test_versions_count_families_and_the_models_of_each(tmp_path: Path) -> None:
    one = added(bundle(tmp_path / "1", fill=1))
    two = added(bundle(tmp_path / "2", fill=2))
    wide = added(bundle(tmp_path / "3", width=8))
    rust = added(bundle(tmp_path / "4", fill=4), scope="rust")
    three = added(bundle(tmp_path / "5", fill=5))
    own = settings.INSTANCE_ID
    assert [m.version for m in (one, two, wide, rust, three)] == [
        f"{own}_t5-all_v1.0",
        f"{own}_t5-all_v1.1",
        f"{own}_t5-all_v2.0",
        f"{own}_t5-rust_v1.0",
        f"{own}_t5-all_v1.2",
    ]
    assert one.family == two.family == three.family
    assert len({one.family, wide.family, rust.family}) == 3
    assert one.family.startswith("t5-all-")
    assert (artifact_path(digest=one.artifact) / "model.safetensors").is_file()
    assert [m.pk for m in models_of(kind="t5", scope="all")] == [three.pk, wide.pk, two.pk, one.pk]


def test_another_tokenizer_or_beginning_is_another_family(tmp_path: Path) -> None:
    one = added(bundle(tmp_path / "1"))
    other_words = added(bundle(tmp_path / "2", words=4))
    other_base = added(bundle(tmp_path / "3"), base_digest="sha256:" + "0" * 64)
    assert len({one.family, other_words.family, other_base.family}) == 3


def test_vocabularies_of_a_scope_are_one_family(tmp_path: Path) -> None:
    one = vocabulary_model(tmp_path / "1", words=3)
    two = vocabulary_model(tmp_path / "2", words=5)
    assert one.family == two.family
    assert one.tokenizer != two.tokenizer
    assert two.version.endswith("_vocabulary-all_v1.1")


def test_a_line_keeps_the_family_that_the_fleet_named(tmp_path: Path) -> None:
    facts = {"origin": "aggregate", "version": "c_t5-all_v1.7", "family": "t5-all-0123456789ab"}
    fleets = added(bundle(tmp_path / "1"), **facts, base_digest="")
    tuned = added(
        bundle(tmp_path / "2", fill=1), base=fleets, base_digest="", origin="personalised"
    )
    assert tuned.family == fleets.family == "t5-all-0123456789ab"
    wide = added(bundle(tmp_path / "3", width=8), base=fleets, base_digest="")
    assert wide.family != fleets.family


def test_the_same_version_is_one_model(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "1")
    assert added(folder, version="c_v1.0") == added(folder, version="c_v1.0")
    with pytest.raises(RunRefused, match=r"called c_v1\.0 already"):
        added(bundle(tmp_path / "2", fill=1), version="c_v1.0")
    assert Model.objects.count() == 1


def test_the_card_of_a_run_gets_the_version(tmp_path: Path) -> None:
    fleets = added(bundle(tmp_path / "0"), origin="aggregate", version="c_v1.0")
    run = TrainingRun.objects.create(
        instance=settings.INSTANCE_ID, kind="t5", base=fleets, metrics={"bits_per_byte": 2.5}
    )
    folder = bundle(tmp_path / "1", fill=1)
    (folder / "README.md").write_text(f"# {provisional_version(run)}\n")
    model = run_complete(run=run, bundle=folder, tokenizer=None)
    card = artifact_path(digest=model.artifact) / "README.md"
    assert card.read_text() == f"# {model.version}\n"
    assert (model.origin, model.base, model.run) == ("personalised", fleets, run)
    assert model.metrics == {"bits_per_byte": 2.5}
    assert list(models_to_tell()) == [model]


def test_using_and_going_back(tmp_path: Path) -> None:
    one, two, three = (added(bundle(tmp_path / str(n), fill=n)) for n in range(3))
    model_use(model=one, reason="first")
    with pytest.raises(NoFormer, match="is the first t5 for all"):
        model_roll_back(kind="t5", scope="all")
    model_use(model=two, reason="better")
    model_use(model=two, reason="again")
    assert ModelInUse.objects.get().former == one
    model_use(model=three, reason="better still")
    back = model_roll_back(kind="t5", scope="all")
    assert (back.model, back.former, back.reason) == (two, three, f"Rolled back from {three}.")
    assert model_in_use(kind="t5", scope="all") == two
    assert model_in_use(kind="t5", scope="rust") is None
    with pytest.raises(NoFormer, match="No encoder for all is in use"):
        model_roll_back(kind="encoder", scope="all")


def encoder_model(folder: Path, **facts: Any) -> Model:
    """The built-in embedding model, as one that was tuned here."""
    needed = shutil.ignore_patterns(".*", "*.bin", "*.onnx", "onnx", "openvino", "*.py")
    shutil.copytree(default_directory(), folder, ignore=needed)
    return added(folder, kind="encoder", **facts)


def test_searches_are_answered_by_the_encoder_in_use(tmp_path: Path) -> None:
    model = encoder_model(tmp_path / "1")
    assert embedder_setting(instance=settings.INSTANCE_ID) == ""
    model_use(model=model, reason="better")
    folder = str(artifact_path(digest=model.artifact).absolute())
    assert embedder_setting(instance=settings.INSTANCE_ID) == folder
    with pytest.raises(NoFormer, match="models leave encoder"):
        model_roll_back(kind="encoder", scope="all")
    model_leave(kind="encoder", scope="all")
    assert embedder_setting(instance=settings.INSTANCE_ID) == ""
    assert model_in_use(kind="encoder", scope="all") is None
    with pytest.raises(NoFormer, match="No encoder for all is in use"):
        model_leave(kind="encoder", scope="all")


def test_what_cannot_be_run_is_not_taken(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "1")
    (folder / "modules.json").write_text('[{"type": "x.Dense"}]')
    model = added(folder, kind="encoder")
    with pytest.raises(RunRefused, match="The search keeps its model"):
        model_use(model=model, reason="better")
    decided = model_decide(model=model, use=True, report=lambda: None)
    assert (decided.use, decided.reason[:27]) == (False, "The search keeps its model:")
    assert model_in_use(kind="encoder", scope="all") is None


def test_an_encoder_of_one_language_leaves_the_search_alone(tmp_path: Path) -> None:
    model_use(model=encoder_model(tmp_path / "1", scope="python"), reason="better")
    assert embedder_setting(instance=settings.INSTANCE_ID) == ""


def test_the_vocabulary_to_build_on(tmp_path: Path) -> None:
    assert vocabulary_for(scope="rust") is None
    fleets = vocabulary_model(tmp_path / "1", words=3, origin="aggregate", version="c_v1.0")
    assert vocabulary_for(scope="rust") == fleets
    own = vocabulary_model(tmp_path / "2", words=4, scope="rust")
    model_use(model=own, reason="first")
    assert vocabulary_for(scope="rust") == own
    assert vocabulary_for(scope="all") == fleets
    model_use(model=fleets, reason="the fleet's")
    assert vocabulary_for(scope="rust") == fleets
