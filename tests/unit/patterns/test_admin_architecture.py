"""The architecture and framework pages: of one code base, of this instance, for those who may."""

from __future__ import annotations

import csv
import io
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

from tests.common.factories.ingestion import CodebaseFactory
from tests.common.factories.patterns import (
    ArchitectureFactory,
    ChangeFactory,
    FrameworkFactory,
    ModuleGraphFactory,
    SchemaFactory,
    component,
    graph,
    indicator,
)

pytestmark = pytest.mark.django_db
ARCHITECTURE = reverse("admin:patterns_architecturepattern_changelist")
FRAMEWORKS = reverse("admin:patterns_framework_changelist")
PAGES = [ARCHITECTURE, FRAMEWORKS]


def html_of(client: Client, address: str, **parameters: str | int) -> str:
    response = client.get(address, parameters)
    assert response.status_code == 200, address
    return response.content.decode()


def text_of(html: str) -> str:
    """What is read on the page, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_for_those_who_may_see_them(client: Client, address: str) -> None:
    user = User.objects.create_user("clerk", is_staff=True)
    client.force_login(user)
    assert client.get(address).status_code == 403
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_architecturepattern", "view_framework"])
    )
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_before_the_first_mining_the_page_says_what_to_do(
    admin_client: Client, address: str
) -> None:
    assert "manage.py ingest PATH" in html_of(admin_client, address)
    CodebaseFactory()
    assert "manage.py mine_patterns" in html_of(admin_client, address)


def test_the_page_is_of_the_code_base_asked_for(admin_client: Client) -> None:
    old = ModuleGraphFactory(
        mined_at=timezone.now() - timedelta(days=2), drawing="<svg><title>old</title></svg>"
    )
    latest = ModuleGraphFactory(drawing="<svg><title>latest</title></svg>")
    ArchitectureFactory(codebase=old.codebase, name="Hexagonal")
    ArchitectureFactory(codebase=latest.codebase, name="Layered")
    theirs = ModuleGraphFactory(codebase=CodebaseFactory(instance="somebody-else", name="theirs"))
    ArchitectureFactory(codebase=theirs.codebase, name="Secret pattern")
    default = html_of(admin_client, ARCHITECTURE)
    assert "<title>latest</title>" in default
    assert "Hexagonal" not in default
    asked = html_of(admin_client, ARCHITECTURE, codebase=old.codebase_id)
    assert "<title>old</title>" in asked
    assert "Hexagonal" in asked
    unknown = html_of(admin_client, ARCHITECTURE, codebase=theirs.codebase_id)
    assert "Secret pattern" not in unknown
    assert "<title>latest</title>" in unknown
    assert "No code base has the name or the id" in unknown


def test_an_architecture_pattern_shows_what_speaks_for_and_against_it(
    admin_client: Client,
) -> None:
    row = ArchitectureFactory(
        confidence=0.734,
        met=[indicator("Folders for <layers>", *(f"src/part{n}" for n in range(6)))],
        missed=[{"text": "Named layers", "weight": 1}],
        against=[indicator("An import upwards", "src/low.py")],
    )
    ArchitectureFactory(codebase=row.codebase, name="Withdrawn one", withdrawn=True)
    html = html_of(admin_client, ARCHITECTURE, codebase=row.codebase.name)
    shown = text_of(html)
    assert "73 %" in shown
    assert "Folders for &lt;layers&gt;" in shown
    assert "and 2 more" in shown
    for part in ("Was not found Named layers", "Speaks against it An import upwards src/low.py"):
        assert part in shown
    assert "Withdrawn one" not in shown


def test_cycles_components_and_drift_are_told(admin_client: Client) -> None:
    parts = graph(
        modules=[
            {"path": "src/main.py", "entry_line": 7, "is_test": False},
            {"path": "tests/run.py", "entry_line": 9, "is_test": True},
        ],
        components=[
            component("src/web", lines=12_345, layer=2, instability=0.875, abstractness=None)
        ],
        cycles=[
            {
                "members": ["a.py", "b.py", "c.py"],
                "example": ["a.py", "b.py"],
                "breaks": [{"source": "b.py", "target": "a.py", "path": "b.py", "line": 31}],
            }
        ],
        deferred_cycles=[{}, {}],
        violations=[
            {"source": "low", "target": "high", "imports": 2, "against": 40,
             "path": "l.py", "line": 5}
        ],
    )  # fmt: skip
    stored = ModuleGraphFactory(graph=parts)
    ChangeFactory(codebase=stored.codebase, details={"path": "b.py", "line": 31})
    ChangeFactory(codebase=CodebaseFactory(), message="of another code base")
    shown = text_of(html_of(admin_client, ARCHITECTURE, codebase=stored.codebase_id))
    for part in (
        "a.py → b.py → a.py",
        "the shortest one among 3 modules",
        "To end it, cut 1 import b.py → a.py, b.py:31",
        "2 more only by imports inside functions or for types",
        "low → high : 2 against 40, first in l.py:5",
        "src/web 2 4 12,345 1 1 0.88 none",
        "a new cycle between src/web and src/store , b.py:31",
        "src/main.py:7",
    ):
        assert part in shown, part
    assert "tests/run.py" not in shown
    assert "of another code base" not in shown


def test_frameworks_stand_in_their_categories_with_their_evidence(admin_client: Client) -> None:
    django = FrameworkFactory(name="Django", version="5.2.1", role="self", key="django")
    codebase = django.codebase
    FrameworkFactory(
        codebase=codebase, name="pytest", category="test", scope="test", version="", purl="",
        evidence=[
            {"kind": "import", "detail": "pytest <8", "path": f"tests/test_{n}.py", "line": 1}
            for n in range(3)
        ],
    )  # fmt: skip
    FrameworkFactory(codebase=codebase, name="Old one", withdrawn=True)
    FrameworkFactory(name="Of another code base")
    SchemaFactory(
        codebase=codebase, entities=12, field_count=1_080, relations=15,
        details={
            "largest": [
                {"name": "Order", "fields": 24, "relations": [],
                 "place": {"path": "shop/models.py", "start_line": 8, "end_line": 60}}
            ]
        },
    )  # fmt: skip
    html = html_of(admin_client, FRAMEWORKS, codebase=codebase.pk)
    shown = text_of(html)
    assert html.index("Test") < html.index("Web")
    for part in (
        "Django 5.2.1 this is it",
        "pkg:pypi/django@5.2.1",
        "declared, import",
        "import (3)",
        "import: pytest &lt;8, tests/test_0.py:1",
        "Entities 12 Fields 1,080 Relations 15",
        "Order , 24 fields, shop/models.py:8",
    ):
        assert part in shown, part
    assert "Old one" not in shown
    assert "Of another code base" not in shown


@pytest.mark.parametrize("factory", [ArchitectureFactory, FrameworkFactory])
def test_a_row_leads_to_its_place_on_the_page(admin_client: Client, factory: type) -> None:
    row = factory()
    name = type(row).__name__.lower()
    answer = admin_client.get(reverse(f"admin:patterns_{name}_change", args=[row.pk]))
    page = reverse(f"admin:patterns_{name}_changelist")
    assert answer["Location"] == f"{page}?codebase={row.codebase_id}#{row.key}"
    assert f'id="{row.key}"' in admin_client.get(answer["Location"]).content.decode()
    theirs = factory(codebase=CodebaseFactory(instance="somebody-else"))
    answer = admin_client.get(reverse(f"admin:patterns_{name}_change", args=[theirs.pk]))
    assert answer["Location"] == page


@pytest.mark.parametrize("address", PAGES)
def test_queries_do_not_grow_with_the_rows(admin_client: Client, address: str) -> None:
    codebase = ModuleGraphFactory().codebase

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(admin_client, address, codebase=codebase.pk)
        return len(captured)

    few = queries()
    for factory in (ArchitectureFactory, ChangeFactory, FrameworkFactory):
        factory.create_batch(6, codebase=codebase)
    SchemaFactory(codebase=codebase)
    CodebaseFactory.create_batch(3)
    assert queries() == few <= 12


@pytest.mark.parametrize(
    ("address", "make"), [(ARCHITECTURE, ArchitectureFactory), (FRAMEWORKS, FrameworkFactory)]
)
def test_the_rows_of_a_page_are_to_be_had_as_csv(
    admin_client: Client, address: str, make: Any
) -> None:
    row = make(codebase=CodebaseFactory(name="shop"))
    make(codebase=CodebaseFactory(name="other"))
    html = html_of(admin_client, address, codebase=row.codebase.pk)
    link = re.search(r'href="([^"]*export\.csv[^"]*)"', html)
    assert link
    response = admin_client.get(link[1])
    assert response.status_code == 200
    header, *rows = csv.reader(io.StringIO(response.getvalue().decode()))
    assert [found[header.index("key")] for found in rows] == [row.key]
