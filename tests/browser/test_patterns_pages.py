"""What a person sees of the patterns of their code, in a real browser."""

from __future__ import annotations

from typing import Literal

import pytest
import yaml
from playwright.sync_api import expect

from apps.shared.core.models import Job
from apps.singularity.patterns.models import CodePattern, Finding
from tests.browser.conftest import NARROW, UNREADABLE, Site
from tests.common.factories.ingestion import ChunkFactory, CodebaseFactory, FileFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FindingFactory,
    FrameworkFactory,
    MiningFactory,
    ModuleGraphFactory,
    PatternFactory,
    RuleFactory,
    SchemaFactory,
    SupportFactory,
    component,
    graph,
    indicator,
    place,
)

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "src/a_folder_with_a_long_name/and_another_one_inside_of_it/repository_of_everything.py"
TEMPLATE = (
    "with $A.open($STR, encoding=$STR, errors=$STR, newline=$STR) as $B:\n    return $B.read()"
)
RULE = {"utils": {}, "rule": {"pattern": "open($A)"}}


@pytest.fixture
def learned(transactional_db: None) -> CodePattern:
    """A code base of which everything is known; its first idiom."""
    codebase = CodebaseFactory(name="a-shop-with-a-name-that-is-rather-long")
    file = FileFactory(codebase=codebase, path=LONG)
    ChunkFactory(
        file=file, start_line=1, end_line=3, content=f"def read(path):\n    return {'x' * 120}\n\n"
    )
    idiom: CodePattern = PatternFactory(
        codebase=codebase, template=TEMPLATE, examples=[place(LONG, 1, 2)], score=5000,
        details={"ast_grep": RULE, "bits": 71.2},
    )  # fmt: skip
    SupportFactory.create_batch(4, pattern=idiom)
    rule = RuleFactory(codebase=codebase, examples=[place(LONG, 1, 2)])
    SupportFactory(pattern=rule)
    FindingFactory(codebase=codebase, pattern=rule, path=LONG, symbol="Repository.load_everything")
    ArchitectureFactory(
        codebase=codebase,
        met=[indicator("Imports point one way", *[LONG] * 6)],
        against=[indicator("An import upwards", LONG)],
    )
    cut = {"source": LONG, "target": "b.py", "kind": "runtime", "path": LONG, "line": 3}
    ModuleGraphFactory(
        codebase=codebase,
        graph=graph(
            components=[component(f"src/part_{n}_of_the_whole_application") for n in range(9)],
            cycles=[{"members": [LONG, "b.py"], "example": [LONG, "b.py"], "breaks": [cut]}],
        ),
        drawing='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 80" width="900"></svg>',
    )
    ChangeFactory(codebase=codebase)
    FrameworkFactory(codebase=codebase, purl=f"pkg:npm/%40scope/{'name-' * 20}")
    SchemaFactory(codebase=codebase)
    MiningFactory(codebase=codebase)
    return idiom


def test_the_dashboard_leads_from_an_idiom_to_its_code(site: Site, learned: CodePattern) -> None:
    page = site.open("admin:index")
    panel = page.locator("#panel-learned")
    expect(panel.locator("var").first).to_have_text("$A")
    panel.get_by_role("link", name="40 in 12 files").click()
    expect(page.locator("[data-fact=occurrences]")).to_have_text("40")
    expect(page.get_by_role("img", name="now 40 occurrences in 12 files")).to_be_visible()
    expect(page.locator("figure pre:visible")).to_contain_text("def read(path):")
    page.locator("figure a").click()
    expect(page.get_by_role("heading", name="Chunks")).to_be_visible()
    expect(page.get_by_text(LONG).first).to_be_visible()


def test_a_pattern_is_opened_with_the_keyboard_alone(site: Site, learned: CodePattern) -> None:
    page = site.open("admin:patterns_codepattern_changelist")
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Apply Filters")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="First of each kind").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('mined-open')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("[data-fact=occurrences]")).to_be_visible()


def test_an_ast_grep_rule_is_copied(site: Site, learned: CodePattern) -> None:
    site.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = site.open("admin:patterns_codepattern_change", learned.pk)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    copied = yaml.safe_load(page.evaluate("navigator.clipboard.readText()"))
    assert copied == {"id": learned.signature, "language": "python", "rule": RULE["rule"]}


@pytest.mark.usefixtures("valkey")
def test_mine_now_queues_a_job_that_the_page_follows(site: Site, learned: CodePattern) -> None:
    page = site.open("admin:patterns_architecturepattern_changelist")
    page.get_by_role("button", name="Mine now").click()
    job = Job.objects.get(kind="mine")
    assert job.config["codebase"] == learned.codebase_id
    expect(page.locator(f"#job-{job.pk}")).to_contain_text("waiting for a worker")
    expect(page.get_by_text("Components and what they import")).to_be_visible()


def test_a_relative_time_has_the_exact_one(site: Site, learned: CodePattern) -> None:
    page = site.open("admin:patterns_finding_changelist")
    exact = f"{Finding.objects.get().first_seen_at:%Y-%m-%d %H:%M} UTC"
    expect(page.locator("#findings time").first).to_have_attribute("title", exact)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_telephone_and_can_be_read(
    site: Site, learned: CodePattern, scheme: Literal["light", "dark"]
) -> None:
    page = site.page
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme=scheme)
    rule = CodePattern.objects.get(kind="rule")
    for name, *args in (
        ("admin:index",),
        ("admin:patterns_codepattern_changelist",),
        ("admin:patterns_codepattern_change", learned.pk),
        ("admin:patterns_codepattern_change", rule.pk),
        ("admin:patterns_finding_changelist",),
        ("admin:patterns_finding_change", Finding.objects.get().pk),
        ("admin:patterns_architecturepattern_changelist",),
        ("admin:patterns_framework_changelist",),
    ):
        site.open(name, *args)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
        assert page.evaluate(UNREADABLE) == [], name
