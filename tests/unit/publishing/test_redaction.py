"""Nothing that a program says by itself leaves: every byte of the outbox is searched for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apps.shared.contracts.signatures import signature_of
from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.patterns.models import CodePattern
from apps.singularity.publishing.engine.names import NamePolicy
from apps.singularity.publishing.engine.refusal import Reason
from apps.singularity.publishing.models import PublishedFact
from apps.singularity.publishing.services.statistics import statistics_report
from apps.singularity.publishing.services.sync import instance_sync
from tests.common.learning import read_and_mine
from tests.common.marked import EXCLUDED, MARK, NAME, NUMBER, SECRET, marked_tree
from tests.common.marked_members import marked_members_tree
from tests.common.published import known, queued
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db
_TRACES = (
    MARK,
    "nxmark",
    NUMBER,
    SECRET,
    "hunter2",
    "example.com",
    "/srv/",
    "person@",
    "git+",
    "ssh:",
)


def traces() -> set[str]:
    """What of the marked texts stands anywhere in the rows of the outbox."""
    rows = OutboxMessage.objects.all()
    wire = [f"{bytes(row.data).decode()}{json.dumps(row.fields)}{vars(row)!r}" for row in rows]
    return {trace for trace in _TRACES for text in wire if trace.lower() in text.lower()}


@pytest.fixture
def mined(tmp_path: Path, settings: Any) -> Any:
    settings.PUBLISH_EXCLUDE = EXCLUDED
    root = tmp_path / NAME
    write_tree(root, marked_tree(14, seed=1))
    codebase, _ = read_and_mine(root, name=NAME)
    return codebase


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_byte_of_what_a_program_says_leaves(tmp_path: Path, settings: Any, seed: int) -> None:
    settings.PUBLISH_EXCLUDE = EXCLUDED
    root = tmp_path / NAME
    write_tree(root, marked_tree(14, seed=seed))
    read_and_mine(root, name=NAME)
    told = instance_sync()
    statistics_report()
    assert traces() == set()
    facts = known(queued())
    languages = {fact.language for (subject, _, _), fact in facts.items() if "code" in subject}
    assert languages >= {"python", "javascript", "typescript", "go", "java", "rust", "ruby"}
    assert told.facts > 100


def test_no_member_that_a_program_makes_up_leaves(tmp_path: Path) -> None:
    """Mining takes them for the libraries' own, and finds patterns of them."""
    write_tree(tmp_path, marked_members_tree(14))
    read_and_mine(tmp_path, name=NAME)
    mined = CodePattern.objects.filter(kind="idiom", details__canonical__icontains=MARK)
    languages = set(mined.values_list("language", flat=True))
    assert languages >= {"python", "typescript", "ruby", "php", "swift"}
    told = instance_sync()
    assert traces() == set()
    assert told.refused[Reason.MADE_UP_NAME.value] >= 10
    facts = known(queued(subject="code")).values()
    assert {fact.language for fact in facts} >= {"python", "typescript"}


def test_what_is_public_does_leave(mined: Any) -> None:
    instance_sync()
    purls = {key for subject, _, key in known(queued()) if "package" in subject}
    assert purls >= {"pkg:pypi/django", "pkg:pypi/requests", "pkg:npm/axios", "pkg:npm/typescript"}
    assert purls >= {"pkg:golang/github.com/pkg/errors", "pkg:cargo/serde_json", "pkg:gem/rails"}
    assert "pkg:npm/lodash" not in purls
    texts = [fact.template for fact in known(queued(subject="code")).values()]
    assert any("sqlite3.connect" in text for text in texts)
    assert any("settings.DEBUG" in text or "json.load" in text for text in texts)


def test_what_does_not_leave_is_counted_with_its_reason(mined: Any) -> None:
    told = instance_sync()
    assert told.refused["excluded by PUBLISH_EXCLUDE"] >= 2
    assert told.refused["from no public registry"] >= 2
    stored = PublishedFact.objects.exclude(refused="")
    assert sum(told.refused.values()) == stored.count()


def test_the_search_finds_what_a_policy_lets_through(
    mined: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: without the policy the same rows leave traces."""
    (codebase,) = codebases_of(instance="alpha")
    patterns = CodePattern.objects.filter(codebase=codebase, kind="api_set")
    template = f"json.load + {MARK}.charge"
    row = patterns.first()
    assert row is not None
    row.template, row.details = template, {"calls": template.split(" + ")}
    row.signature = signature_of(row.kind, row.language, template)
    row.save()
    instance_sync()
    assert traces() == set()
    assert PublishedFact.objects.get(key=row.signature).refused == "a name of no known library"
    monkeypatch.setattr(NamePolicy, "check", lambda *_: None)
    instance_sync(full=True)
    assert MARK in traces()


def test_publishing_does_not_take_minings_word_for_a_name(mined: Any) -> None:
    """Members that a program gave to a library's object pass for the library's when mined."""
    rows = CodePattern.objects.filter(details__canonical__icontains="settings.QZMARK_LIMIT")
    assert rows.exists()
    instance_sync()
    reasons = PublishedFact.objects.filter(key__in=[row.signature for row in rows])
    assert {one.refused for one in reasons} == {Reason.MADE_UP_NAME.value}
