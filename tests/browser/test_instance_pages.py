"""What an instance learns, in a real browser: a training as it runs, what left, an empty one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.shared.access.roles import Role
from apps.shared.core.models import Job
from apps.singularity.training.models import TrainingRun
from tests.browser.conftest import Site
from tests.common.factories.core import JobFactory, running
from tests.common.factories.ingestion import CodebaseFactory, FileFactory
from tests.common.factories.training import InUseFactory, PointFactory, RunFactory
from tests.common.people import person

pytestmark = pytest.mark.django_db(transaction=True)
RUNS, RUN, START = (
    f"admin:training_{name}" for name in ("trainingrun_changelist", "trainingrun_change", "start")
)


def test_an_empty_instance_says_what_to_do(site: Site) -> None:
    page = site.open("admin:index")
    expect(page.locator("#panel-start")).to_contain_text("manage.py ingest PATH")
    site.readable("empty first page")
    for name in (RUNS, "admin:publishing_egressmessage_changelist"):
        page = site.open(name)
        expect(page.locator("#content")).to_contain_text("manage.py")
        site.readable(name)


@pytest.mark.usefixtures("valkey")
def test_an_operator_starts_a_training_and_cancels_it(site: Site) -> None:
    FileFactory(codebase=CodebaseFactory(name="shop"), language="rust")
    site.enter(person(Role.OPERATOR))
    page = site.open(RUNS)
    page.get_by_role("link", name="Start a training").click()
    site.readable("start")
    page.get_by_label("Kind").select_option("t5")
    page.get_by_label("rust").check()
    page.get_by_label("Minutes").fill("5")
    page.get_by_label("Steps").fill("5")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("either how many steps or how many minutes")).to_be_visible()
    page.get_by_label("Minutes").fill("")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("waits for a worker as job")).to_be_visible()
    run = TrainingRun.objects.get()
    assert (run.scope, run.steps) == ("rust", 5)
    page.get_by_role("button", name="Cancel this training").click()
    expect(page.get_by_text("ends after its next checkpoint")).to_be_visible()
    assert Job.objects.get().state == Job.State.CANCELLED
    expect(page.get_by_role("button", name="Go on with it")).to_be_visible()


def test_a_trainings_curve_grows_without_a_reload(site: Site) -> None:
    job = JobFactory(kind="train", **running(step=2, steps=50))
    run = RunFactory(job=job, step=2, steps=50, loss=6.5)
    for step, value in ((1, 7.0), (2, 6.5)):
        PointFactory(run=run, step=step, value=value)
    page = site.open(RUN, run.pk)
    page.evaluate("window.stayed = true")
    chart = page.locator("[data-chart=Loss]")
    drawn = chart.locator("svg.chart-plot")
    expect(drawn).to_have_attribute("aria-label", "Loss: from 7 to 6.5")
    site.readable("live training")
    chart.get_by_text("Numbers").click()
    expect(chart.locator("tbody tr")).to_have_count(2)
    PointFactory(run=run, step=40, value=2.25)
    TrainingRun.objects.filter(pk=run.pk).update(step=40, loss=2.25)
    expect(page.locator("[data-number=loss]")).to_have_text("2.25", timeout=10_000)
    expect(drawn).to_have_attribute("aria-label", "Loss: from 7 to 2.25")
    expect(chart.locator("tbody tr")).to_have_count(3)
    expect(chart.locator("tbody tr").last).to_be_visible()
    Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    expect(page.locator("#run-live[hx-get]")).to_have_count(0, timeout=10_000)
    assert page.evaluate("window.stayed") is True


def test_a_list_is_filtered_and_exported_as_it_is_shown(site: Site) -> None:
    CodebaseFactory()
    wanted = RunFactory(kind="t5", scope="rust")
    RunFactory(kind="encoder")
    page = site.open(RUNS, query="?kind=t5")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    header, *rows = download.value.path().read_text().splitlines()
    assert header.startswith("id,")
    assert [row.split(",")[0] for row in rows] == [str(wanted.pk)]


def test_a_viewer_looks_and_starts_nothing(site: Site) -> None:
    CodebaseFactory()
    InUseFactory(reason="The first of its kind and scope.")
    site.enter(person(Role.VIEWER))
    page = site.open("admin:index")
    panel = page.locator("#panel-training")
    expect(panel).to_contain_text("Trained here, ")
    expect(panel).to_contain_text("The first of its kind and scope.")
    expect(panel.get_by_role("link", name="Start a training")).to_have_count(0)
    assert site.status(START) == 403
    assert site.status("admin:access_auditentry_changelist") == 403


def test_the_documentation_of_the_api_opens(site: Site) -> None:
    page = site.open("docs")
    expect(page.locator("#swagger-ui .title")).to_contain_text("Singularity API")
    operation = page.locator("#operations-training-training_runs_create")
    expect(operation).to_contain_text("Queue a training for a worker")
    operation.locator("button").first.click()
    expect(operation).to_contain_text("training.add_trainingrun")
