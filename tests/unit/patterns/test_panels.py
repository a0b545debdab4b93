"""The dashboard shows what was learned, each line leading to its page; live jobs of mining."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.shared.core.jobs.status import job_status
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FindingFactory,
    FrameworkFactory,
    PatternFactory,
)

pytestmark = pytest.mark.django_db
PANEL = reverse("dashboard-panel", args=["learned"])
TITLE = "What it is made of"


def links(html: str) -> set[str]:
    """The addresses that a page leads to."""
    return set(re.findall(r'href="([^"]+)"', html))


def test_nothing_learned_is_no_panel(admin_client: Client) -> None:
    PatternFactory(codebase=CodebaseFactory(instance="somebody-else"))
    PatternFactory(withdrawn=True)
    html = admin_client.get(PANEL).content.decode()
    assert "lg:col-span-12 hidden" in html
    assert "$A" not in html


def test_each_line_leads_to_its_page(admin_client: Client) -> None:
    codebase = CodebaseFactory()
    idiom = PatternFactory(codebase=codebase, template="if $A is None:\n    return $STR")
    finding = FindingFactory(codebase=codebase)
    layered = ArchitectureFactory(codebase=codebase)
    framework = FrameworkFactory(codebase=codebase)
    change = ChangeFactory(codebase=codebase)
    html = admin_client.get(PANEL).content.decode()
    assert TITLE in html
    assert '<span class="k">if</span>' in html
    assert "<var>$A</var>" in html
    assert change.message in html
    architecture = reverse("admin:patterns_architecturepattern_changelist")
    frameworks = reverse("admin:patterns_framework_changelist")
    findings = reverse("admin:patterns_finding_changelist")
    expected = {
        reverse("admin:patterns_codepattern_change", args=[idiom.pk]),
        reverse("admin:patterns_codepattern_change", args=[finding.pattern_id]),
        reverse("admin:patterns_finding_change", args=[finding.pk]),
        f"{architecture}?codebase={codebase.pk}#{layered.key}",
        f"{architecture}?codebase={codebase.pk}",
        f"{frameworks}?codebase={codebase.pk}#{framework.key}",
        f"{findings}?pattern__id__exact={finding.pattern_id}",
    }
    assert expected <= links(html)
    for address in expected:
        assert admin_client.get(address).status_code == 200, address


def test_a_mining_tells_how_many_files_it_has_read(admin_client: Client) -> None:
    job = JobFactory(kind="mine", **running(read=30, pending=120, patterns=7))
    status = job_status(job)
    assert (status.done, status.total, status.unit) == (30, 120, "files")
    html = admin_client.get(reverse("dashboard-panel", args=["jobs"])).content.decode()
    assert "30 of 120 files, 7 patterns" in html
