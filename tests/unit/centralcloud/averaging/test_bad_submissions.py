"""One of five sends something bad: it is named and left out, the others are averaged."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from apps.centralcloud.averaging.models import AggregateModel, Round, Submission
from apps.centralcloud.averaging.services import round_close
from apps.shared.artifacts.services import artifact_path, artifact_save
from tests.common.averaging import (
    CONFIG,
    arrays_of,
    bundle_of,
    completed,
    difference_of,
    family_parts,
    receive,
    submit_difference,
    submit_weights,
)
from tests.common.learners import LEARNERS, trained_t5
from tests.common.weights import Arrays

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

NOISE = np.random.default_rng(7)


def noise_like(arrays: Arrays, scale: float) -> dict[str, Any]:
    return {
        name: (scale * NOISE.standard_normal(array.shape)).astype(np.float32)
        for name, array in arrays.items()
    }


def changed(base: Arrays, how: Callable[[Any], Any], trained: Arrays) -> dict[str, Any]:
    """The base with another difference than the trained one."""
    return {n: (base[n] + how(trained[n] - base[n])).astype(np.float32) for n in base}


def left_out() -> dict[str, str]:
    rows = Submission.objects.filter(state="left_out")
    return dict(rows.values_list("instance", "reason"))


def close(number: int = 1) -> AggregateModel:
    round_ = Round.objects.get(number=number, family__major=1)
    closed = round_close(round_id=round_.pk)
    assert closed is not None
    assert closed.version, closed.reason
    return AggregateModel.objects.get(number=number)


def mean_of(models: list[Arrays]) -> dict[str, Any]:
    return {name: np.mean([one[name] for one in models], axis=0) for name in models[0]}


def same(aggregate: AggregateModel, wanted: Arrays) -> None:
    found = arrays_of(aggregate)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=2e-6)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda w: noise_like(w, 30.0), "times the median of the round"),
        (lambda w: noise_like(w, 0.05), "nothing in common"),
        (lambda w: {n: np.full_like(a, np.nan) for n, a in w.items()}, "not finite"),
        (lambda w: {n: -a for n, a in w.items()}, "points against the others"),
        (lambda w: {n: np.zeros_like(a) for n, a in w.items()}, "nothing but zeros"),
    ],
    ids=["scaled noise", "noise", "not finite", "sign-flipped", "zeros"],
)
def test_whole_weights_of_real_training(spoil: Callable[[Arrays], Arrays], said: str) -> None:
    models = trained_t5()
    for place, name in enumerate(LEARNERS):
        submit_weights(name, spoil(models[place]) if name == "c" else models[place])
    aggregate = close()
    assert list(left_out()) == ["c"]
    assert said in left_out()["c"]
    same(aggregate, mean_of([one for place, one in enumerate(models) if place != 2]))
    assert aggregate.contributors == 4


def test_differences_of_real_training() -> None:
    """Five train on from the aggregate; what is bad of two is left out, each for its own reason."""
    for name, weights in zip(LEARNERS, trained_t5(), strict=True):
        submit_weights(name, weights)
    base = arrays_of(close())
    second = Round.objects.get(number=2)
    models = trained_t5(base)
    spoilt = [*models]
    spoilt[1] = changed(base, lambda d: -d, models[1])
    spoilt[3] = changed(base, lambda d: 20 * d, models[3])
    for name, weights in zip(LEARNERS, spoilt, strict=True):
        submit_difference(name, second, weights, codec="int8")
    aggregate = close(2)
    reasons = left_out()
    assert sorted(reasons) == ["b", "d"]
    assert "points against the others" in reasons["b"]
    assert "times the median of the round" in reasons["d"]
    found, wanted = arrays_of(aggregate), mean_of([models[0], models[2], models[4]])
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=1e-3)
    rows = Submission.objects.filter(round=second, state="accepted")
    assert all(row.norm and row.cosine and row.cosine > 0 for row in rows)


def test_a_difference_to_another_base_than_its_rounds() -> None:
    """What it says in its message is right; the bundle itself was made from other weights."""
    models = trained_t5()
    for name, weights in zip("abc", models, strict=False):
        submit_weights(name, weights)
    first = close()
    second = Round.objects.get(number=2)
    before, common = arrays_of(first), noise_like(models[0], 0.1)
    for name in "abcd":
        own = noise_like(models[0], 0.01)
        submit_difference(name, second, {n: before[n] + common[n] + own[n] for n in before})
    close(2)
    third = Round.objects.get(number=3)
    before = arrays_of(AggregateModel.objects.get(number=2))
    for name in "abc":
        own = noise_like(models[0], 0.01)
        submit_difference(name, third, {n: before[n] + common[n] + own[n] for n in before})
    wrong = difference_of(first, {n: before[n] + 1.1 * common[n] for n in before})
    said = Submission.objects.get(instance="a", round=third)
    parts: dict[str, Any] = {"kind": "t5", "family": said.told_family, "scope": said.scope}
    parts |= {"architecture": third.family.architecture, "tokenizer": third.family.tokenizer}
    parts |= {"asked": "difference", "round": third.pk, "base": said.base}
    receive("e", completed(wrong, parts))
    close(3)
    assert left_out() == {"e": f"it began from {first}, its round from {third.base}"}


def test_another_familys_shapes() -> None:
    models = trained_t5()
    parts = family_parts(bundle_of(models[0]))
    for name, weights in zip("abcd", models, strict=False):
        submit_weights(name, weights, parts=parts)
    wrong = {name: array[..., :-1] for name, array in models[4].items()}
    submit_weights("e", wrong, parts=parts)
    close()
    assert left_out() == {"e": "its architecture is not the one of its family"}


def test_a_replay_by_another_instance() -> None:
    models = trained_t5()
    for name, place in (("a", 0), ("b", 1), ("c", 2), ("d", 0)):
        submit_weights(name, models[place])
    close()
    assert left_out() == {"d": "it holds the same numbers as the submission of a"}


def test_a_replay_of_an_earlier_round() -> None:
    models = trained_t5()
    for name, weights in zip("abc", models, strict=False):
        submit_weights(name, weights)
    base = close()
    second = Round.objects.get(number=2)
    parts = family_parts(bundle_of(models[0]))
    again = Submission.objects.get(instance="a")
    receive("e", completed(bundle_of(models[1]), parts, run=uuid4()))
    before, common = arrays_of(base), noise_like(models[0], 0.1)
    for name in "abc":
        own = noise_like(models[0], 0.01)
        submit_difference(name, second, {n: before[n] + common[n] + own[n] for n in before})
    close(2)
    assert left_out() == {"e": f"it was sent before, by b for {again.round}"}


def test_a_file_that_is_cut_short() -> None:
    models = trained_t5()
    parts = family_parts(bundle_of(models[0]))
    for name, weights in zip("abcd", models, strict=False):
        submit_weights(name, weights, parts=parts)
    cut = cut_short(models[4])
    receive("e", completed(cut, parts))
    close()
    (reason,) = left_out().values()
    assert "model.safetensors cannot be used" in reason


def test_a_bundle_that_is_not_in_the_store() -> None:
    models = trained_t5()
    bundle = bundle_of(models[0])
    parts = family_parts(bundle)
    for name, weights in zip("abcd", models, strict=False):
        submit_weights(name, weights, parts=parts)
    receive("e", completed(bundle, parts, artifact="sha256:" + "7" * 64))
    close()
    assert "has not all of sha256:777" in left_out()["e"]


def test_a_configuration_that_few_have_is_not_handed_on() -> None:
    models = trained_t5()
    for name, weights in zip("abcde", models, strict=False):
        config = CONFIG | ({"_name_or_path": "planted"} if name == "a" else {})
        submit_weights(name, weights, config=config)
    folder = artifact_path(digest=close().artifact)
    assert "planted" not in (folder / "config.json").read_text()


def cut_short(arrays: Arrays) -> Any:
    """A bundle whose weights end too early, as a faulty disk or a liar leaves them."""
    whole = artifact_path(digest=bundle_of(arrays).digest)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bundle"
        shutil.copytree(whole, folder)
        file = folder / "model.safetensors"
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:-100])
        return artifact_save(folder=folder, label="cut short")
