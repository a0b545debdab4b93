"""The life of rounds: opened by the first submission, closed once, told of, gone on from."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round, Submission
from apps.centralcloud.averaging.services import round_close, rounds_due
from apps.shared.artifacts.services import artifact_path
from apps.shared.contracts.payloads.insights import ModelReady
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.averaging import (
    CONFIG,
    STARTED,
    arrays_of,
    bundle_of,
    completed,
    family_parts,
    receive,
    submit_difference,
    submit_weights,
)
from tests.common.weights import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


def trained(seed: int) -> dict[str, Any]:
    start, change = drawn(0), drawn(seed)
    common = drawn(500)
    return {name: start[name] + 0.2 * (common[name] + change[name]) for name in start}


def first_aggregate() -> AggregateModel:
    for seed, name in enumerate(("a", "b", "c"), start=1):
        submit_weights(name, trained(seed))
    (round_,) = Round.objects.filter(number=1)
    assert round_close(round_id=round_.pk) is not None
    return AggregateModel.objects.get(number=1)


def base_of(round_: Round) -> AggregateModel:
    assert round_.base is not None
    return round_.base


def told() -> list[ModelReady]:
    """What waits to be sent, in the order of revisions."""
    rows = OutboxMessage.objects.filter(subject="intelligence.insights.model_ready")
    found = [ModelReady.model_validate_json(bytes(row.data)) for row in rows]
    return sorted(found, key=lambda one: one.revision)


def test_the_first_submission_opens_the_familys_first_round() -> None:
    assert submit_weights("a", trained(1)) is None
    family = ModelFamily.objects.get()
    round_ = Round.objects.get()
    assert (round_.number, round_.asks, round_.quorum) == (1, "weights", 3)
    (ready,) = told()
    assert (ready.state, ready.artifact, ready.version) == (
        "open", None, "centralcloud_t5-python_v1.1",
    )  # fmt: skip
    assert ready.round is not None
    assert (ready.round.id, ready.round.asks) == (round_.pk, "weights")
    assert family.key == ready.family


def test_a_quorum_makes_an_aggregate_and_the_next_round() -> None:
    for seed, name in ((1, "a"), (2, "b")):
        assert submit_weights(name, trained(seed), examples=100) is None
    full = submit_weights("c", trained(3), examples=200)
    assert full is not None
    assert rounds_due() == [full]
    closed = round_close(round_id=full)
    assert closed is not None
    aggregate = AggregateModel.objects.get()
    assert closed.version == aggregate.version == "centralcloud_t5-python_v1.1"
    assert aggregate.contributors == 3
    numbers = arrays_of(aggregate)
    mean = 0.25 * trained(1)["wi"] + 0.25 * trained(2)["wi"] + 0.5 * trained(3)["wi"]
    np.testing.assert_allclose(numbers["wi"], mean, atol=1e-6)
    following = Round.objects.get(number=2)
    assert (following.asks, following.codec, following.base) == ("difference", "int8", aggregate)
    assert following.state == Round.State.OPEN
    ready = told()[-1]
    assert (ready.state, ready.artifact) == ("candidate", aggregate.artifact)
    assert ready.round is not None
    assert ready.round.base == aggregate.version
    states = Submission.objects.values_list("state", "weight")
    assert sorted(states) == [("accepted", 0.25), ("accepted", 0.25), ("accepted", 0.5)]
    assert rounds_due() == []


def test_the_bundle_is_whole_and_names_nobody() -> None:
    folder = artifact_path(digest=first_aggregate().artifact)
    names = {path.name for path in folder.iterdir()}
    assert names >= {"config.json", "model.safetensors", "tokenizer.json", "README.md"}
    card = (folder / "README.md").read_text()
    assert "An aggregate of 3 instances" in card
    assert "one_t5" not in card


@pytest.mark.parametrize("codec", ["fp32", "int8"])
def test_differences_move_the_base(codec: str) -> None:
    base = first_aggregate()
    following = Round.objects.get(number=2)
    before = arrays_of(base)
    step = {name: 0.1 * array for name, array in drawn(900).items()}
    for seed, name in ((1, "a"), (2, "b"), (3, "c")):
        own = drawn(seed)
        moved = {n: before[n] + step[n] + 0.02 * own[n] for n in before}
        full = submit_difference(name, following, moved, codec=codec)
    assert full == following.pk
    closed = round_close(round_id=following.pk)
    assert closed is not None
    after = arrays_of(AggregateModel.objects.get(number=2))
    mean = step["wi"] + 0.02 * sum(drawn(seed)["wi"] for seed in (1, 2, 3)) / 3
    tolerance = 1e-6 if codec == "fp32" else 2e-3
    np.testing.assert_allclose(after["wi"] - before["wi"], mean, atol=tolerance)
    assert AggregateModel.objects.get(number=2).base == base


def test_the_same_again_changes_nothing() -> None:
    bundle = bundle_of(trained(1))
    payload = completed(bundle, family_parts(bundle))
    for _ in range(3):
        receive("a", payload)
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("backwards", [False, True])
def test_the_last_trained_of_an_instance_counts(*, backwards: bool) -> None:
    bundles = [bundle_of(trained(seed)) for seed in (1, 2)]
    parts = family_parts(bundles[0])
    sent = [
        completed(one, parts, completed_at=STARTED + timedelta(hours=hours), version=f"v{hours}")
        for hours, one in enumerate(bundles)
    ]
    for payload in reversed(sent) if backwards else sent:
        receive("a", payload)
    assert Submission.objects.get(state="announced").version == "v1"
    assert Submission.objects.get(state="replaced").version == "v0"


def test_a_model_that_stays_at_home_counts_once_it_is_sent() -> None:
    bundle = bundle_of(trained(1))
    payload = completed(bundle, family_parts(bundle))
    receive("a", payload.model_copy(update={"artifact": None, "size": 0}))
    assert not Round.objects.exists()
    assert Submission.objects.get().state == "kept"
    receive("a", payload)
    assert Submission.objects.get().state == "announced"


def test_other_families_keep_to_themselves() -> None:
    submit_weights("a", trained(1))
    submit_weights("b", trained(2), config=CONFIG | {"d_kv": 8})
    families = ModelFamily.objects.order_by("major")
    assert [one.major for one in families] == [1, 2]
    assert Round.objects.count() == 2


def test_a_difference_for_a_round_of_another_family_says_what_differs() -> None:
    first_aggregate()
    following = Round.objects.get(number=2)
    submit_weights("d", trained(4), config=CONFIG | {"d_kv": 8})
    other = Round.objects.get(number=1, family__major=2)
    before = arrays_of(base_of(following))
    submit_difference(
        "d", following, before, family=other.family_id, architecture=other.family.architecture
    )
    row = Submission.objects.get(asked="difference")
    assert (row.state, row.reason) == (
        "left_out", "the round it names is of another family: other architecture",
    )  # fmt: skip


def test_what_a_message_says_of_its_family_must_be_so() -> None:
    submit_weights("a", trained(1))
    bundle = bundle_of(trained(2))
    wrong = family_parts(bundle) | {"tokenizer": "sha256:" + "0" * 64}
    receive("b", completed(bundle, wrong))
    assert Submission.objects.get(instance="b").reason == "it is of another family: other tokenizer"


def test_a_late_difference_counts_in_the_next_round_but_less() -> None:
    first_aggregate()
    second = Round.objects.get(number=2)
    before = arrays_of(base_of(second))
    step = drawn(900)
    for seed, name in ((1, "a"), (2, "b"), (3, "c")):
        submit_difference(
            name, second, {n: before[n] + 0.1 * step[n] + 0.02 * drawn(seed)[n] for n in before}
        )
    round_close(round_id=second.pk)
    submit_difference("d", second, {n: before[n] + 0.1 * step[n] for n in before})
    late = Submission.objects.get(instance="d")
    assert late.round is not None
    assert (late.round.number, late.staleness, late.state) == (3, 1, "announced")
    third = Round.objects.get(number=3)
    now = arrays_of(base_of(third))
    for seed, name in ((4, "a"), (5, "b")):
        submit_difference(
            name, third, {n: now[n] + 0.1 * step[n] + 0.02 * drawn(seed)[n] for n in now}
        )
    assert round_close(round_id=third.pk) is not None
    late.refresh_from_db()
    assert late.weight == pytest.approx(2**-0.5 / (2 + 2**-0.5))


def test_late_whole_weights_count_as_their_difference_held_down() -> None:
    base = first_aggregate()
    submit_weights("d", trained(4))
    late = Submission.objects.get(instance="d")
    assert (late.state, late.staleness) == ("announced", 1)
    second = Round.objects.get(number=2)
    before = arrays_of(base)
    for seed, name in ((5, "a"), (6, "b")):
        own, common = drawn(seed), drawn(500)
        moved = {n: before[n] + 0.01 * (common[n] + own[n]) for n in before}
        submit_difference(name, second, moved)
    assert round_close(round_id=second.pk) is not None
    late.refresh_from_db()
    assert late.state == "accepted"
    after = arrays_of(AggregateModel.objects.get(number=2))
    assert np.abs(after["wi"] - before["wi"]).max() < 0.1


def test_a_difference_that_is_too_late_is_refused() -> None:
    first_aggregate()
    second = Round.objects.get(number=2)
    before = arrays_of(base_of(second))
    Round.objects.filter(pk=second.pk).update(state=Round.State.CLOSED)
    Round.objects.create(
        family=second.family, number=7, asks="difference", base=second.base, quorum=3,
        opened_at=STARTED, closes_at=STARTED,
    )  # fmt: skip
    submit_difference("d", second, before)
    row = Submission.objects.get(instance="d")
    assert row.state == "left_out"
    assert "5 rounds late, 3 may be" in row.reason


def test_too_few_at_the_deadline_move_it_on_and_say_so(settings: LazySettings) -> None:
    submit_weights("a", trained(1))
    round_ = Round.objects.get()
    Round.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert rounds_due() == [round_.pk]
    closed = round_close(round_id=round_.pk)
    assert closed is not None
    round_.refresh_from_db()
    assert round_.state == Round.State.OPEN
    assert round_.closes_at > timezone.now() + timedelta(hours=settings.ROUND_HOURS - 1)
    assert round_.error.startswith("1 of 2 good submissions are there; open until")
    offer = told()[-1].round
    assert offer is not None
    assert offer.closes_at == round_.closes_at
    assert rounds_due() == []


def test_two_are_enough_at_the_deadline() -> None:
    for seed, name in ((1, "a"), (2, "b")):
        submit_weights(name, trained(seed))
    round_ = Round.objects.get()
    assert rounds_due() == []
    Round.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    closed = round_close(round_id=round_.pk)
    assert closed is not None
    assert closed.version


def test_a_submission_while_its_round_closes_waits_for_the_next() -> None:
    for seed, name in ((1, "a"), (2, "b"), (3, "c")):
        full = submit_weights(name, trained(seed))
    Round.objects.update(state=Round.State.CLOSING)  # another worker is at it
    submit_weights("d", trained(4))
    assert Submission.objects.get(instance="d").round is None
    assert full is not None
    assert rounds_due() == [full]
    round_close(round_id=full)
    late = Submission.objects.get(instance="d")
    assert late.round is not None
    assert (late.round.number, late.staleness) == (2, 1)


def test_revisions_only_grow() -> None:
    first_aggregate()
    revisions = [one.revision for one in told()]
    assert revisions == sorted(revisions)
    assert abs(revisions[-1] - time.time() * 1e6) < 600e6
