"""`manage.py insights`."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from apps.singularity.guidance.services import insights_apply
from tests.common.factories.guidance import insight, own

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("insights", *arguments, stdout=out)
    return out.getvalue()


def test_it_shows_why_with_its_numbers() -> None:
    insights_apply(payload=own(1, insight("adopt-1")))
    shown = run()
    assert "7 of the 8 instances that use Django have this idiom" in shown
    assert "with transaction.atomic():" in shown
    assert "at least 53 % at 95 % confidence" in shown
    assert "adopt-1" in shown


def test_a_dismissed_one_is_shown_only_with_all_and_comes_back() -> None:
    insights_apply(payload=own(1, insight("adopt-1")))
    run("--dismiss", "adopt-1")
    assert "adopt-1" not in run()
    assert "(dismissed)" in run("--all")
    run("--restore", "adopt-1")
    assert "adopt-1" in run()


def test_an_unknown_key_ends_with_one_line() -> None:
    with pytest.raises(CommandError, match="No insight has the key 'nonsense'"):
        run("--dismiss", "nonsense")


def test_json_has_every_number() -> None:
    insights_apply(payload=own(1, insight("a"), insight("r", kind="rule_broken")))
    (row,) = json.loads(run("--json", "--kind", "adopt"))
    assert row["key"] == "a"
    assert row["evidence"]["having"] == 7
    assert row["evidence"]["confidence"] == 0.529


def test_nothing_told_says_what_is_missing(settings: LazySettings) -> None:
    settings.IDENTITY.seed_file.unlink(missing_ok=True)
    assert "not enrolled" in run()


def test_what_a_terminal_would_obey_is_not_passed_on() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J[red]markup[/red]"
    insights_apply(payload=own(1, insight("k\x1b[2J", name=evil, reason=evil)))
    shown = run()
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]markup[/red]" in shown
