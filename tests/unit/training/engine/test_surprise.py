"""A T5's surprise: what is out of place scores above what stands there usually."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.singularity.training.engine.corpus import texts_read
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.bugs import auc, swapped
from apps.singularity.training.engine.t5.gaps import Gap, copy_filling, held_out_gaps
from apps.singularity.training.engine.t5.lines import LONGEST, readings
from apps.singularity.training.engine.t5.usual import LineNats, Usual, usual_of
from tests.common.t5 import function, named, told

GOOD = function("order", "load", 3)
BAD = GOOD.replace("result is None", "zebra_9 wq None")


@pytest.fixture(scope="module")
def trained(
    corpus: Path, vocabulary_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Spec:
    """The smallest T5 after some dozen steps, to be asked."""
    run = tmp_path_factory.mktemp("asked") / "run"
    spec = Spec(
        kind="t5", corpus=corpus, run=run, tokenizer=str(vocabulary_folder), size="test",
        steps=60, batch=8, checkpoint_every=0, threads=1, device="cpu",
    )  # fmt: skip
    told(spec)
    return replace(spec, models={"it": str(run / "bundle")}, asked=str(run / "asked.json"))


def ask(spec: Spec, task: Any, **asked: Any) -> list[dict[str, Any]]:
    """What is said to a question."""
    Path(spec.asked).write_text(json.dumps(asked))
    return told(replace(spec, task=task))


def test_what_is_out_of_place_is_said_by_line(trained: Spec) -> None:
    files = [{"language": "python", "text": text} for text in (GOOD, BAD, "")]
    said = ask(trained, "surprise", files=files, usual=None)
    lines = {(one["file"], one["line"]): one for one in named(said, "surprising")}
    assert sorted(lines) == [(file, line) for file in (0, 1) for line in range(1, 6)]
    assert lines[1, 3]["score"] > lines[0, 3]["score"] + 1
    assert lines[1, 3]["word"] in {"zebra_9", "wq"}
    usual, metrics = (named(said, "usual")[0][name] for name in ("lines", "metrics"))
    assert metrics["surprise_auc"] > 0.55
    assert 0 < metrics["surprise_length_auc"] < 1
    again = ask(trained, "surprise", files=files[1:2], usual=usual)
    assert not named(again, "usual")
    scores = {one["line"]: one["score"] for one in named(again, "surprising")}
    assert scores[3] == pytest.approx(lines[1, 3]["score"], abs=1e-3)


def test_gaps_are_filled_and_their_filling_is_measured(trained: Spec) -> None:
    before, _, after = GOOD.partition("limit)\n")
    gap = {"language": "python", "before": before, "after": ")\n" + after}
    said = ask(trained, "suggest", gaps=[gap, gap], count=2, measure=True)
    measured = named(said, "measured")[0]
    assert sorted(measured["metrics"]) == ["infill_copy_exact", "infill_exact"]
    assert all(0 <= share <= 1 for share in measured["metrics"].values())
    one, two = (event["fillings"] for event in named(said, "suggested"))
    assert one == two
    assert 1 <= len(one) <= 2
    assert all(text == text.strip() and 0 < chance <= 1 for text, chance in one)
    assert one == sorted(one, key=lambda filling: -filling[1])


def test_what_cannot_be_asked_is_said_in_one_line(trained: Spec) -> None:
    with pytest.raises(TrainingFailed, match=r"\AWhat is asked cannot be read: .+\Z"):
        told(replace(trained, task="surprise", asked="nowhere.json"))
    with pytest.raises(TrainingFailed, match=r"\AWhat is usual cannot be read: .+\Z"):
        ask(trained, "surprise", files=[], usual={"1": [0.0]})
    none = r"\AThere is no task 'suggest' for models of kind 'encoder'\.\Z"
    with pytest.raises(TrainingFailed, match=none):
        told(replace(trained, kind="encoder", task="suggest"))


def test_every_word_is_hidden_once_and_knows_its_line() -> None:
    text = "\n\n".join(f"total_{n} = add(one_{n}, {n})  # note" for n in range(90))
    text += "\n" + "x" * LONGEST + "\nlast()\n"
    hidden: list[tuple[int, str]] = []
    for one in readings("python", text):
        said = zip(one.words, one.window.hidden, strict=True)
        hidden += [(word.line, piece.strip()) for word, piece in said]
        assert len(one.words) <= 12
        assert len(one.window.text) <= LONGEST
    lines = text.split("\n")
    assert all(piece in lines[line - 1] for line, piece in hidden)
    asked = [line for line, _ in hidden]
    assert {line for line in asked if asked.count(line) == 10} == set(range(1, 180, 2))
    assert asked.count(len(lines) - 1) == 2
    assert len(lines) - 2 not in asked


def test_unusual_is_not_long() -> None:
    short = [LineNats(n, (n % 5 / 5,), "a") for n in range(40)]
    long = [LineNats(n, (3 + n % 7,) * 8, "b") for n in range(40)]
    usual = usual_of([*short, *long])
    assert usual
    assert usual.score(LineNats(1, (3.0,), "a")) > 5 > usual.score(LineNats(1, (6.0,) * 8, "b"))
    assert Usual.read(usual.as_json()) == usual
    odd = LineNats(1, (4.0,) * 90, "c")
    mean, deviation = usual.by_length[0]
    assert usual.score(odd) == pytest.approx((4 - mean) / deviation)
    assert usual_of(short[:19]) is None
    with pytest.raises(ValueError, match="usually"):
        Usual.read({"1": [0.0, 1.0]})


def test_one_name_is_swapped_with_another_of_the_text() -> None:
    bug = swapped(GOOD)
    assert bug == swapped(GOOD)
    assert bug
    before, after = GOOD.split("\n"), bug[0].split("\n")
    assert [
        n for n, pair in enumerate(zip(before, after, strict=True), 1) if pair[0] != pair[1]
    ] == [bug[1]]
    assert set(re.findall(r"\w+", bug[0])) <= set(re.findall(r"\w+", GOOD))
    assert swapped("a = 1\nb = a\n") is None


def test_the_auc_is_the_share_of_pairs_in_order() -> None:
    assert auc([3.0, 1.0], [2.0, 1.0]) == pytest.approx((1 + 1 + 0 + 0.5) / 4)


def test_the_copy_baseline_takes_the_name_that_stood_there_before() -> None:
    gap = Gap(
        "python", "self.total = total\nself.total += price\nself.", " = price * price * tax\n"
    )
    assert copy_filling(gap) == "total"
    assert copy_filling(Gap("python", "rate = ", " + rate * count\n")) == "rate"
    assert copy_filling(Gap("python", "", "")) == ""


def test_held_out_gaps_are_the_same_in_any_order(corpus: Path) -> None:
    texts = list(texts_read(corpus, "held_out"))
    gaps = held_out_gaps(texts)
    assert gaps == held_out_gaps(reversed(texts))
    assert all(name.isidentifier() for _, name in gaps)
    whole = {text.text for text in texts}
    assert {gap.before + name + gap.after for gap, name in gaps} <= whole
    assert all(len(gap.near[0]) <= 640 and len(gap.near[1]) <= 320 for gap, _ in gaps)
