"""What Centralcloud keeps of models, on its disk and in the stores; each reason alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apps.centralcloud.averaging.models import AggregateModel, ModelFamily, Round, Submission
from apps.centralcloud.averaging.selectors.bundles import bundles_needed
from apps.centralcloud.averaging.services import round_close
from apps.shared.artifacts.services import ArtifactError, artifact_fetch, artifact_put, keeping
from apps.shared.artifacts.services.sweeping import store_prune
from apps.shared.contracts.subjects import MODELS_STORE, instance_store
from tests.common.averaging import bundle_of, evaluate, submit_difference, submit_weights
from tests.common.factories.core import AdminFactory
from tests.common.pruning import age, left, without_keeper
from tests.common.weights import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


@pytest.fixture(autouse=True)
def _state(settings: Any, tmp_path: Any) -> None:
    settings.STATE_DIR = tmp_path / "state"


def trained(seed: int) -> dict[str, Any]:
    start, change, common = drawn(0), drawn(seed), drawn(500)
    return {name: start[name] + 0.2 * (common[name] + change[name]) for name in start}


def first_aggregate() -> AggregateModel:
    for seed, name in enumerate(("a", "b", "c"), start=1):
        submit_weights(name, trained(seed))
    assert round_close(round_id=Round.objects.get(number=1).pk) is not None
    return AggregateModel.objects.get(number=1)


def next_aggregate() -> AggregateModel:
    """The one that the open round of differences makes."""
    round_ = Round.objects.get(state="open")
    for seed, name in enumerate(("a", "b", "c"), start=10 * round_.number):
        submit_difference(name, round_, trained(seed))
    assert round_close(round_id=round_.pk) is not None
    return AggregateModel.objects.get(number=round_.number)


def submitted(*, number: int) -> set[str]:
    rows = Submission.objects.filter(round__number=number)
    return set(rows.values_list("artifact", flat=True))


def test_submissions_stay_until_the_aggregate_is_written(tmp_path: Any) -> None:
    for seed, name in ((1, "a"), (2, "b")):
        submit_weights(name, trained(seed))
    assert left() == submitted(number=1)
    Round.objects.update(state="closing")
    assert left() == submitted(number=1)
    with without_keeper("averaging"):
        assert left() == set()


def test_after_it_they_go_and_their_rows_stay_with_digest_and_verdict() -> None:
    aggregate = first_aggregate()
    assert left() == {aggregate.artifact}
    rows = Submission.objects.filter(round__number=1)
    assert {(row.state, bool(row.artifact), row.weight is not None) for row in rows} == {
        ("accepted", True, True)
    }


def test_one_that_waits_for_the_next_round_stays() -> None:
    first_aggregate()
    bundle = bundle_of(trained(9))
    row = Submission.objects.filter(round__number=1).first()
    assert row
    row.pk, row.round, row.state, row.instance = None, None, "announced", "d"
    row.artifact = bundle.digest
    row.save()
    assert bundle.digest in left()
    Submission.objects.filter(pk=row.pk).update(state="left_out")
    assert bundle.digest not in left()


def test_the_current_aggregate_and_its_predecessor_stay_and_older_ones_go() -> None:
    first, second, third = first_aggregate(), next_aggregate(), next_aggregate()
    assert left() == {second.artifact, third.artifact}
    assert first.artifact not in bundles_needed()


def test_after_a_demotion_the_next_round_closes_from_the_predecessor() -> None:
    first, second = first_aggregate(), next_aggregate()
    left()
    for name in "abc":
        evaluate(name, second, 9.0, former=2.0)
    second.refresh_from_db()
    assert second.state == "rejected"
    assert left() == {first.artifact}
    assert next_aggregate().base == first


def test_the_base_of_an_open_round_stays_though_a_newer_one_is_there() -> None:
    first, _, _ = first_aggregate(), next_aggregate(), next_aggregate()
    assert first.artifact not in bundles_needed()
    Round.objects.filter(state="open").update(base=first)
    assert first.artifact in bundles_needed()


def test_what_a_round_asks_for_stays_until_it_is_closed() -> None:
    first_aggregate()
    asked = bundle_of(trained(3)).digest
    Round.objects.filter(state="open").update(artifact=asked)
    assert asked in left()
    Round.objects.update(state="closed")
    assert asked not in left()


def test_a_candidate_that_is_still_judged_stays() -> None:
    first, _, _ = first_aggregate(), next_aggregate(), next_aggregate()
    AggregateModel.objects.filter(base=first).update(base=None)
    assert first.artifact in bundles_needed()
    AggregateModel.objects.filter(pk=first.pk).update(state="rejected")
    assert first.artifact not in bundles_needed()


def test_a_vocabulary_that_a_family_stands_on_stays_however_old() -> None:
    aggregate = first_aggregate()
    family = ModelFamily.objects.create(key="vocabulary-all-0", kind="vocabulary", scope="all")
    said = {"family": family, "size": 1, "contributors": 2, "state": "promoted"}
    made = [
        AggregateModel.objects.create(
            version=f"v{number}",
            number=number,
            artifact=bundle_of(trained(number)).digest,
            tokenizer=aggregate.family.tokenizer if number == 1 else f"sha256:{number:064}",
            **said,
        )
        for number in (1, 2, 3)
    ]
    assert {made[0].artifact, made[2].artifact} <= left()
    assert made[1].artifact not in left()


def test_the_stores_keep_what_is_needed_and_lose_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    first = first_aggregate()
    over = list(Submission.objects.all())
    submit_difference("a", Round.objects.get(state="open"), trained(30))
    waiting = Submission.objects.get(round__state="open")
    for row in (*over, waiting):
        artifact_put(digest=row.artifact, store=instance_store(row.instance))

    def lately(**arguments: Any) -> int:
        return store_prune(**arguments, older_than=timedelta(0))

    monkeypatch.setattr(keeping, "store_prune", lately)
    assert keeping.stores_prune() > len(over)
    age()
    with without_keeper("averaging"):
        left()
    artifact_fetch(digest=first.artifact, size=first.size, store=MODELS_STORE)
    store = instance_store("a")
    artifact_fetch(digest=waiting.artifact, size=waiting.size, store=store)
    for row in over:
        with pytest.raises(ArtifactError, match="has not all of"):
            artifact_fetch(digest=row.artifact, size=row.size, store=instance_store(row.instance))


def test_rows_say_that_their_bundle_is_gone(client: Client) -> None:
    first, _, _ = first_aggregate(), next_aggregate(), next_aggregate()
    left()
    user = AdminFactory()
    client.force_login(user)
    row = Submission.objects.filter(round__number=1).first()
    assert row
    said = f"bundle removed on {timezone.now():%Y-%m-}"
    for name, shown in (("aggregatemodel", first), ("submission", row)):
        page = client.get(reverse(f"admin:averaging_{name}_change", args=[shown.pk]))
        assert said in page.content.decode()
    rest = APIClient()
    rest.force_authenticate(user)
    models = rest.get("/api/v1/models").json()["results"]
    assert [one["bundle_removed_at"] is None for one in models] == [True, True, False]
    rounds = rest.get("/api/v1/rounds").json()["results"]
    assert all(one["bundle_removed_at"] for one in rounds[-1]["submissions"])
