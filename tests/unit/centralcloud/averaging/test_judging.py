"""Instances judge aggregates; the weighted fleet promotes or rejects them."""

from __future__ import annotations

from typing import Any

import pytest

from apps.centralcloud.averaging.models import AggregateModel, Evaluation, Round, Submission
from apps.centralcloud.averaging.services import instance_remove, round_close
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.averaging import arrays_of, evaluate, submit_difference, submit_weights
from tests.common.weights import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


def aggregates(count: int) -> list[AggregateModel]:
    """The first aggregates of a family, each made by three instances."""
    start, common = drawn(0), drawn(500)
    for seed, name in enumerate("abc", start=1):
        own = drawn(seed)
        submit_weights(name, {n: start[n] + 0.2 * (common[n] + own[n]) for n in start})
    round_close(round_id=Round.objects.get(number=1).pk)
    for number in range(2, count + 1):
        train_on(Round.objects.get(number=number))
        round_close(round_id=Round.objects.get(number=number).pk)
    return list(AggregateModel.objects.order_by("number"))


def train_on(round_: Round, names: str = "abc") -> None:
    assert round_.base is not None
    before, common = arrays_of(round_.base), drawn(600 + round_.number)
    for seed, name in enumerate(names, start=10 * round_.number):
        own = drawn(seed)
        moved = {n: before[n] + 0.02 * (common[n] + own[n]) for n in before}
        submit_difference(name, round_, moved)


def state(aggregate: AggregateModel) -> str:
    aggregate.refresh_from_db()
    return aggregate.state


def offer(version: str) -> ModelReady:
    """What was last said of a version."""
    rows = OutboxMessage.objects.filter(state_key=f"model:{version}")
    found = [ModelReady.model_validate_json(bytes(row.data)) for row in rows]
    return max(found, key=lambda one: one.revision)


def test_the_first_is_promoted_where_it_beats_local_models() -> None:
    (first,) = aggregates(1)
    for name in "ab":
        evaluate(name, first, 2.2)
    assert state(first) == "candidate"
    evaluate("c", first, 2.4)
    assert state(first) == "promoted"
    assert (
        first.reason
        == "0.3 bits_per_byte better than their own models in the median of 3 instances"
    )
    assert first.metrics == pytest.approx(
        {"instances": 3, "bits_per_byte": 2.2667, "local_bits_per_byte": 2.5}, abs=1e-4
    )
    assert offer(first.version).state == "promoted"


def test_the_first_is_never_rejected() -> None:
    (first,) = aggregates(1)
    for name in "abc":
        evaluate(name, first, 3.0)
    assert state(first) == "candidate"
    assert "worse than their own models" in first.reason
    assert Round.objects.get(number=2).state == Round.State.OPEN


def test_one_that_loses_is_rejected_and_the_line_goes_on_from_its_predecessor() -> None:
    first, second = aggregates(2)
    train_on(Round.objects.get(number=3), names="a")
    for name, examples in (("a", 10_000), ("b", 10), ("c", 10)):
        evaluate(name, second, 1.9 if name == "a" else 2.1, former=2.0, examples=examples)
    assert state(second) == "rejected"
    assert Round.objects.get(number=3).state == Round.State.FAILED
    left = Submission.objects.get(round__number=3)
    assert (left.state, left.reason) == ("left_out", f"its base {second} was rejected")
    fourth = Round.objects.get(number=4)
    assert (fourth.base, fourth.state) == (first, Round.State.OPEN)
    assert (offer(second.version).state, offer(second.version).round) == ("rejected", None)
    again = offer(first.version).round
    assert again is not None
    assert (again.id, again.base) == (fourth.pk, first.version)
    submit_difference("d", Round.objects.get(number=3), arrays_of(second))
    assert "was rejected" in Submission.objects.get(instance="d").reason


def test_judges_compare_with_what_they_measured_of_the_predecessor() -> None:
    first, second = aggregates(2)
    for name in "abc":
        evaluate(name, first, 2.0)
        evaluate(name, second, 2.1)  # better than local, worse than the first
    assert state(second) == "rejected"


def test_what_another_goes_on_from_is_settled() -> None:
    first, _ = aggregates(2)
    for name in "abc":
        evaluate(name, first, 2.0)
    assert state(first) == "candidate"


@pytest.mark.parametrize("backwards", [False, True])
def test_the_newest_revision_holds_in_any_order(*, backwards: bool) -> None:
    (first,) = aggregates(1)
    told: list[tuple[int, float]] = [(1, 2.4), (2, 2.2), (3, 2.3)]
    for revision, value in reversed(told) if backwards else told:
        evaluate("a", first, value, revision=revision)
    assert Evaluation.objects.get().value == 2.3


def test_a_model_that_nobody_knows_is_nobodys() -> None:
    (first,) = aggregates(1)
    stranger = AggregateModel(family=first.family, version="centralcloud_t5-rust_v9.9")
    assert not evaluate("a", stranger, 2.0)
    assert not Evaluation.objects.exists()


def test_other_measures_are_kept_but_do_not_decide() -> None:
    (first,) = aggregates(1)
    for name in "abc":
        evaluate(name, first, 9.9, metric="bytes_per_token", local=1.0)
    assert state(first) == "candidate"
    assert Evaluation.objects.count() == 3


def test_a_withdrawn_instance_counts_in_nothing_that_is_open() -> None:
    first, second = aggregates(2)
    train_on(Round.objects.get(number=3), names="a")
    for name in "abc":
        evaluate(name, second, 2.0, former=2.1)
    assert state(second) == "promoted"
    assert instance_remove(instance="a") == 2
    assert state(second) == "candidate"
    assert second.reason == "2 of 3 instances judged it"
    assert not Submission.objects.filter(instance="a", round__number=3).exists()
    kept: Any = Submission.objects.filter(instance="a").values_list("round__number", flat=True)
    assert sorted(kept) == [1, 2]
    assert first.contributors == 3
