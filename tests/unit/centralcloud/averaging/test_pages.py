"""Averaging as people and programs read it: pages, first page, REST, questions, the command."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.centralcloud.averaging.models import (
    AggregateModel,
    Evaluation,
    ModelFamily,
    Round,
    Submission,
)
from apps.centralcloud.averaging.questions import models
from apps.centralcloud.averaging.selectors.overview import overview
from apps.shared.access.roles import Role
from apps.shared.contracts.payloads.queries import ModelsQuery
from tests.common.averaging import STARTED
from tests.common.people import person

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def line() -> AggregateModel:
    """A family with two aggregates, the second judged, and the round that goes on from it."""
    family = ModelFamily.objects.create(key="t5-python-1", kind="t5", scope="python", major=1)
    ModelFamily.objects.create(
        key="t5-python-2", kind="t5", scope="python", major=2, tokenizer="sha256:2"
    )
    base: AggregateModel | None = None
    for number in (1, 2):
        made = AggregateModel.objects.create(
            family=family, version=f"centralcloud_t5-python_v1.{number}", number=number,
            artifact="sha256:" + f"{number}" * 64, size=100, base=base, contributors=3,
        )  # fmt: skip
        round_ = Round.objects.create(
            family=family, number=number, state="closed", asks="weights", base=base, quorum=3,
            opened_at=STARTED + timedelta(hours=number), closes_at=STARTED, aggregate=made,
        )  # fmt: skip
        base = made
    assert base is not None
    Round.objects.create(
        family=family, number=3, asks="difference", base=base, quorum=3, codec="int8",
        opened_at=STARTED, closes_at=STARTED, error="1 of 2 good submissions are there",
    )  # fmt: skip
    submission(round_, "a", state="accepted", weight=0.5, norm=1.25, cosine=0.75)
    submission(round_, "b", state="left_out", reason=f"its norm is 90 times {HOSTILE}")
    judged(base, "a", value=2.0, local=2.5)
    judged(base, "b", value=2.6, local=2.5)
    judged(base, "c", value=2.6, local=None)
    return base


def submission(round_: Round, instance: str, **fields: Any) -> Submission:
    said = {
        "family": round_.family, "told_family": round_.family_id, "run": uuid4(), "kind": "t5",
        "scope": "python", "version": f"{instance}_t5-python_v1.1", "artifact": "sha256:1",
        "size": 10, "asked": "weights", "codec": "fp32", "examples": 100,
        "completed_at": STARTED, "received_at": STARTED,
    }  # fmt: skip
    return Submission.objects.create(round=round_, instance=instance, **said | fields)


def judged(aggregate: AggregateModel, instance: str, **fields: Any) -> Evaluation:
    said = {
        "metric": "bits_per_byte", "examples": 1000, "served": "aggregate", "adopted": True,
        "revision": 1, "evaluated_at": STARTED,
    }  # fmt: skip
    return Evaluation.objects.create(aggregate=aggregate, instance=instance, **said | fields)


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_before_the_first_model_the_panel_says_what_opens_a_round(admin_client: Client) -> None:
    assert "SHARE_MODELS=true" in html_of(admin_client, "/admin/panels/models")


def test_the_panel_says_where_aggregates_win_and_what_is_open(
    admin_client: Client, line: AggregateModel
) -> None:
    html = html_of(admin_client, "/admin/panels/models")
    assert "better than the local model on 1 of 2 instances" in html
    assert "0 of 3 submissions" in html
    assert "1 of 2 good submissions are there" in html


def test_the_first_page_costs_two_queries(line: AggregateModel) -> None:
    with CaptureQueriesContext(connection) as captured:
        shown = overview()
        assert shown.aggregates[0].version == line.version
        assert [one.family.key for one in shown.rounds] == ["t5-python-1"]
    assert len(captured) == 2


def test_a_round_says_what_was_left_out_and_why(admin_client: Client, line: AggregateModel) -> None:
    row = Round.objects.get(number=2)
    html = html_of(admin_client, f"/admin/averaging/round/{row.pk}/change/")
    assert "its norm is 90 times &lt;script&gt;" in html
    assert HOSTILE not in html
    assert "0.750" in html
    assert "1 of 3, 1 left out" in html_of(admin_client, "/admin/averaging/round/")


def test_the_win_table_colours_wins(admin_client: Client, line: AggregateModel) -> None:
    html = html_of(admin_client, f"/admin/averaging/aggregatemodel/{line.pk}/change/")
    assert html.count('data-won="yes"') == 1
    assert html.count('data-won="no"') == 1
    assert html.count('data-won="unknown"') == 1
    assert "+20.0%" in html
    assert "-4.0%" in html
    assert "+20.0%" in html_of(admin_client, "/admin/averaging/evaluation/")


def test_a_familys_line_is_drawn_with_how_each_did(
    admin_client: Client, line: AggregateModel
) -> None:
    first = line.base
    assert first is not None
    aside = AggregateModel.objects.create(
        family=line.family, version="centralcloud_t5-python_v1.3", number=3, artifact="sha256:3",
        size=100, base=first, contributors=3, state="rejected",
    )  # fmt: skip
    judged(first, "a", value=3.0, local=3.5, personalised=2.5)
    judged(aside, "a", value=1.0, local=None)
    family = f"/admin/averaging/modelfamily/{line.family_id}/change/"
    aggregate = f"/admin/averaging/aggregatemodel/{line.pk}/change/"
    for address in (family, aggregate):
        html = html_of(admin_client, address)
        versions = re.findall(
            r'data-version="centralcloud_t5-python_v1\.(\d)"( aria-current)?', html
        )
        here = " aria-current" if address == aggregate else ""
        assert versions == [("3", ""), ("2", here), ("1", "")]
        drawn = re.findall(r'preserveAspectRatio="none" aria-hidden="true">(.*?)</svg>', html)
        # two lanes, which meet in the first: it ends both and goes on from nothing
        assert [one.count("<path") for one in drawn] == [1, 2, 2]
    course = admin_client.get(family).context["course"]
    assert course.table.header == ("At", "local models", "the fleet's", "the fleet's, tuned there")
    assert course.table.rows == (("1", "3.5", "3", "2.5"), ("2", "2.5", "2.3", ""))


def test_a_family_without_aggregates_says_so(admin_client: Client, line: AggregateModel) -> None:
    html = html_of(admin_client, "/admin/averaging/modelfamily/t5-python-2/change/")
    assert "No round of it has made an aggregate yet." in html


def test_a_line_costs_the_same_however_long(admin_client: Client, line: AggregateModel) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(admin_client, f"/admin/averaging/aggregatemodel/{line.pk}/change/")
        return len(captured)

    few, base = queries(), line
    for number in range(3, 90):
        base = AggregateModel.objects.create(
            family=line.family, version=f"v1.{number}", number=number, artifact="sha256:1",
            size=1, base=base, contributors=3,
        )  # fmt: skip
    assert queries() == few


@pytest.mark.parametrize(
    "name", ["modelfamily", "aggregatemodel", "round", "submission", "evaluation"]
)
def test_every_list_and_page_opens(admin_client: Client, line: AggregateModel, name: str) -> None:
    html = html_of(admin_client, f"/admin/averaging/{name}/?q=a")
    assert HOSTILE not in html
    pages: dict[str, Any] = {
        "modelfamily": ModelFamily, "aggregatemodel": AggregateModel, "round": Round,
        "submission": Submission, "evaluation": Evaluation,
    }  # fmt: skip
    row = pages[name].objects.first()
    assert HOSTILE not in html_of(admin_client, f"/admin/averaging/{name}/{row.pk}/change/")


def test_a_family_says_why_others_are_excluded(admin_client: Client, line: AggregateModel) -> None:
    html = html_of(admin_client, "/admin/averaging/modelfamily/t5-python-1/change/")
    assert "t5-python-2" in html
    assert "has another tokenizer" in html


def test_lists_over_rest(client: Client, line: AggregateModel) -> None:
    client.force_login(person(Role.VIEWER))
    (model, _) = client.get("/api/v1/models?kind=t5").json()["results"]
    assert (model["version"], model["base"]) == (line.version, "centralcloud_t5-python_v1.1")
    (round_,) = client.get("/api/v1/rounds?state=open").json()["results"]
    assert (round_["makes"], round_["base"]) == ("centralcloud_t5-python_v1.3", line.version)
    (closed, _) = client.get("/api/v1/rounds?state=closed").json()["results"]
    reasons = [(one["instance"], one["state"]) for one in closed["submissions"]]
    assert reasons == [("a", "accepted"), ("b", "left_out")]
    wins = client.get("/api/v1/evaluations?metric=bits_per_byte").json()["results"]
    assert {one["instance"]: one["wins"] for one in wins} == {"a": True, "b": False, "c": None}
    assert client.get("/api/v1/evaluations?instance=zz").json()["results"] == []
    assert client.get("/api/v1/models?kind=gpt").status_code == 400


def test_the_description_of_the_api_has_no_gaps(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.force_login(person(Role.VIEWER))
    schema = client.get("/api/v1/schema?format=json").json()
    wrong = [one for one in capsys.readouterr().err.splitlines() if "averaging" in one]
    assert wrong == []
    listed = schema["paths"]["/api/v1/rounds"]["get"]
    described = {one["name"]: one.get("description") for one in listed["parameters"]}
    assert described["family"] == "Exact key of a family."


def test_questions_are_answered_with_what_was_told(line: AggregateModel) -> None:
    answer = models(ModelsQuery(kind="t5"), instance="a")
    assert [one.version for one in answer.models] == [
        line.version, "centralcloud_t5-python_v1.1",
    ]  # fmt: skip
    offer = answer.models[0].round
    assert offer is not None
    assert (offer.number, offer.base, offer.codec) == (3, line.version, "int8")
    assert answer.models[1].round is None
    assert models(ModelsQuery(kind="encoder"), instance="a").models == ()


def test_the_command_lists_rounds(line: AggregateModel) -> None:
    (row,) = json.loads(said("rounds", "--json"))
    assert (row["number"], row["state"], row["submissions"]) == (3, "open", 0)
    assert len(json.loads(said("rounds", "--json", "--all"))) == 3
    assert "t5-python-1 3 open 0 of 3" in " ".join(said("rounds").split())


def test_the_command_closes_what_can_be_closed(line: AggregateModel) -> None:
    with pytest.raises(CommandError, match="t5-rust-9 has no open round"):
        said("rounds", "--close", "t5-rust-9")


def test_the_command_opens_a_round_with_another_aggregator(line: AggregateModel) -> None:
    with pytest.raises(CommandError, match=r"is open: `manage.py rounds --close` closes it"):
        said("rounds", "--open", "t5-python-1")
    with pytest.raises(CommandError, match="there is no family"):
        said("rounds", "--open", "t5-rust-9")
    Round.objects.filter(number=3).update(state="failed")
    with pytest.raises(CommandError, match="there is no aggregator 'krum'"):
        said("rounds", "--open", "t5-python-1", "--aggregator", "krum")
    for option, value in (("clip", "-1"), ("rate", "nan"), ("momentum", "1"), ("quorum", "0")):
        with pytest.raises(CommandError, match=f"{option} is a number from"):
            said("rounds", "--open", "t5-python-1", f"--{option}", value)
    said("rounds", "--open", "t5-python-1", "--aggregator", "nesterov", "--rate", "0.5")
    opened = Round.objects.get(number=4)
    assert (opened.aggregator, opened.options, opened.base) == ("nesterov", {"rate": 0.5}, line)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()
