"""What cannot be trained is refused in one line, before anything is done."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.selectors import run_settings
from apps.singularity.training.services import run_start
from apps.singularity.training.services.adding import model_add
from apps.singularity.training.services.training import _spec
from tests.common.training import bundle, vocabulary

pytestmark = pytest.mark.django_db


def refused(**wanted: Any) -> str:
    with pytest.raises(RunRefused) as error:
        run_start(**{"kind": "t5", **wanted})
    assert not TrainingRun.objects.exists()
    said = str(error.value)
    assert "\n" not in said
    return said


def started(kind: str = "t5", **values: Any) -> TrainingRun:
    return TrainingRun.objects.create(instance=settings.INSTANCE_ID, kind=kind, **values)


def test_a_run_knows_what_it_was_told() -> None:
    run = run_start(kind="t5", languages=["Rust", "go", " go"], steps=400, seed=3, size="small")
    assert (run.scope, run.seed, run.steps) == ("go+rust", 3, 400)
    assert (run.spec["size"], run.spec["evaluate_every"], run.spec["minutes"]) == ("small", 50, 0.0)
    assert run_start(kind="t5").spec["minutes"] == 30
    assert run_start(kind="vocabulary", languages=["go"]).scope == "go"


def test_a_run_from_before_a_setting_was_known_goes_on(tmp_path: Path) -> None:
    run = started(spec={"steps": 9, "size": "small", "base": "", "base_version": ""})
    told = _spec(run, tmp_path, None)
    assert (told.steps, told.size, told.optimizer) == (9, "small", "muon")


def test_settings_are_shown_that_mean_something_for_the_kind(tmp_path: Path) -> None:
    of_vocabulary = run_settings(run_start(kind="vocabulary"))
    assert sorted(of_vocabulary) == ["code", "kind", "scope", "seed", "vocabulary_size"]
    of_encoder = run_settings(run_start(kind="encoder", steps=7))
    assert (of_encoder["steps"], of_encoder["base_version"]) == (7, "all-MiniLM-L6-v2")
    of_t5 = run_settings(run_start(kind="t5", size="small"))
    assert (of_t5["size"], of_t5["optimizer"]) == ("small", "muon")
    of_tuned = run_settings(run_start(kind="t5", base=str(bundle(tmp_path / "codet5"))))
    assert set(of_t5) - set(of_tuned) == {"size"}
    none_of_its = {"size", "optimizer", "lora", "instructions", "vocabulary_size"}
    assert set(of_encoder) == set(of_tuned) - none_of_its
    for shown in (of_encoder, of_t5, of_tuned):
        assert "vocabulary_size" not in shown
        assert not [value for value in shown.values() if str(value).startswith("/")]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"kind": "parrot"}, "no models of kind 'parrot'"),
        ({"steps": 5, "minutes": 1.0}, "either how many steps or how many minutes"),
        ({"steps": -5}, "Steps cannot be below nothing"),
        ({"seed": -1}, "Seed cannot be below nothing"),
        ({"seed": 2**63}, "Seed is no number that a run can have"),
        ({"steps": 2**63}, "Steps is no number that a run can have"),
        ({"minutes": float("nan")}, "Minutes is no number that a run can have"),
        ({"minutes": float("inf")}, "Minutes is no number that a run can have"),
        ({"base": "~nobody-here/t5"}, "cannot be looked at"),
        ({"base": "b" * 300}, "cannot be looked at"),
        ({"base": "aggregate"}, "The fleet has sent no t5 model for all yet"),
        ({"base": "nowhere_v1.0"}, "is no folder, and no model here is called so"),
        ({"kind": "vocabulary", "base": "aggregate"}, "starts from no model"),
        ({"languages": [f"language{n}" for n in range(20)]}, "So many languages"),
        ({"resume": "0badcafe"}, "There is no run 0badcafe"),
        ({"resume": "%' OR 1=1"}, "There is no run"),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, Any], said: str) -> None:
    assert said in refused(**wanted)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    assert "it lacks config.json, model.safetensors, tokenizer.json" in refused(base=str(folder))
    whole = bundle(tmp_path / "whole")
    assert run_start(kind="t5", base=str(whole)).spec["base"] == str(whole)
    TrainingRun.objects.all().delete()
    assert "is no encoder: its model_type is 't5'" in refused(kind="encoder", base=str(whole))
    (whole / "config.json").write_text("{")
    assert "cannot be read" in refused(base=str(whole))


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "base", words=3)
    vocabulary(folder, words=9)
    assert "it has 9 tokens, the model 3" in refused(base=str(folder))
    added = {"model": {"vocab": []}, "added_tokens": [{"id": 40, "content": "<x>"}]}
    (folder / "tokenizer.json").write_text(json.dumps(added))
    assert "it has 41 tokens" in refused(base=str(folder))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("tokenizer.json", {"model": {"vocab": 7}}),
        ("tokenizer.json", {"model": {}, "added_tokens": [{"content": "<x>"}]}),
        ("tokenizer.json", {"model": {}, "added_tokens": 3}),
        ("config.json", {"model_type": "t5", "vocab_size": "many"}),
        ("config.json", {"model_type": ["t5"]}),
    ],
)
def test_a_folder_that_says_nonsense_is_refused(tmp_path: Path, file: str, said: Any) -> None:
    folder = bundle(tmp_path / "base")
    (folder / file).write_text(json.dumps(said))
    refused(base=str(folder))


def test_the_configured_base_is_where_a_t5_starts(tmp_path: Path, settings: Any) -> None:
    settings.BASE_MODEL = bundle(tmp_path / "codet5")
    assert run_start(kind="t5").spec["base_version"] == "codet5"
    assert run_start(kind="vocabulary").spec["base"] == ""


def test_an_encoder_starts_from_the_configured_embedder(tmp_path: Path, settings: Any) -> None:
    assert run_start(kind="encoder").spec["base_version"] == "all-MiniLM-L6-v2"
    settings.EMBEDDER = str(tmp_path / "tuned")
    assert run_start(kind="encoder").spec["base"] == str(tmp_path / "tuned")
    settings.EMBEDDER = "http://embedder/v1#model"
    assert run_start(kind="encoder").spec["base_version"] == "all-MiniLM-L6-v2"


def test_the_fleets_model_is_a_base(tmp_path: Path) -> None:
    model = model_add(
        folder=bundle(tmp_path / "b"), origin="aggregate", kind="t5", scope="all", version="c_v1.3"
    )
    for said in ("aggregate", "c_v1.3"):
        run = run_start(kind="t5", base=said)
        assert (run.base, run.spec["base_version"]) == (model, "c_v1.3")
    TrainingRun.objects.all().delete()
    assert "for rust yet" in refused(base="aggregate", languages=["rust"])


def test_a_run_is_resumed_as_it_was() -> None:
    run = started(spec={"steps": 9})
    beginning = str(run.pk)[:8]
    assert run_start(kind="t5", resume=beginning) == run
    for wanted, said in (
        ({"kind": "encoder"}, f"trains a t5: `manage.py train t5 --resume {beginning}`"),
        ({"steps": 3}, "say --resume alone"),
    ):
        with pytest.raises(RunRefused, match="un ") as error:
            run_start(**{"kind": "t5", "resume": beginning, **wanted})  # type: ignore[arg-type]
        assert said in str(error.value)
    Model.objects.create(
        instance=run.instance, kind="t5", origin="local", version="v", artifact="x", size=1, run=run
    )
    with pytest.raises(RunRefused, match="has ended well: it made v"):
        run_start(kind="t5", resume=str(run.pk))


def test_a_beginning_of_several_runs_names_none() -> None:
    for n in (1, 2):
        started(pk=uuid.UUID(f"abcd0000-0000-4000-8000-00000000000{n}"))
    with pytest.raises(RunRefused, match="Several runs begin with abcd"):
        run_start(kind="t5", resume="abcd")


def test_runs_of_other_instances_are_not_seen() -> None:
    other = TrainingRun.objects.create(instance="other", kind="t5")
    with pytest.raises(RunRefused, match="There is no run"):
        run_start(kind="t5", resume=str(other.pk))
