"""Sync: what changed becomes messages, in the transaction that remembers that it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.shared.contracts.nkeys import seed_new
from apps.shared.contracts.signatures import signature_of
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.ingestion.models import DeclaredDependency
from apps.singularity.patterns.models import CodePattern, Mining
from apps.singularity.publishing.engine.refusal import Reason
from apps.singularity.publishing.models import PublishedCodebase, PublishedFact, PublishedState
from apps.singularity.publishing.services.sync import codebase_sync, instance_sync
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import MiningFactory
from tests.common.learning import read_and_mine, repeated
from tests.common.published import known, payload_of, queued, usage_pattern
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """A code base that was really read and mined."""
    write_tree(tmp_path, repeated(12))
    codebase, _ = read_and_mine(tmp_path, name="shop")
    return codebase


@pytest.fixture
def plain() -> Any:
    """A code base with five patterns of the first mining."""
    codebase = CodebaseFactory(instance="alpha", name="plain", ingested_at=timezone.now())
    MiningFactory(codebase=codebase)
    for number in range(5):
        usage_pattern(codebase, number)
    return codebase


def sent(rows: list[OutboxMessage]) -> None:
    """Mark rows as the relay does."""
    OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=timezone.now())


def signatures() -> set[str]:
    """Those of the code patterns that others know of."""
    return {key for subject, _, key in known(queued()) if "code.pattern" in subject}


def holding(codebase: Any) -> set[str]:
    """Those of the patterns that hold here and are told."""
    rows = CodePattern.objects.filter(codebase=codebase, withdrawn_at=None).exclude(kind="clone")
    return set(rows.values_list("signature", flat=True))


def remined(codebase: Any, revision: int) -> None:
    """Let a mining have changed something."""
    Mining.objects.filter(codebase=codebase).update(revision=revision)


def test_all_that_was_mined_of_real_code_is_told(shop: Any) -> None:
    told = codebase_sync(codebase=shop)
    assert told.facts == len(known(queued()))
    assert signatures() == holding(shop)
    assert not told.refused
    kinds = {fact.kind for fact in known(queued(subject="code")).values()}
    assert kinds >= {"idiom", "rule", "convention", "api_set"}
    purls = {key for subject, _, key in known(queued()) if "package" in subject}
    assert purls == {"pkg:pypi/django", "pkg:pypi/requests"}


def test_nothing_new_means_no_message(shop: Any) -> None:
    codebase_sync(codebase=shop)
    before = [row.pk for row in queued()]
    assert codebase_sync(codebase=shop).messages == 0
    assert [row.pk for row in queued()] == before


def test_a_change_is_told_alone_and_what_holds_no_more_is_withdrawn(plain: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    first, last = CodePattern.objects.order_by("id")[:2]
    CodePattern.objects.filter(pk=first.pk).update(occurrences=99, revision=2)
    CodePattern.objects.filter(pk=last.pk).update(withdrawn_at=timezone.now(), revision=2)
    remined(plain, 2)
    told = codebase_sync(codebase=plain)
    assert (told.messages, told.facts, told.withdrawn) == (1, 1, 1)
    assert signatures() == holding(plain)
    facts = {key: fact for (_, _, key), fact in known(queued()).items()}
    assert facts[first.signature].occurrences == 99


def test_what_waits_is_told_with_what_came_after_it_and_once(plain: Any) -> None:
    for revision in range(2, 8):
        codebase_sync(codebase=plain)
        usage_pattern(plain, 100 + revision, revision=revision)
        CodePattern.objects.filter(pk=CodePattern.objects.earliest("id").pk).update(
            revision=revision, occurrences=50 + revision
        )
        remined(plain, revision)
    codebase_sync(codebase=plain)
    assert signatures() == holding(plain)
    assert sum(row.fields.get("patterns", 0) for row in queued()) == 11


def test_what_a_relay_has_in_its_hands_stays_and_does_no_harm(plain: Any) -> None:
    codebase_sync(codebase=plain)
    (row,) = queued()
    later = timezone.now() + timedelta(minutes=1)
    OutboxMessage.objects.update(claimed_by="relay", claimed_until=later)
    CodePattern.objects.update(withdrawn_at=timezone.now(), revision=2)
    remined(plain, 2)
    told = codebase_sync(codebase=plain)
    assert (told.facts, told.withdrawn) == (0, 5)
    assert row in queued()
    assert signatures() == set()
    assert known(list(reversed(queued()))) == {}


def test_a_withdrawal_that_was_not_sent_is_told_again(plain: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    gone = CodePattern.objects.earliest("id")
    CodePattern.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now(), revision=2)
    remined(plain, 2)
    codebase_sync(codebase=plain)
    usage_pattern(plain, 9, revision=3)
    remined(plain, 3)
    told = codebase_sync(codebase=plain)
    assert (told.facts, told.withdrawn) == (1, 1)
    assert signatures() == holding(plain)


def test_a_pattern_that_was_never_told_is_never_mentioned(plain: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    new = usage_pattern(plain, 6, revision=2, withdrawn=True)
    secret = usage_pattern(plain, 7, revision=2)
    CodePattern.objects.filter(pk=secret.pk).update(template="json.load + acme.charge")
    remined(plain, 2)
    told = codebase_sync(codebase=plain)
    assert (told.messages, told.facts, told.withdrawn) == (0, 0, 0)
    assert told.refused == {Reason.UNKNOWN_NAME.value: 1}
    assert PublishedFact.objects.get(key=secret.signature).refused == Reason.UNKNOWN_NAME
    assert not PublishedFact.objects.filter(key=new.signature).exists()


def test_what_was_told_and_is_refused_now_is_withdrawn(plain: Any, settings: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    row = CodePattern.objects.earliest("id")
    CodePattern.objects.filter(pk=row.pk).update(template="json.load + acme.x", revision=2)
    remined(plain, 2)
    assert codebase_sync(codebase=plain).withdrawn == 1
    assert signatures() == holding(plain) - {row.signature}
    CodePattern.objects.filter(pk=row.pk).update(template=row.template)  # its revision stays
    usage_pattern(plain, 9, revision=3)
    remined(plain, 3)
    assert codebase_sync(codebase=plain).facts == 2
    assert signatures() == holding(plain)
    assert not PublishedFact.objects.exclude(refused="").exists()


def test_other_rules_mean_that_all_is_told_anew(shop: Any, settings: Any) -> None:
    codebase_sync(codebase=shop)
    sent(queued())
    settings.PUBLISH_EXCLUDE = ("requests",)
    codebase_sync(codebase=shop)
    purls = {key for subject, _, key in known(queued()) if "package" in subject}
    assert purls == {"pkg:pypi/django"}
    assert signatures() == holding(shop)


def test_a_new_key_means_that_all_is_told_anew(plain: Any, settings: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    instance_sync()
    assert not [row for row in queued() if row.sent_at is None]
    settings.IDENTITY = replace(settings.IDENTITY, seed=seed_new())
    instance_sync()
    again = [row for row in queued() if row.sent_at is None]
    told = {key for subject, _, key in known(again) if "code.pattern" in subject}
    assert told == holding(plain)


def test_the_floor_of_a_complete_statement_outlives_its_messages(plain: Any) -> None:
    """They may be taken back unsent: what was refused since must fall all the same."""
    codebase_sync(codebase=plain)
    sent(queued())
    CodePattern.objects.update(template="json.load + acme.charge")
    codebase_sync(codebase=plain, full=True)
    usage_pattern(plain, 9, revision=2)
    remined(plain, 2)
    told = codebase_sync(codebase=plain)
    assert told.facts == 1
    assert len(signatures()) == 1


def test_after_thirty_days_all_is_told_anew(plain: Any) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    PublishedState.objects.update(restated_at=timezone.now() - timedelta(days=31))
    told = codebase_sync(codebase=plain)
    assert told.facts == 5
    last = payload_of(queued(subject="code")[-1])
    assert last.floor == last.revision  # type: ignore[attr-defined]
    assert signatures() == holding(plain)


def test_a_source_that_was_restored_is_told_anew(plain: Any) -> None:
    remined(plain, 9)
    codebase_sync(codebase=plain)
    sent(queued())
    CodePattern.objects.earliest("id").delete()
    remined(plain, 4)
    assert codebase_sync(codebase=plain).facts == 4
    assert signatures() == holding(plain)


def test_revisions_grow_when_the_clock_goes_back(
    plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    codebase_sync(codebase=plain)
    sent(queued())
    CodePattern.objects.update(occurrences=77, revision=2)
    remined(plain, 2)
    past = timezone.now() - timedelta(days=400)
    monkeypatch.setattr("apps.singularity.publishing.services.messages.timezone.now", lambda: past)
    codebase_sync(codebase=plain)
    first, second = (payload_of(row).revision for row in queued())  # type: ignore[attr-defined]
    assert second == first + 1
    assert {fact.occurrences for fact in known(queued()).values()} == {77}


def test_a_code_base_that_is_gone_is_taken_back(shop: Any) -> None:
    instance_sync()
    sent(queued())
    shop.delete()
    told = instance_sync()
    assert (told.messages, told.facts) == (3, 0)  # of architecture nothing was told
    assert known(queued()) == {}
    assert instance_sync().messages == 0
    assert PublishedCodebase.objects.get().withdrawn_at is not None


def test_a_code_base_made_again_has_another_name(plain: Any) -> None:
    instance_sync()
    plain.delete()
    again = CodebaseFactory(instance="alpha", name="plain", ingested_at=timezone.now())
    MiningFactory(codebase=again)
    usage_pattern(again, 1)
    instance_sync()
    keys = {row.key for row in PublishedCodebase.objects.all()}
    assert len(keys) == 2
    assert len(known(queued())) == 1


def test_what_is_not_read_to_its_end_is_not_told() -> None:
    codebase = CodebaseFactory(instance="alpha", ingested_at=None)
    usage_pattern(codebase, 1)
    assert codebase_sync(codebase=codebase).messages == 0


def test_other_instances_code_bases_are_not_told() -> None:
    theirs = CodebaseFactory(instance="beta", ingested_at=timezone.now())
    MiningFactory(codebase=theirs)
    usage_pattern(theirs, 1)
    assert instance_sync().messages == 0


def test_what_looks_like_a_secret_is_refused_whatever_else_it_passes(shop: Any) -> None:
    """A name of a known library's, and a package: scrubbing before storage did not know it."""
    looks = "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    row = usage_pattern(shop, 1)
    text = f"json.load + json.{looks}"
    signature = signature_of("api_set", "python", text)
    CodePattern.objects.filter(pk=row.pk).update(template=text, signature=signature)
    requests = DeclaredDependency.objects.filter(purl__contains="requests")
    assert requests.update(purl=f"pkg:pypi/{looks}")
    told = codebase_sync(codebase=shop)
    assert told.refused == {Reason.SECRET.value: 2}
    assert told.facts > 10
    assert looks.encode() not in b"".join(bytes(row.data) for row in queued())


def test_a_huge_template_is_refused_and_the_others_are_told(plain: Any) -> None:
    usage_pattern(plain, 6, revision=1)
    row = CodePattern.objects.latest("id")
    CodePattern.objects.filter(pk=row.pk).update(template=" + ".join(["json.load"] * 5_000))
    told = codebase_sync(codebase=plain)
    assert told.facts == 5
    assert told.refused == {Reason.TOO_LONG.value: 1}


def test_many_patterns_are_split_into_messages_that_fit() -> None:
    codebase = CodebaseFactory(instance="alpha", ingested_at=timezone.now())
    MiningFactory(codebase=codebase)
    rows = [usage_pattern(codebase, 0)]
    template = rows[0]
    CodePattern.objects.bulk_create(_copies(template, 4_999))
    told = codebase_sync(codebase=codebase)
    assert told.facts == 5_000
    sizes = [len(bytes(row.data)) for row in queued(subject="code")]
    assert len(sizes) >= 3
    assert max(sizes) <= 450 * 1024
    assert signatures() == holding(codebase)


def _copies(row: CodePattern, count: int) -> list[CodePattern]:
    fields = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
    del fields["id"]
    texts = (f"json.load + os.path.join{number}" for number in range(1, count + 1))
    return [
        CodePattern(
            **fields
            | {"template": text, "signature": signature_of("api_set", "python", text)}
            | {"details": {"calls": text.split(" + ")}}
        )
        for text in texts
    ]
