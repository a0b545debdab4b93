"""What Centralcloud says of packages: the newest holds; what concerns this instance is shown."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from apps.shared.contracts.payloads.insights import AdvisoryPublished
from apps.shared.dashboard.frame import panel_render
from apps.singularity.guidance import handlers
from apps.singularity.guidance.engine.concerns import Declaration, concerned
from apps.singularity.guidance.models import Advisory
from apps.singularity.guidance.panels import ADVISORIES
from apps.singularity.guidance.selectors.advisories import advisories_here
from apps.singularity.ingestion.models import Codebase
from tests.common.factories.core import AdminFactory
from tests.common.factories.guidance import AT
from tests.common.factories.ingestion import (
    CodebaseFactory,
    DependencyFactory,
    FileFactory,
)
from tests.common.factories.told import received

LODASH = "pkg:npm/lodash"
LIST = reverse("admin:guidance_advisory_changelist")
HOSTILE = "<script>alert('x')</script>"
database = pytest.mark.django_db


def told(revision: int = 1, purl: str = LODASH, **fields: Any) -> AdvisoryPublished:
    """A vulnerable version of a package."""
    return AdvisoryPublished(
        **{
            "id": f"vulnerable:{purl}:CVE-1",
            "revision": revision,
            "kind": "vulnerable",
            "package": purl,
            "name": purl.rpartition("/")[2],
            "advisory": "GHSA-1",
            "affected": ("4.17.20",),
            "fixed": ("4.17.21",),
            "severity": "high",
            "summary": "Prototype pollution",
            "published_at": AT,
            **fields,
        }
    )


def hear(*payloads: AdvisoryPublished) -> None:
    handlers.advisory([received("", one) for one in payloads])


def declare(codebase: str, purl: str, requirement: str = "", *, locked: bool = False) -> None:
    found = Codebase.objects.filter(name=codebase).first()
    file = FileFactory.create(codebase=found or CodebaseFactory.create(name=codebase))
    DependencyFactory.create(file=file, purl=purl, requirement=requirement, locked=locked)


def here() -> list[tuple[str, str]]:
    return [(one.codebase, one.version) for found in advisories_here() for one in found.here]


def over(revision: int) -> AdvisoryPublished:
    return told(revision, affected=(), fixed=(), advisory="", severity="", over=True)


@database
def test_it_says_which_code_base_has_which_version_and_what_fixes_it() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    declare("shop", LODASH, "^4.17.0")
    declare("site", f"{LODASH}@4.17.21", locked=True)
    hear(told())
    assert here() == [("shop", "4.17.20")]
    assert advisories_here()[0].advisory.fixed == ["4.17.21"]


@database
def test_a_scoped_name_is_found_as_code_bases_declare_it() -> None:
    declare("shop", "pkg:npm/%40babel/core@7.0.0%2Bbuild", locked=True)
    hear(told(purl="pkg:npm/%40babel/core", affected=("7.0.0+build",)))
    assert here() == [("shop", "7.0.0+build")]


@database
def test_what_concerns_nothing_here_is_kept_but_not_shown_as_ours() -> None:
    declare("shop", f"{LODASH}@4.17.21", locked=True)
    hear(told(), told(purl="pkg:pypi/zope"))
    assert Advisory.objects.count() == 2
    assert here() == []


@database
def test_other_instances_of_the_same_database_are_not_looked_at(settings: LazySettings) -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told())
    settings.INSTANCE_ID = "another"
    assert here() == []
    hear(told(7))
    assert here() == []
    assert Advisory.objects.filter(instance="another").get().revision == 7


@database
def test_in_every_order_and_however_often_the_newest_revision_holds() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    declare("shop", f"{LODASH}@4.17.19", locked=True)
    both = ("4.17.20", "4.17.19")
    for newest, expected in (
        (told(4, affected=both), [("shop", "4.17.19"), ("shop", "4.17.20")]),
        (over(4), []),
    ):
        messages = [told(1), over(2), told(3), newest]
        for order in permutations(messages):
            Advisory.objects.all().delete()
            for one in order:
                hear(one)
                hear(one)
            assert here() == expected
        Advisory.objects.all().delete()
        hear(*Random(1).choices(messages, k=50), newest)
        assert here() == expected


@database
def test_what_is_over_vanishes_and_an_older_message_does_not_bring_it_back() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(1))
    hear(over(2))
    hear(told(1))
    assert here() == []
    hear(told(3))
    assert here() == [("shop", "4.17.20")]


@database
def test_of_several_at_once_the_newest_holds_wherever_it_stands() -> None:
    hear(told(1), told(3), told(2))
    assert Advisory.objects.get().revision == 3


@database
def test_an_end_that_was_missed_is_heard_when_it_is_told_again() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(1))
    hear(over(2))  # the third time that it is told, but the first that is heard
    assert here() == []
    hear(over(2))
    assert Advisory.objects.get().over


@database
def test_what_was_not_told_again_for_as_long_as_the_retention_goes_when_others_are_told(
    settings: LazySettings,
) -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    declare("shop", "pkg:npm/ms@1.0.0", locked=True)
    hear(told(1), told(1, "pkg:npm/ms", affected=("1.0.0",)))
    edge = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    Advisory.objects.filter(purl=LODASH).update(last_told_at=edge + timedelta(hours=1))
    hear(told(1, "pkg:npm/ms", affected=("1.0.0",)))
    assert len(here()) == 2, "it may be told again yet"
    Advisory.objects.update(last_told_at=edge - timedelta(hours=1))
    assert len(here()) == 2, "nothing is told, so nothing is known to be over"
    hear(told(1, "pkg:npm/ms", affected=("1.0.0",)))
    assert here() == [("shop", "1.0.0")]


@database
def test_without_a_lock_file_the_requirement_decides() -> None:
    declare("held", LODASH, "<4.17.21")
    declare("free", LODASH, "^4.17.0")
    declare("odd", LODASH, "github:acme/lodash#main")
    hear(told())
    assert here() == [("held", "4.17.20")]


@database
def test_a_package_deprecated_as_a_whole_concerns_whoever_declares_it() -> None:
    declare("shop", f"{LODASH}@1.0.0", locked=True)
    declare("site", LODASH, "^4")
    hear(told(kind="deprecated", affected=(), fixed=(), severity=""))
    assert here() == [("shop", "1.0.0"), ("site", "")]


VERSIONS = st.sampled_from(["1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0-rc.1", "odd"])
DECLARATIONS = st.builds(
    Declaration,
    codebase=st.sampled_from("ab"),
    version=st.one_of(st.just(""), VERSIONS),
    requirement=st.sampled_from(["", "^1.0.0", "<1.2.0", "*", "odd#main"]),
)


@given(
    declared=st.lists(DECLARATIONS, max_size=6),
    affected=st.lists(VERSIONS, unique=True, max_size=4),
    fixed=st.lists(VERSIONS, unique=True, max_size=2),
)
def test_a_code_base_with_lock_files_is_concerned_by_nothing_but_what_they_have(
    declared: list[Declaration], affected: list[str], fixed: list[str]
) -> None:
    found = concerned(declared, ecosystem="npm", affected=affected, fixed=fixed)
    locked = {(one.codebase, one.version) for one in declared if one.version}
    expected = {one for one in locked if not affected or one[1] in affected}
    assert {(one.codebase, one.version) for one in found if one.locked} == expected
    with_locks = {codebase for codebase, _ in locked}
    assert all(one.codebase not in with_locks for one in found if not one.locked)
    assert found == concerned(declared[::-1], ecosystem="npm", affected=affected, fixed=fixed)


def test_of_one_version_the_requirements_are_in_order() -> None:
    declared = [Declaration("a", "", f">={number}") for number in range(9, 0, -1)]
    found = concerned(declared, ecosystem="npm", affected=[], fixed=[])
    assert [one.requirement for one in found] == [f">={number}" for number in range(1, 10)]


def test_a_locked_version_is_known_however_it_is_written() -> None:
    declared = [Declaration("a", "1.0"), Declaration("b", "1.0.1")]
    found = concerned(declared, ecosystem="pypi", affected=["1.0.0"], fixed=["1.0.1"])
    assert [(one.codebase, one.version) for one in found] == [("a", "1.0")]


def panel_html() -> str:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    rendered = panel_render(ADVISORIES, request)
    assert not rendered.error
    return rendered.html


@database
def test_the_panel_shows_the_worst_first_in_few_queries() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(id="b", severity="low", summary="A small one"))
    hear(told(id="a", severity="critical", summary="A large one"))
    hear(*(told(id=f"more {n}", severity="medium") for n in range(20)))
    with CaptureQueriesContext(connection) as queries:
        html = panel_html()
    assert html.index("A large one") < html.index("Prototype pollution")
    assert "All 22 that concern" in html
    assert "shop: 4.17.20" in html
    assert "fixed in 4.17.21" in html
    asked = [one["sql"] for one in queries if one["sql"].startswith("SELECT")]
    assert len(asked) == 2, [one[:150] for one in asked]


@database
def test_an_empty_panel_says_why(settings: LazySettings) -> None:
    settings.IDENTITY.key_made_here()
    assert "has not told of any package" in panel_html()
    hear(told())
    assert "Nothing that the fleet knows of packages concerns" in panel_html()


@database
def test_the_list_shows_what_concerns_this_instance_and_the_rest_when_asked(
    admin_client: Client,
) -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(), told(purl="pkg:pypi/zope", id="other"))
    hear(told(2, purl="pkg:pypi/flask", id="gone", over=True))
    shown = admin_client.get(LIST).content.decode()
    assert "shop: 4.17.20" in shown
    assert "zope" not in shown
    assert "zope" in admin_client.get(f"{LIST}?shown=told").content.decode()
    gone = admin_client.get(f"{LIST}?shown=over").content.decode()
    assert "flask" in gone
    assert "lodash" not in gone
    row = Advisory.objects.get(purl=LODASH)
    page = admin_client.get(reverse("admin:guidance_advisory_change", args=[row.pk]))
    assert "shop: 4.17.20" in page.content.decode()


@database
def test_text_from_outside_is_escaped(admin_client: Client) -> None:
    declare(HOSTILE, f"{LODASH}@4.17.20", locked=True)
    hear(told(name=HOSTILE, summary=HOSTILE, advisory=HOSTILE, fixed=(HOSTILE,)))
    row = Advisory.objects.get()
    page = reverse("admin:guidance_advisory_change", args=[row.pk])
    pages = [admin_client.get(one).content.decode() for one in (LIST, page)]
    for html in (*pages, panel_html()):
        assert "alert" in html
        assert "<script>alert" not in html


@database
def test_rest_lists_what_concerns_this_instance_with_its_versions() -> None:
    api = APIClient()
    api.force_authenticate(AdminFactory.create())
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(), told(purl="pkg:pypi/zope", id="other", severity="low"))
    (row,) = api.get("/api/v1/advisories").json()["results"]
    assert (row["purl"], row["fixed"], row["advisory"]) == (LODASH, ["4.17.21"], "GHSA-1")
    assert row["here"] == [
        {"codebase": "shop", "version": "4.17.20", "requirement": "", "locked": True}
    ]
    everything = api.get("/api/v1/advisories?all=true").json()["results"]
    assert [one["purl"] for one in everything] == [LODASH, "pkg:pypi/zope"]
    assert everything[1]["here"] == []
    assert api.get("/api/v1/advisories?severity=low").json()["results"] == []
    assert APIClient().get("/api/v1/advisories").status_code in (401, 403)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("advisories", *arguments, stdout=out)
    return out.getvalue()


@database
def test_the_command_says_what_to_do() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(), told(purl="pkg:pypi/zope", id="other"))
    shown = run()
    assert "lodash high vulnerable GHSA-1" in shown
    assert "shop: 4.17.20" in shown
    assert "fixed in 4.17.21" in shown
    assert "zope" not in shown
    assert "not declared here in such a version" in run("--all")
    (row,) = json.loads(run("--json"))
    assert row["here"][0]["codebase"] == "shop"
    assert len(json.loads(run("--json", "--all"))) == 2


@database
def test_what_a_terminal_would_obey_is_not_passed_on() -> None:
    declare("shop", f"{LODASH}@4.17.20", locked=True)
    hear(told(summary="\x1b[2Jgone", name="lo\x07dash"))
    assert "\x1b" not in run()
    assert "\x07" not in run()
