"""What a person sees in the admin, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.shared.core.models import Job
from apps.singularity.ingestion.models import Chunk, Codebase, DeclaredDependency, File
from apps.singularity.ingestion.services import ingest_run
from apps.singularity.ingestion.services.codebases import codebase_open
from tests.browser.conftest import NARROW, Site
from tests.common.factories.core import JobFactory, running

pytestmark = pytest.mark.django_db(transaction=True)

CART = '''class Cart:
    """Things that a customer wants to buy."""

    def total_price(self, items):
        """Add up what everything in the cart costs, with its tax."""
        return sum(item.price * (1 + item.tax) for item in items)
'''


@pytest.fixture
def shop(transactional_db: None, tmp_path: Path) -> Codebase:
    """A small code base that was really read."""
    root = tmp_path / "shop"
    (root / "src").mkdir(parents=True)
    (root / "src" / "cart.py").write_text(CART)
    (root / "src" / "a-path-that-is-long-enough-to-leave-a-narrow-screen-if-let.js").write_text(
        f"export const wide = {'x' * 300!r}\n"
    )
    (root / "requirements.txt").write_text("django==5.2.19\nnumpy>=2\n")
    (root / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (root / ".gitignore").write_text("build/\n")
    (root / "build").mkdir()
    (root / "build" / "out.js").write_text("1\n")
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=root)
    ingest_run(codebase=codebase)
    codebase.refresh_from_db()
    return codebase


def number(page: Page, name: str) -> int:
    return int(page.locator(f"[data-number={name}]").inner_text().replace(",", ""))


def test_logging_in_leads_to_the_dashboard(
    chromium: Browser, live_server: LiveServer, admin: User
) -> None:
    page = chromium.new_page(base_url=live_server.url)
    page.goto(reverse("admin:login"))
    page.fill("[name=username]", admin.username)
    page.fill("[name=password]", "password")
    page.click("[type=submit]")
    expect(page.get_by_text("Nothing is learned yet")).to_be_visible()
    expect(page.get_by_text("manage.py ingest PATH")).to_be_visible()
    page.close()


def test_the_dashboard_shows_the_numbers_of_the_database(site: Site, shop: Codebase) -> None:
    page = site.open("admin:index")
    assert number(page, "codebases") == 1
    assert number(page, "files") == File.objects.filter(state="included").count() == 4
    assert number(page, "chunks") == Chunk.objects.count() > 0
    assert number(page, "dependencies") == DeclaredDependency.objects.count() == 2
    assert number(page, "vectors") == 0
    expect(page.locator("#panel-codebases").get_by_text("shop", exact=True)).to_be_visible()
    expect(page.locator("#panel-jobs").get_by_text("succeeded")).to_be_visible()


def test_progress_moves_and_ends_without_a_reload(site: Site, shop: Codebase) -> None:
    job = JobFactory(
        key=f"codebase:{shop.pk}", label=shop.name, **running(read=10, pending=100, chunks=50)
    )
    page = site.open("admin:index")
    page.evaluate("window.notReloaded = true")
    shown = page.locator(f"#panel-jobs #job-{job.pk}")
    expect(shown).to_contain_text("10 of 100 files")
    Job.objects.filter(id=job.pk).update(progress={"read": 60, "pending": 100, "chunks": 300})
    expect(shown).to_contain_text("60 of 100 files, 300 chunks")
    expect(shown.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "60")
    Job.objects.filter(id=job.pk).update(state="succeeded", finished_at=timezone.now())
    expect(shown).to_contain_text("succeeded")
    assert page.evaluate("window.notReloaded") is True


def test_a_job_whose_process_died_is_seen_as_lost(site: Site) -> None:
    job = JobFactory(**(running(read=10, pending=100) | {"process_started_at": 1.0}))
    page = site.open("admin:core_job_changelist")
    expect(page.locator(f"#job-{job.pk}")).to_contain_text("lost")
    expect(page.locator(f"#job-{job.pk}")).to_contain_text("Its process is gone")


def test_a_reason_leads_to_the_files_it_left_out(site: Site, shop: Codebase) -> None:
    page = site.open("admin:index")
    page.locator("#panel-left-out a", has_text="binary").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text("logo.png")
    expect(page.locator("#result_list")).to_contain_text("It is not text.")


def test_the_search_box_finds_a_function_and_leads_to_its_code(site: Site, shop: Codebase) -> None:
    page = site.open("admin:index")
    page.get_by_role("searchbox").fill("what everything in the cart costs")
    page.get_by_role("button", name="Search").click()
    hit = page.locator("#search-results ol > li").first
    expect(hit).to_contain_text("src/cart.py:1-6")
    expect(hit).to_contain_text("words: rank 1")
    expect(hit.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="More results, and filters").click()
    hit = page.locator("#content ol > li").first
    expect(hit).to_contain_text("src/cart.py:1-6")
    hit.get_by_role("link").first.click()
    expect(page.get_by_text("return sum(item.price").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_telephone(
    site: Site, shop: Codebase, scheme: Literal["light", "dark"]
) -> None:
    JobFactory(**running(read=10, pending=100))
    page = site.page
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme=scheme)
    file = File.objects.get(path__startswith="src/a-path")
    for name, args, query in (
        ("admin:index", (), ""),
        ("admin:ingestion_codebase_changelist", (), ""),
        ("admin:ingestion_codebase_change", (shop.pk,), ""),
        ("admin:ingestion_file_changelist", (), ""),
        ("admin:ingestion_file_change", (file.pk,), ""),
        ("admin:ingestion_chunk_changelist", (), ""),
        ("admin:ingestion_chunk_change", (Chunk.objects.filter(file=file)[0].pk,), ""),
        ("admin:ingestion_search", (), "?q=wide+cart"),
        ("admin:ingestion_declareddependency_changelist", (), ""),
        ("admin:core_job_changelist", (), ""),
    ):
        site.open(name, *args, query=query)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
