"""What other parts read of what was learned: code bases, courses, excerpts, the digest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.singularity.ingestion.models import File
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.ingestion.selectors.places import Excerpt, Place, excerpts, file_at
from apps.singularity.ingestion.services import codebase_ingest
from apps.singularity.ingestion.services.codebases import codebase_open
from apps.singularity.patterns.models import CodePattern
from apps.singularity.patterns.selectors import codebase_wanted, pattern_known, recent_support
from apps.singularity.patterns.selectors.digest import SHOWN, learned_digest
from tests.common.factories.ingestion import ChunkFactory, CodebaseFactory, FileFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FindingFactory,
    FrameworkFactory,
    ModuleGraphFactory,
    PatternFactory,
    RuleFactory,
    SupportFactory,
)
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db
MINE = {"instance": "somebody-else"}


def test_the_code_base_mined_last_is_wanted_unless_another_is_named() -> None:
    assert codebase_wanted(reference="") is None
    unmined = CodebaseFactory(name="a")
    assert codebase_wanted(reference="") == unmined
    old = ModuleGraphFactory(mined_at=timezone.now() - timedelta(days=1)).codebase
    latest = ModuleGraphFactory().codebase
    ModuleGraphFactory(codebase=CodebaseFactory(**MINE, name="theirs"))
    assert codebase_wanted(reference="") == latest
    assert codebase_wanted(reference=old.name) == codebase_wanted(reference=str(old.pk)) == old
    with pytest.raises(UnknownCodebase, match=f"known: a, {old.name}"):
        codebase_wanted(reference="theirs")


def test_a_name_goes_before_an_id_that_looks_like_it() -> None:
    first = CodebaseFactory(name="first")
    second = CodebaseFactory(name=str(first.pk))
    assert codebase_wanted(reference=str(first.pk)) == second


def test_a_list_loads_the_last_points_of_each_course() -> None:
    patterns = [PatternFactory(), PatternFactory()]
    for pattern in patterns:
        for revision in range(1, 6):
            SupportFactory(pattern=pattern, revision=revision, occurrences=revision, files=1)
    with CaptureQueriesContext(connection) as captured:
        rows: list[Any] = list(CodePattern.objects.prefetch_related(recent_support(3)))
    assert len(captured) == 2
    assert [[point.revision for point in row.recent] for row in rows] == [[5, 4, 3]] * 2


def test_a_pattern_that_holds_nowhere_is_still_known() -> None:
    gone = PatternFactory(withdrawn=True, signature="idiom-1-gone")
    known = pattern_known(signature="idiom-1-gone")
    assert known is not None
    assert (known.occurrences, known.files, list(known.rows)) == (0, 0, [gone])


def test_an_excerpt_is_the_file_s_own_lines(tmp_path: Path) -> None:
    lines = [f"def function_{n}(a, b):\n    return a * {n} + b\n\n" for n in range(400)]
    text = "".join(lines)
    root = write_tree(tmp_path / "code", {"src/long.py": text, "other.py": "x = 1\n"})
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=root)
    codebase_ingest(codebase=codebase)
    numbered = text.split("\n")
    places = [
        Place(codebase.pk, "src/long.py", start, start + length)
        for start in (1, 2, 160, 598, 1199)
        for length in (0, 1, 40)
    ]
    with CaptureQueriesContext(connection) as captured:
        found = excerpts(
            instance=settings.INSTANCE_ID,
            places=[
                *places,
                Place(codebase.pk, "gone.py", 1, 2),
                Place(codebase.pk, "other.py", 50, 60),
            ],
        )
    assert len(captured) == 2
    assert set(found) == set(places)
    for place, excerpt in found.items():
        first = excerpt.first_line
        shown = excerpt.text.split("\n")
        assert shown == numbered[first - 1 : first - 1 + len(shown)]
        wanted = numbered[place.start_line - 1 : place.end_line]
        assert [line for line in wanted if line] == [line for line in shown if line]


def test_excerpts_and_files_are_of_this_instance() -> None:
    theirs = ChunkFactory(file=FileFactory(codebase=CodebaseFactory(**MINE)))
    place = Place(theirs.codebase_id, theirs.file.path, 1, 4)
    assert excerpts(instance=settings.INSTANCE_ID, places=[place]) == {}
    assert file_at(
        instance=settings.INSTANCE_ID, codebase=place.codebase, path=place.path
    ) is None  # fmt: skip
    assert excerpts(instance="somebody-else", places=[place]) == {
        place: Excerpt(theirs.file_id, "python", 1, theirs.content.rstrip("\n") + "\n")
    }


def test_a_removed_file_is_nowhere() -> None:
    file = FileFactory(state=File.State.REMOVED)
    where = {"instance": settings.INSTANCE_ID, "codebase": file.codebase_id}
    assert file_at(**where, path=file.path) is None
    kept = FileFactory(codebase=file.codebase)
    assert file_at(**where, path=kept.path) == kept.pk


def test_the_digest_has_the_first_of_everything_in_one_query() -> None:
    codebase = CodebaseFactory(name="shop")
    idioms = [PatternFactory(codebase=codebase, score=90 - n) for n in range(SHOWN + 2)]
    PatternFactory(signature=idioms[0].signature, score=89.5)
    PatternFactory(codebase=codebase, score=1000, withdrawn=True)
    rule = RuleFactory(codebase=codebase)
    broken = FindingFactory(codebase=codebase, pattern=rule)
    FindingFactory(codebase=codebase, pattern=rule, withdrawn=True)
    sure, unsure = (ArchitectureFactory(codebase=codebase, confidence=c) for c in (0.9, 0.4))
    FrameworkFactory(codebase=codebase, name="pytest", category="test")
    FrameworkFactory(name="pytest", category="test", confidence=0.5)
    FrameworkFactory(codebase=codebase, name="Django", category="web")
    old = ChangeFactory(found_at=timezone.now() - timedelta(days=1))
    new = ChangeFactory()
    with CaptureQueriesContext(connection) as captured:
        digest = learned_digest()
    assert len(captured) == 1
    assert [row["id"] for row in digest.idioms] == [row.pk for row in idioms[:SHOWN]]
    assert [(row["id"], row["breaks"]) for row in digest.rules] == [(rule.pk, 1)]
    assert [row["key"] for row in digest.architecture] == [sure.key, unsure.key]
    assert [(name, [row["name"] for row in rows]) for name, rows in digest.frameworks] == [
        ("test", ["pytest"]),
        ("web", ["Django"]),
    ]
    assert digest.frameworks[0][1][0]["codebase_id"] == codebase.pk
    assert [(row["id"], row["at"]) for row in digest.findings] == [
        (broken.pk, broken.first_seen_at)
    ]
    assert [row["id"] for row in digest.changes] == [new.pk, old.pk]


def test_the_digest_is_empty_where_only_others_learned() -> None:
    theirs = CodebaseFactory(**MINE)
    for factory in (PatternFactory, RuleFactory, ArchitectureFactory, FrameworkFactory):
        factory(codebase=theirs)
    assert not learned_digest()
