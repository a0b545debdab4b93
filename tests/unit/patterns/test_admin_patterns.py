"""Patterns and findings in the admin: lists, pages, who may see them, and mining on demand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.shared.core.models import Job
from apps.singularity.patterns import tasks
from tests.common.factories.core import JobFactory
from tests.common.factories.ingestion import ChunkFactory, CodebaseFactory, FileFactory
from tests.common.factories.patterns import (
    FindingFactory,
    PatternFactory,
    RuleFactory,
    SupportFactory,
    place,
)

pytestmark = pytest.mark.django_db
PATTERNS = reverse("admin:patterns_codepattern_changelist")
FINDINGS = reverse("admin:patterns_finding_changelist")
MINE = reverse("admin:patterns_mine")
HOSTILE = "<script>alert('x')</script>"


def page(row: Any) -> str:
    return reverse(f"admin:patterns_{type(row).__name__.lower()}_change", args=[row.pk])


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def shown(client: Client, address: str) -> list[int]:
    """The ids of the patterns or findings of a list, in order."""
    return [
        int(key)
        for key in re.findall(r'data-(?:pattern|finding)="(\d+)"', html_of(client, address))
    ]


def fact(html: str, name: str) -> str:
    found = re.search(rf'data-fact="{name}">([^<]*)<', html)
    assert found is not None, name
    return found[1]


@pytest.fixture
def clerk() -> tuple[User, Client]:
    """Somebody who may enter the admin and see nothing in it."""
    user = User.objects.create_user("clerk", is_staff=True)
    client = Client()
    client.force_login(user)
    return user, client


def allow(user: User, *names: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


@pytest.mark.parametrize("factory", [PatternFactory, FindingFactory])
def test_rows_of_another_instance_are_out_of_reach(admin_client: Client, factory: Any) -> None:
    mine = factory()
    other = factory(codebase=CodebaseFactory(instance="somebody-else", name="their-secret"))
    address = PATTERNS if factory is PatternFactory else FINDINGS
    assert shown(admin_client, address) == [mine.pk]
    assert "their-secret" not in html_of(admin_client, f"{address}?q=with")
    assert admin_client.get(page(mine)).status_code == 200
    assert admin_client.get(page(other)).status_code == 302


@pytest.mark.parametrize("factory", [PatternFactory, FindingFactory])
def test_pages_are_for_those_who_may_see_them(clerk: tuple[User, Client], factory: Any) -> None:
    user, client = clerk
    row = factory()
    address = PATTERNS if factory is PatternFactory else FINDINGS
    assert client.get(address).status_code == client.get(page(row)).status_code == 403
    allow(user, "view_codepattern", "view_finding")
    assert client.get(address).status_code == client.get(page(row)).status_code == 200
    assert client.post(page(row), {"message": "forged"}).status_code == 403


def test_code_is_for_those_who_may_see_chunks(clerk: tuple[User, Client]) -> None:
    user, client = clerk
    chunk = ChunkFactory(content="def hidden_from_clerks():\n    pass\n", end_line=2)
    pattern = PatternFactory(codebase=chunk.codebase, examples=[place(chunk.file.path, 1, 2)])
    allow(user, "view_codepattern")
    html = html_of(client, page(pattern))
    assert f"{chunk.file.path}:1" in html
    assert "hidden_from_clerks" not in html
    allow(user, "view_chunk")
    assert "hidden_from_clerks" in html_of(client, page(pattern))


@pytest.mark.parametrize("factory", [PatternFactory, FindingFactory])
def test_queries_of_a_list_do_not_grow_with_its_rows(admin_client: Client, factory: Any) -> None:
    address = PATTERNS if factory is PatternFactory else FINDINGS

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(admin_client, address)
        return len(captured)

    factory()
    few = queries()
    for row in factory.create_batch(9):
        SupportFactory.create_batch(3, pattern=getattr(row, "pattern", row))
    assert queries() == few <= 13


def test_patterns_are_found_by_kind_language_code_base_and_words(admin_client: Client) -> None:
    idiom = PatternFactory(rank=1, language="go", template="if $ERR != nil { return $ERR }")
    rule = RuleFactory(rank=2, score=5.0)
    other = PatternFactory(rank=2, score=9.0, withdrawn_at=None, confidence=None)
    gone = PatternFactory(rank=1, withdrawn=True)
    for query, expected in (
        ("", [idiom, other, rule]),
        ("kind=rule", [rule]),
        ("language=go", [idiom]),
        (f"codebase__id__exact={other.codebase_id}", [other]),
        ("q=nil+return", [idiom]),
        (f"q={rule.signature}", [rule]),
        ("withdrawn=yes", [gone]),
        ("withdrawn=also&kind=idiom", [gone, idiom, other]),
    ):
        found = shown(admin_client, f"{PATTERNS}?{query}")
        if query == "withdrawn=also&kind=idiom":
            assert set(found) == {row.pk for row in expected}, query
        else:
            assert found == [row.pk for row in expected], query


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("First of each kind", ["few", "many", "sure"]),
        ("Most used", ["many", "sure", "few"]),
        ("In most files", ["sure", "many", "few"]),
        ("Surest", ["sure", "few", "many"]),
    ],
)
def test_patterns_are_put_in_order(admin_client: Client, order: str, expected: list[str]) -> None:
    rows = {
        "few": PatternFactory(rank=1, occurrences=5, files=5, confidence=0.5),
        "many": PatternFactory(rank=2, occurrences=90, files=6, confidence=0.4),
        "sure": PatternFactory(rank=3, occurrences=20, files=20, confidence=0.99),
    }
    link = re.search(rf'href="([^"]+)"[^>]*>{order}<', html_of(admin_client, PATTERNS))
    assert link is not None
    address = PATTERNS + link[1].replace("&amp;", "&")
    assert shown(admin_client, address) == [rows[name].pk for name in expected]


def test_kinds_are_counted_within_the_other_filters(admin_client: Client) -> None:
    PatternFactory.create_batch(3)
    PatternFactory(language="go")
    RuleFactory()
    html = html_of(admin_client, f"{PATTERNS}?language=python&kind=idiom")
    counts = dict(re.findall(r'class="mined-chip"[^>]*>(\w+) <span>(\d+)</span>', html))
    assert counts == {"All": "4", "Idioms": "3", "Rules": "1"}


def test_a_template_is_coloured_and_never_run(admin_client: Client) -> None:
    pattern = PatternFactory(template=f"$A = load({HOSTILE!r})\n$$$\nreturn $STR")
    for address in (PATTERNS, page(pattern)):
        html = html_of(admin_client, address)
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html
        assert "<var>$$$</var>" in html
        assert '<span class="k">return</span>' in html


@pytest.mark.parametrize(
    "language",
    ["php", "ocaml_interface", "csharp", "bash", "html", "css", "elixir", "no-such-language", ""],
)
def test_templates_of_any_language_mark_their_metavariables(
    admin_client: Client, language: str
) -> None:
    PatternFactory(language=language, template="$A . $B ( $STR )")
    html = html_of(admin_client, PATTERNS)
    assert [f"<var>{name}</var>" in html for name in ("$A", "$B", "$STR")] == [True] * 3
    assert "mETAv" not in html


def test_a_sparkline_says_what_it_draws(admin_client: Client) -> None:
    pattern = PatternFactory(occurrences=1_200, files=30)
    start = timezone.now() - timedelta(days=10)
    for revision, occurrences in ((1, 400), (2, 1_200)):
        SupportFactory(
            pattern=pattern, revision=revision, occurrences=occurrences, files=30,
            mined_at=start + timedelta(days=5 * (revision - 1)),
        )  # fmt: skip
    html = html_of(admin_client, PATTERNS)
    words = f"400 occurrences on {start:%Y-%m-%d}, now 1,200 occurrences in 30 files"
    assert f"<title>{words}</title>" in html
    line = re.search(r'class="mined-line" d="M0 ([\d.]+)H([\d.]+)V([\d.]+)H240"', html)
    assert line is not None
    low, middle, high = map(float, line.groups())
    assert high == 3.0  # the largest value touches the upper margin
    assert low == pytest.approx(3 + 42 * 2 / 3, abs=0.1)  # a third of it
    assert middle == pytest.approx(120, abs=1)


def test_the_page_of_a_rule_has_its_numbers_and_the_places_that_break_it(
    admin_client: Client,
) -> None:
    rule = RuleFactory(details={"holds": 47, "applies": 49, "lift": 31.54, "expected": 0.0304})
    SupportFactory(pattern=rule)
    finding = FindingFactory(codebase=rule.codebase, pattern=rule)
    FindingFactory(codebase=rule.codebase, pattern=rule, withdrawn=True, path="src/mended.py")
    html = html_of(admin_client, page(rule))
    assert fact(html, "kept-by") == "47 of 49"
    assert fact(html, "lift") == "31.5"
    assert fact(html, "by-chance") == "3.0 %"
    assert fact(html, "confidence") == "96 %"
    assert f"{finding.path}:10" in html
    assert "src/mended.py" not in html


def test_examples_show_the_stored_code_with_its_line_numbers(admin_client: Client) -> None:
    file = FileFactory(path="src/cart.py")
    ChunkFactory(
        file=file, start_line=41, end_line=43, start_byte=900,
        content="def total(items):\n    number = 7\n    return number\n",
    )  # fmt: skip
    pattern = PatternFactory(
        codebase=file.codebase,
        examples=[place("src/cart.py", 42, 43), place("src/gone.py", 1, 2)],
    )
    html = html_of(admin_client, page(pattern))
    assert "src/cart.py:42" in html
    assert ">42<" in html
    assert "number" in html
    assert ">41<" not in html
    assert "no longer stored" in html


def test_a_convention_shows_its_choices(admin_client: Client) -> None:
    choices = [
        {"choice": "snake_case", "count": 4100, "share": 0.98},
        {"choice": "camelCase", "count": 84, "share": 0.02},
    ]
    pattern = PatternFactory(
        kind="convention", template="functions: 98 %", details={"choices": choices}
    )
    html = html_of(admin_client, page(pattern))
    assert re.findall(r'data-choice="(\w+)">([\d,]+)<', html) == [
        ("snake_case", "4,100"), ("camelCase", "84"),
    ]  # fmt: skip
    assert "Places that do otherwise" in html


def test_an_ast_grep_rule_is_there_to_be_copied(admin_client: Client) -> None:
    pattern = PatternFactory(details={"ast_grep": {"utils": {}, "rule": {"pattern": "f($A)\ng()"}}})
    html = html_of(admin_client, page(pattern))
    rule = "rule:\n  pattern: |-\n    f($A)\n    g()\n"
    assert f"<code>id: {pattern.signature}\nlanguage: python\n{rule}</code>" in html
    for without in ({}, {"ast_grep": None}):
        html = html_of(admin_client, page(PatternFactory(details=without)))
        assert "ast-grep scan" not in html


def test_the_same_pattern_elsewhere_is_linked(admin_client: Client) -> None:
    here = PatternFactory(signature="idiom-1-same")
    there = PatternFactory(signature="idiom-1-same", occurrences=17)
    theirs = PatternFactory(
        signature="idiom-1-same", codebase=CodebaseFactory(instance="somebody-else")
    )
    html = html_of(admin_client, page(here))
    assert page(there) in html
    assert page(theirs) not in html


def test_findings_stand_below_their_rules_the_strongest_first(admin_client: Client) -> None:
    codebase = CodebaseFactory()
    weak = RuleFactory(codebase=codebase, confidence=0.9)
    strong = RuleFactory(codebase=codebase, confidence=0.99, template="who opens also closes")
    of_weak = FindingFactory(codebase=codebase, pattern=weak, path="a.py")
    second = FindingFactory(codebase=codebase, pattern=strong, path="z.py")
    first = FindingFactory(codebase=codebase, pattern=strong, path="b.py", message=HOSTILE)
    mended = FindingFactory(codebase=codebase, pattern=strong, withdrawn=True)
    assert shown(admin_client, FINDINGS) == [first.pk, second.pk, of_weak.pk]
    html = html_of(admin_client, FINDINGS)
    assert html.count("who opens also closes") == 1
    assert "<script>alert" not in html
    assert shown(admin_client, f"{FINDINGS}?pattern__id__exact={weak.pk}") == [of_weak.pk]
    assert shown(admin_client, f"{FINDINGS}?q=z.py") == [second.pk]
    assert shown(admin_client, f"{FINDINGS}?withdrawn=yes") == [mended.pk]


def test_a_place_leads_to_its_file_or_to_the_files_below_it(admin_client: Client) -> None:
    file = FileFactory(path="src/cart.py")
    address = reverse("admin:patterns_place")
    where = {"codebase": file.codebase_id, "path": "src/cart.py"}
    found = admin_client.get(address, where)
    assert found["Location"] == reverse("admin:ingestion_file_change", args=[file.pk])
    folder = admin_client.get(address, where | {"path": "src"}, follow=True)
    assert list(folder.context["cl"].result_list) == [file]
    theirs = FileFactory(codebase=CodebaseFactory(instance="somebody-else"))
    wrong: list[dict[str, str | int]] = [
        {"codebase": theirs.codebase_id, "path": theirs.path},
        {"codebase": "x", "path": "a\0b"},
        {"codebase": 10**30, "path": "src"},
        {},
    ]
    for parameters in wrong:
        assert admin_client.get(address, parameters)["Location"].startswith(
            reverse("admin:ingestion_file_changelist")
        )


def test_a_place_is_for_those_who_may_see_patterns(clerk: tuple[User, Client]) -> None:
    assert clerk[1].get(reverse("admin:patterns_place")).status_code == 403


@pytest.mark.parametrize("address", [PATTERNS, FINDINGS])
def test_an_empty_list_says_what_to_do(admin_client: Client, address: str) -> None:
    assert "manage.py ingest PATH" in html_of(admin_client, address)
    CodebaseFactory()
    html = html_of(admin_client, address)
    assert "manage.py mine_patterns" in html
    assert "ingest PATH" not in html
    assert "Mine now" in html


def test_mining_is_queued_once_and_sent_after_commit(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    codebase, other = CodebaseFactory(), CodebaseFactory()
    CodebaseFactory(instance="somebody-else")
    sent: list[int] = []
    monkeypatch.setattr(tasks.mine, "delay", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post(MINE, {"codebase": codebase.pk, "next": FINDINGS})
        assert sent == []
    job = Job.objects.get()
    assert (answer["Location"], job.kind, job.config["codebase"]) == (FINDINGS, "mine", codebase.pk)
    assert sent == [job.pk]
    admin_client.post(MINE, {"next": "https://elsewhere.example/"})
    assert {row.config["codebase"] for row in Job.objects.all()} == {codebase.pk, other.pk}
    assert Job.objects.count() == 2


def test_mining_is_for_those_who_may_change_code_bases(clerk: tuple[User, Client]) -> None:
    user, client = clerk
    CodebaseFactory()
    allow(user, "view_codepattern")
    assert "Mine now" not in html_of(client, PATTERNS)
    assert client.post(MINE).status_code == 403
    assert client.get(MINE).status_code == 405
    assert not Job.objects.exists()


def test_a_mining_that_goes_on_or_failed_is_shown(admin_client: Client) -> None:
    codebase = CodebaseFactory()
    job = JobFactory(
        kind="mine", key=f"codebase:{codebase.pk}", state=Job.State.FAILED, error="it broke"
    )
    assert "it broke" in html_of(admin_client, PATTERNS)
    Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    assert "it broke" not in html_of(admin_client, PATTERNS)
