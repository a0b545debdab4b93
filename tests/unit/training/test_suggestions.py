"""What the T5 in use is asked: unusual lines, and what may stand in a gap."""

from __future__ import annotations

import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from apps.shared.access.roles import Role
from apps.singularity.patterns.engine.review import ChangedLines, Level, RemarkKind, ReviewedFile
from apps.singularity.patterns.management.reviewers import with_notes
from apps.singularity.training.engine.corpus import CorpusText
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.management.holes import hole_of_place, hole_of_text
from apps.singularity.training.models import Model
from apps.singularity.training.services import asking, model_add, model_use, surprise
from apps.singularity.training.services.asking import NoAnswer, NoModel, metrics_keep, t5_for
from apps.singularity.training.services.suggesting import Accuracy
from apps.singularity.training.services.surprise import NotMeasured, lines_surprising, usual_for
from tests.common.factories.training import InUseFactory, ModelFactory
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields
from tests.common.t5 import vocabulary_make
from tests.common.training import code_base, module

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/suggestions/surprise"
CODE = {"a.py": CorpusText.of(language="python", text="total = price + tax\n")}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, settings: Any) -> None:
    """What was measured for the same weights in another test is not known here."""
    settings.STATE_DIR = tmp_path / "state"


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    return client


def untrained(folder: Path, **facts: Any) -> Model:
    """A T5 of the smallest size with its weights from scratch, in use."""
    from apps.singularity.training.engine.t5.model import model_fresh, model_save
    from apps.singularity.training.engine.t5.recipe import SIZES
    from apps.singularity.training.engine.t5.vocabulary import vocabulary_open

    bundle = vocabulary_make(folder / "bundle", sample=module(1))
    model_save(model_fresh(SIZES["test"], vocabulary_open(bundle)), bundle, "")
    own = {"origin": "local", "kind": "t5", "scope": "all", "base_digest": "0"}
    model = model_add(folder=bundle, **{**own, **facts})
    model_use(model=model, reason="first")
    return model


def suggest(*arguments: str) -> str:
    said = StringIO()
    call_command("suggest", *arguments, stdout=said)
    return said.getvalue()


def test_an_adopted_t5_answers_by_what_is_measured_here(tmp_path: Path, client: APIClient) -> None:
    """It comes with the fleet's means: they say nothing of copying in this code."""
    fleets = {"infill_exact": 0.9, "infill_copy_exact": 0.1, "surprise_auc": 0.9,
              "surprise_length_auc": 0.1, "bits_per_byte": 2.5}  # fmt: skip
    code_base(tmp_path)
    model = untrained(tmp_path, origin="aggregate", version="cloud_t5-all_v1.0", metrics=fleets)
    assert model.metrics == {"bits_per_byte": 2.5}
    asked: dict[str, str | int] = {"codebase": "shop", "path": "src/m1.py", "limit": 3}
    response = client.get(PLACE, asked)
    assert (response.status_code, problem_of(response)["code"]) == (409, "conflict")
    assert "manage.py suggest --measure" in problem_of(response)["detail"]

    measured = json.loads(suggest("--measure", "--json"))
    model.refresh_from_db()
    assert set(model.metrics) == set(fleets)
    assert model.metrics.pop("bits_per_byte") == 2.5
    assert all(0 <= share <= 1 for share in model.metrics.values())
    assert model.metrics["infill_exact"] != fleets["infill_exact"]
    assert measured["on"]["suggestions"] is False
    assert "suggestions are off" in suggest("--measure")

    response = client.get(PLACE, asked)
    assert response.status_code == 200, response.content
    found = response.json()
    lines = module(1).split("\n")
    assert len(found) == 3
    assert [one["text"] for one in found] == [lines[one["line"] - 1].strip() for one in found]
    assert [one["score"] for one in found] == sorted((o["score"] for o in found), reverse=True)

    place = f"{tmp_path}/shop/src/m1.py:3:5"
    with pytest.raises(CommandError, match=r"Suggestions are off: .* --anyway"):
        suggest(place)
    said = json.loads(suggest(place, "--anyway", "--json", "--count", "2"))
    assert len(said["suggestions"]) <= 2


def test_a_review_gets_notes_of_new_lines_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code_base(tmp_path)
    model = untrained(tmp_path)
    monkeypatch.setattr(surprise, "REMARKED", -100.0)
    new = ReviewedFile("src/new.py", module(99), "python", ChangedLines(added=((3, 4),)))
    usual_for(model=model)
    metrics_keep(model=model, metrics={"surprise_auc": 0.6, "surprise_length_auc": 0.5})
    notes = with_notes([], [new])
    assert [note.place.start_line for note in notes] == [3, 4]
    assert {(note.kind, note.level) for note in notes} == {(RemarkKind.SURPRISE, Level.NOTE)}
    assert all("is not expected here" in note.message for note in notes)
    metrics_keep(model=model, metrics={"surprise_length_auc": 0.6})
    assert with_notes([], [new]) == ()


def test_without_a_t5_nothing_is_said_and_no_process_started(
    tmp_path: Path, client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(*_arguments: Any, **_named: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(asking, "training_process", started)
    assert with_notes([], [ReviewedFile("a.py", "a = 1\n", "python")]) == ()
    with pytest.raises(NoModel, match=r"There is no T5 in use here: `manage.py train t5`"):
        lines_surprising(texts=CODE)
    code_base(tmp_path, files=2)
    response = client.get(PLACE, {"codebase": "shop", "path": "src/m1.py"})
    assert (response.status_code, problem_of(response)["code"]) == (409, "conflict")
    with pytest.raises(CommandError, match="There is no T5 in use here"):
        suggest(f"{tmp_path}/shop/src/m1.py:3")


def test_what_cannot_be_looked_at(tmp_path: Path, client: APIClient) -> None:
    code_base(tmp_path, files=2)
    assert client.get(PLACE).status_code == 400
    wrong = client.get(PLACE, {"codebase": "none", "path": "src/m1.py"})
    assert (wrong.status_code, list(wrong_fields(wrong))) == (400, ["codebase"])
    missing = client.get(PLACE, {"codebase": "shop", "path": "src/m9.py"})
    assert (missing.status_code, problem_of(missing)["code"]) == (404, "not_found")
    assert APIClient().get(PLACE).status_code in {401, 403}


def test_the_t5_of_the_fewest_languages_answers() -> None:
    everything, two, one = (
        InUseFactory.create(model=ModelFactory.create(scope=scope), scope=scope).model
        for scope in ("all", "python+rust", "rust")
    )
    assert t5_for(language="rust") == one
    assert t5_for(language="python") == two
    assert t5_for(language="go") == everything
    Model.objects.filter(pk=everything.pk).update(scope="java")
    with pytest.raises(NoModel, match="no T5 that knows go here"):
        t5_for(language="go")


def test_an_answer_comes_in_time_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = untrained(tmp_path)
    with pytest.raises(NotMeasured, match="never measured"):
        lines_surprising(texts=CODE, measure=False)
    monkeypatch.setattr(surprise, "usual_for", lambda **_: {"0": [1.0, 1.0]})
    with pytest.raises(NoAnswer, match="took too long"):
        lines_surprising(texts=CODE, seconds=-1)
    with asking._alone(0), pytest.raises(NoAnswer, match="another question"):
        asking.t5_ask(model=model, task="suggest", asked={"gaps": []}, seconds=-1)


def test_places_are_gaps(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("def add(one, two):\n    return one + two\n")
    word = hole_of_place(f"{file}:2:13")
    assert (word.language, word.before[-7:], word.after) == ("python", "return ", " + two\n")
    line = hole_of_place(f"{file}:2")
    assert (line.before[-5:], line.after) == ("\n    ", "\n")
    assert hole_of_place(f"{file}:2:5").after.startswith(" one")
    marked = hole_of_text("a = <FILL>(b)", "python")
    assert (marked.before, marked.after) == ("a = ", "(b)")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("a.py", "is no place"),
        ("none.py:1", "cannot be read: No such file"),
        ("a.py:9", "has no place 9"),
        ("a.py:1:70", "has no place 1:70"),
        ("empty.py:2", "has no place 2"),
        ("a.qqq:1", "in no language that is code"),
    ],
)
def test_places_that_are_none(tmp_path: Path, place: str, reason: str) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "a.qqq").write_text("a = 1\n")
    (tmp_path / "empty.py").touch()
    with pytest.raises(RunRefused, match=reason):
        hole_of_place(place if place == "a.py" else f"{tmp_path}/{place}")


def test_a_marked_text_needs_one_marker_and_a_language() -> None:
    with pytest.raises(RunRefused, match="once"):
        hole_of_text("a = 1", "python")
    with pytest.raises(RunRefused, match="--language"):
        hole_of_text("a = <FILL>", "")


@pytest.mark.parametrize("garbage", [b"a = <FILL>\xff\xfe\n", b"\0<FILL>\0", b"", b"\xed\xa0\x80"])
def test_garbage_on_standard_input_ends_in_one_line(
    garbage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(garbage), encoding="utf-8"))
    with pytest.raises(CommandError, match=r"T5 in use|no text|once"):
        suggest("--stdin", "--language", "python")


def test_suggestions_are_on_where_they_beat_copying() -> None:
    assert Accuracy(0.3, 0.2).beats_copying
    assert not Accuracy(0.2, 0.2).beats_copying
