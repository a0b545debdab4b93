"""`manage.py packages` on an instance: an answer, the last one, or what is used here."""

from __future__ import annotations

import asyncio
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.payloads.queries import (
    AdvisoryMark,
    OwnVersion,
    PackagesAnswer,
    PackagesQuery,
    PackageUse,
)
from apps.shared.nats_bridge.services.answering import QuestionRefused
from apps.singularity.guidance.management.commands.packages import Command
from tests.common.answering import answering, enrolled, not_enrolled
from tests.common.factories.ingestion import CodebaseFactory, DependencyFactory, FileFactory

REACT, DJANGO = "pkg:npm/react", "pkg:pypi/django"
SUBJECT = "centralcloud.query.packages"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def run(*words: str, **options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(Command(), *words, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def answer(query: Payload, *, instance: str) -> PackagesAnswer:
    """What Centralcloud says: one package, and how it was asked."""
    assert isinstance(query, PackagesQuery)
    used = PackageUse(
        purl=REACT,
        instances=7,
        codebases=9,
        known=True,
        latest="19.0.0",
        summary=f"{query.words} {query.implemented_in or ''} {query.mine} for {instance}",
        mine=(OwnVersion(version="18.0.0", pinned=True, behind=4),),
        advisories=(AdvisoryMark(id="ADV-1", severity="high", fixed=("18.0.1",)),),
    )
    return PackagesAnswer(packages=(used,), total=3)


@pytest.fixture
def seeds(tmp_path: Path, settings: Any, transactional_db: None, nats_url: str) -> dict[str, str]:
    return enrolled("three", settings, tmp_path)


def asked(seeds: dict[str, str], *words: str, by: Any = answer, **options: Any) -> tuple[str, str]:
    """What the command says while Centralcloud answers."""

    async def scenario() -> tuple[str, str]:
        async with answering(seeds, {SUBJECT: by}):
            return await asyncio.to_thread(run, *words, **options)

    return asyncio.run(scenario())


def declare() -> None:
    """Two code bases: one pins django, both declare react."""
    for name in ("shop", "site"):
        file = FileFactory.create(codebase=CodebaseFactory.create(instance="three", name=name))
        DependencyFactory.create(file=file, purl=REACT, requirement="^18")
        if name == "shop":
            DependencyFactory.create(file=file, purl=f"{DJANGO}@5.2.1", locked=True)


def test_centralcloud_answers_and_its_answer_is_kept_for_when_it_is_away(
    seeds: dict[str, str],
) -> None:
    shown, complaints = asked(seeds, "rea", "ct", implemented_in="rust", used_by="three")
    assert complaints == ""
    for text in ("18.0.0 (4 behind)", "1 advisory, high; fixed in 18.0.1", "2 more;"):
        assert text in shown
    said = json.loads(
        asked(seeds, "rea", "ct", implemented_in="rust", used_by="three", json=True)[0]
    )
    assert said["packages"][0]["summary"] == "rea ct rust True for three"
    assert (said["from"], said["reason"]) == ("centralcloud", "")

    again, complaints = run("rea", "ct", implemented_in="rust", used_by="three")
    assert again == shown
    assert "its bridge is away. This is what it answered 0" in complaints
    kept = json.loads(run("rea", "ct", implemented_in="rust", used_by="three", json=True)[0])
    assert kept["from"] == "kept"
    assert kept["answered_at"] >= said["answered_at"]


@pytest.mark.django_db
def test_an_isolated_instance_says_what_its_own_code_bases_declare(
    tmp_path: Path, settings: Any
) -> None:
    not_enrolled("three", settings, tmp_path)
    declare()
    said = json.loads(run(json=True)[0])
    assert said["from"] == "own"
    assert "isolated or not enrolled" in said["reason"]
    assert [(one["purl"], one["codebases"]) for one in said["packages"]] == [
        (REACT, 2),
        (DJANGO, 1),
    ]
    assert [one["version"] for one in said["packages"][1]["mine"]] == ["5.2.1"]
    shown, complaints = run("djan", ecosystem="pypi")
    assert DJANGO in shown
    assert REACT not in shown
    assert "that this instance's own code bases declare" in complaints
    assert REACT in run(f"{REACT}@18.0.0")[0]
    assert run("nothing")[0].strip() == "No package is like that."


@pytest.mark.django_db
def test_what_only_centralcloud_knows_is_not_made_up(tmp_path: Path, settings: Any) -> None:
    not_enrolled("three", settings, tmp_path)
    declare()
    with pytest.raises(CommandError, match=r"Only Centralcloud knows what --implemented-in asks"):
        run(implemented_in="rust")
    with pytest.raises(CommandError, match=r"what --vulnerable, --outdated asks for"):
        run(vulnerable=True, outdated=True)


def refuse(query: Payload, *, instance: str) -> PackagesAnswer:
    """What Centralcloud says to a name that stands for nothing."""
    raise QuestionRefused(400, "There is no language klingon; there are: python, rust.")


def test_a_name_that_stands_for_nothing_is_one_line_and_no_older_answer(
    seeds: dict[str, str],
) -> None:
    asked(seeds, implemented_in="Klingon")
    with pytest.raises(CommandError) as wrong:
        asked(seeds, implemented_in="klingon", by=refuse)
    assert str(wrong.value) == (
        "Centralcloud refuses the question (400): "
        "There is no language klingon; there are: python, rust."
    )


@pytest.mark.django_db
def test_an_isolated_instance_names_the_ecosystems_that_it_declares(
    tmp_path: Path, settings: Any
) -> None:
    not_enrolled("three", settings, tmp_path)
    with pytest.raises(CommandError, match="no ecosystem gem; there are: none yet"):
        run(ecosystem="gem")
    declare()
    with pytest.raises(CommandError, match="no ecosystem gem; there are: npm, pypi"):
        run(ecosystem="gem")
    assert DJANGO in run(ecosystem="PyPI")[0]
    DependencyFactory.create(
        file=FileFactory.create(codebase=CodebaseFactory.create(instance="three")),
        purl="pkg:npm/%40babel/core",
    )
    assert "babel/core" in run("pkg:npm/@babel/core@7.0.0")[0]
    assert run("pkg:nothing")[0].strip() == "No package is like that."


def test_a_wrong_question_ends_with_one_line(settings: Any) -> None:
    settings.INSTANCE_ID = "three"
    with pytest.raises(CommandError, match="--used-by can only be three"):
        run(used_by="other")
    with pytest.raises(CommandError, match="--limit is a number from 1 to 200"):
        run(limit=500)
    with pytest.raises(CommandError, match="implemented_in: "):
        run(implemented_in="No Language!")
