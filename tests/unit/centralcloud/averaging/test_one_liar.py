"""One instance says or sends what is not so: the others' rounds and judgements go on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.conf import LazySettings

from apps.centralcloud.averaging.handlers import model_evaluated, training_completed
from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round, Submission
from apps.centralcloud.averaging.services import (
    averaging,
    gathering,
    instance_remove,
    making,
    round_close,
)
from apps.centralcloud.fleet.services.withdrawal import instance_withdraw
from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import (
    artifact_fetch,
    artifact_path,
    artifact_put,
    artifact_save,
)
from apps.shared.contracts.payloads.training import ModelEvaluated
from apps.shared.contracts.subjects import instance_store
from apps.shared.nats_bridge.received import Received
from tests.common.averaging import (
    CONFIG,
    STARTED,
    arrays_of,
    bundle_of,
    completed,
    evaluate,
    family_parts,
    receive,
    submit_difference,
    submit_weights,
)
from tests.common.weights import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
LARGEST = 2**53 - 1
"""That the contract takes."""


def trained(seed: int) -> dict[str, Any]:
    start, common, own = drawn(0), drawn(500), drawn(seed)
    return {name: start[name] + 0.2 * (common[name] + own[name]) for name in start}


def close(number: int = 1) -> AggregateModel:
    closed = round_close(round_id=Round.objects.get(number=number, family__major=1).pk)
    assert closed is not None
    assert closed.version, closed.reason
    return AggregateModel.objects.get(number=number)


def left_out() -> dict[str, str]:
    rows = Submission.objects.filter(state="left_out")
    return dict(rows.values_list("instance", "reason"))


def without(bundle: Artifact, name: str) -> Artifact:
    """A bundle that lacks a file."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "bundle"
        shutil.copytree(artifact_path(digest=bundle.digest), folder)
        (folder / name).unlink()
        return artifact_save(folder=folder, label="lacks a file")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_bundle_that_lacks_a_file_is_left_out_and_holds_nobody_up(name: str) -> None:
    bundle = bundle_of(trained(4))
    parts = family_parts(bundle)
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed))
    receive("d", completed(without(bundle, name), parts))
    assert close().contributors == 3
    assert name in left_out()["d"]


def test_more_bytes_than_the_others_have_are_not_waited_for() -> None:
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed))
    bundle = bundle_of(trained(4))
    receive("d", completed(bundle, family_parts(bundle), size=LARGEST))
    assert close().contributors == 3
    assert "more than" in left_out()["d"]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, nats_urls=("nats://127.0.0.1:9",)),
        lambda one: replace(one, nats_mode="isolated"),
    ],
    ids=["away", "isolated"],
)
def test_what_cannot_be_fetched_now_is_not_left_out(
    change: Callable[[Any], Any], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed))
    here, elsewhere = Submission.objects.get(instance="c"), settings.STATE_DIR / "elsewhere"
    place = artifact_path(digest=here.artifact)
    place.rename(elsewhere)
    monkeypatch.setattr(gathering, "artifact_fetch", partial(artifact_fetch, patience=0.1))
    reached = settings.ENVIRONMENT
    settings.ENVIRONMENT = change(reached)
    closed = round_close(round_id=Round.objects.get().pk)
    settings.ENVIRONMENT = reached
    assert closed is not None
    assert not closed.version
    assert Round.objects.get().state == Round.State.CLOSING
    assert left_out() == {}
    elsewhere.rename(place)
    assert close().contributors == 3


def test_a_full_disk_leaves_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, instance in enumerate("abe", start=1):
        submit_weights(instance, trained(seed))
    row = Submission.objects.get(instance="e")
    artifact_put(digest=row.artifact, store=instance_store("e"))
    shutil.rmtree(artifact_path(digest=row.artifact))
    usage = shutil.disk_usage("/")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=0))
        closed = round_close(round_id=Round.objects.get().pk)
    assert closed is not None
    assert "no room" in closed.reason
    assert left_out() == {}
    assert close().contributors == 3


def test_no_number_of_examples_outweighs_all_others() -> None:
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed), examples=LARGEST if instance == "c" else 100)
    aggregate = close()
    weights = dict(Submission.objects.values_list("instance", "weight"))
    assert weights == {"a": 0.25, "b": 0.25, "c": 0.5}
    mean = 0.25 * trained(1)["wi"] + 0.25 * trained(2)["wi"] + 0.5 * trained(3)["wi"]
    np.testing.assert_allclose(arrays_of(aggregate)["wi"], mean, atol=1e-6)


def test_whole_numbers_are_those_that_most_have() -> None:
    places = np.arange(8, dtype=np.int64)
    for seed, instance in enumerate("abc", start=1):
        planted = places[::-1].copy() if instance == "a" else places
        submit_weights(instance, trained(seed) | {"positions": planted})
    assert arrays_of(close())["positions"].tolist() == places.tolist()


def test_a_familys_key_is_that_of_its_parts() -> None:
    bundle = bundle_of(trained(1), config=CONFIG | {"d_kv": 8})
    squatted = family_parts(bundle_of(trained(1)))["family"]
    receive("e", completed(bundle, family_parts(bundle) | {"family": squatted}))
    assert not ModelFamily.objects.exists()
    assert "is not the key" in left_out()["e"]
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed))
    assert close().contributors == 3


def test_who_is_withdrawn_while_its_round_closes_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed, instance in enumerate("abcd", start=1):
        submit_weights(instance, trained(seed))
    make = making.aggregate_make

    def meanwhile(**given: Any) -> Any:
        instance_remove(instance="d")
        return make(**given)

    with monkeypatch.context() as patched:
        patched.setattr(averaging, "aggregate_make", meanwhile)
        closed = round_close(round_id=Round.objects.get().pk)
    assert closed is not None
    assert "withdrawn" in closed.reason
    assert not AggregateModel.objects.exists()
    aggregate = close()
    assert aggregate.contributors == 3
    mean = sum(trained(seed)["wi"] for seed in (1, 2, 3)) / 3
    np.testing.assert_allclose(arrays_of(aggregate)["wi"], mean, atol=1e-6)


def test_what_a_withdrawn_instance_had_sent_is_left() -> None:
    aggregate = second()
    bundle = bundle_of(trained(4))
    measured = {
        "kind": "t5", "version": aggregate.version, "family": aggregate.family_id,
        "metric": "bits_per_byte", "aggregate": 1.0, "examples": 9, "served": "aggregate",
        "adopted": True, "revision": 1, "evaluated_at": STARTED,
    }  # fmt: skip
    instance_withdraw(name="d")
    training_completed([sent("d", completed(bundle, family_parts(bundle)))])
    model_evaluated([sent("d", ModelEvaluated.model_validate(measured))])
    assert not Submission.objects.filter(instance="d").exists()
    assert not aggregate.evaluations.exists()
    model_evaluated([sent("e", ModelEvaluated.model_validate(measured))])
    assert aggregate.evaluations.get().instance == "e"


def sent(instance: str, payload: Any) -> Received[Any]:
    return Received(
        event_id=str(uuid4()), subject="", instance=instance, payload=payload, told_at=STARTED,
        stored_at=STARTED, size=1,
    )  # fmt: skip


def second() -> AggregateModel:
    """An aggregate with a predecessor."""
    for seed, instance in enumerate("abc", start=1):
        submit_weights(instance, trained(seed))
    before, common = arrays_of(close()), drawn(600)
    for seed, instance in enumerate("abc", start=20):
        own = drawn(seed)
        moved = {n: before[n] + 0.02 * (common[n] + own[n]) for n in before}
        submit_difference(instance, Round.objects.get(number=2), moved)
    return close(2)


@pytest.mark.parametrize(
    "lie",
    [
        {"value": 0.0, "former": 1e300, "examples": LARGEST},
        {"value": 1.9, "examples": LARGEST},
        {"value": -1e300, "examples": 1},
    ],
    ids=["far better on all the code", "better on all the code", "below nothing"],
)
def test_one_that_loses_is_not_promoted_by_one_judge(lie: dict[str, Any]) -> None:
    aggregate = second()
    for name in "ab":
        evaluate(name, aggregate, 2.1, former=2.0)
    evaluate("c", aggregate, **{"former": 2.0} | lie)
    aggregate.refresh_from_db()
    assert aggregate.state != "promoted"
    evaluate("d", aggregate, 2.1, former=2.0)
    aggregate.refresh_from_db()
    assert aggregate.state == "rejected"


@pytest.mark.parametrize("examples", [1, LARGEST])
def test_one_that_wins_is_not_rejected_by_one_judge(examples: int) -> None:
    aggregate = second()
    for name in "ab":
        evaluate(name, aggregate, 1.9, former=2.0)
    evaluate("c", aggregate, 1e300, former=2.0, examples=examples)
    aggregate.refresh_from_db()
    assert aggregate.state == "promoted"


def test_measures_without_end_hold_up_no_round() -> None:
    aggregate = second()
    for number in range(80):
        assert not evaluate("c", aggregate, 1.0, metric=f"made-up-{number}")
    for name in "abc":
        evaluate(name, aggregate, 1e300 if name == "c" else 1.9, former=2.0)
    aggregate.refresh_from_db()
    assert aggregate.state == "promoted"
    assert set(aggregate.metrics) == {"instances", "bits_per_byte", "local_bits_per_byte"}
    train_on = arrays_of(aggregate)
    for seed, instance in enumerate("abc", start=30):
        own = drawn(seed)
        moved = {n: train_on[n] + 0.02 * (drawn(700)[n] + own[n]) for n in train_on}
        submit_difference(instance, Round.objects.get(number=3), moved)
    assert close(3).contributors == 3
