"""`manage.py packages` on Centralcloud."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.centralcloud.package_sync.management.commands.packages import Command
from tests.common.factories.package_world import (
    BABEL,
    REQUESTS,
    RUFF,
    SERDE,
    package_of,
    world_make,
)

pytestmark = pytest.mark.django_db
NAME = "packages"


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    world_make()


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "220")


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(Command(), *words, stdout=out, **options)
    return out.getvalue()


def told(*words: str, **options: Any) -> list[str]:
    answer = json.loads(said(*words, json=True, **options))
    return [row["purl"] for row in answer["packages"]]


def test_the_command_has_the_filters_of_every_door() -> None:
    assert told(implemented_in="rust") == [RUFF, SERDE]
    assert told("@babel/core") == [BABEL]
    assert told(used_by="delta", outdated=True) == [BABEL]
    assert told(vulnerable=True, limit=1) == [REQUESTS]
    assert told(licence="Apache-2.0", ecosystem="cargo") == [SERDE]
    assert told(deprecated=True) == [BABEL]


def test_people_see_a_table_with_what_is_wrong_and_where_it_is_fixed() -> None:
    shown = said(used_by="alpha")
    line = next(line for line in shown.splitlines() if REQUESTS in line)
    assert "1.0 (2 behind)" in line
    assert "1 advisory, high; fixed in 2.0" in line
    assert "about 0.1" in shown, "no lock file pins ruff"
    assert "6 more; --limit shows up to 200." in said(limit=1)
    assert said("nothing like that").strip() == "No package is like that."


def test_a_purl_shows_one_package_in_detail() -> None:
    shown = said(REQUESTS)
    for text in (
        "Used by 3 instances, 3 code bases: 1.0 at 2, 3.0 at 1. Licence: Apache-2.0",
        "The last release came out on 2025-01-03",
        "Needed by pkg:pypi/wrapper, pkg:pypi/secret-lib",
    ):
        assert text in shown
    assert "Instead: pkg:pypi/httpx" in said(REQUESTS, used_by="alpha")
    assert "ADV-1 (high) affects 1.0; fixed in 2.0" in said(REQUESTS, used_by="alpha")


def test_what_is_not_there_is_answered_with_what_is() -> None:
    for options, message in (
        ({"used_by": "nobody"}, "There is no instance nobody; there are: alpha, beta, delta,"),
        ({"ecosystem": "gem"}, "There is no ecosystem gem; there are: cargo, npm, pypi."),
        ({"implemented_in": "cobol"}, "no language cobol; there are: javascript, python, rust."),
        ({"implemented_in": "Klingon"}, "no language Klingon; there are: javascript, python"),
        ({"limit": 0}, "--limit is a number from 1 to 200."),
    ):
        with pytest.raises(CommandError, match=message.replace(".", r"\.")):
            said(**options)
        with pytest.raises(CommandError, match=message.replace(".", r"\.")):
            said(REQUESTS, **options)


def test_names_are_understood_as_people_write_them() -> None:
    assert told(implemented_in="Rust", ecosystem="PyPI") == [RUFF]
    assert told(implemented_in="JS", ecosystem="NPM") == [BABEL]
    languages = {"c++": "cpp", "CPP": "cpp", "C#": "csharp", "ts": "typescript", "golang": "go"}
    for written, name in languages.items():
        ruff = package_of(RUFF)
        ruff.implementations.all().delete()
        ruff.implementations.create(language=name, evidence="classifier", detail=name)
        assert told(implemented_in=written) == [RUFF], written


def test_what_matches_nothing_is_no_wrong_name() -> None:
    assert told("nothing", ecosystem="npm", implemented_in="javascript") == []


def test_texts_of_registries_are_no_commands_to_the_terminal() -> None:
    row = package_of(REQUESTS)
    row.summary, row.deprecated = "\x1b[2Jgone [bold]", "\x1b]0;title\x07"
    row.save()
    shown = said(REQUESTS) + said("requests")
    assert "\x1b" not in shown
    assert "[bold]" in shown
