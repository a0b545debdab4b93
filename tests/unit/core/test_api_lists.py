"""What every list of the REST API offers: fields, CSV, entity tags, compression, a rate."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from apps.shared.access.models import ApiToken, Scope
from apps.shared.access.roles import Role
from apps.shared.core.api.csv import cell
from apps.shared.core.models import Job
from tests.common.factories.core import JobFactory
from tests.common.people import person
from tests.common.problems import problem_of, wrong_fields

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs"


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    return client


def table(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_of_each_row_only_the_fields_that_are_asked_for(client: APIClient) -> None:
    job = JobFactory(kind="mine")
    (row,) = client.get(JOBS, {"fields": "kind, id"}).json()["results"]
    assert row == {"id": job.pk, "kind": "mine"}
    assert client.get(f"{JOBS}/{job.pk}", {"fields": "kind"}).json() == {"kind": "mine"}
    wrong = wrong_fields(client.get(JOBS, {"fields": "id,password"}))
    assert list(wrong) == ["fields"]
    assert "No field password; there are id, kind" in wrong["fields"]


def test_a_list_is_to_be_had_whole_as_csv_with_its_filters(client: APIClient) -> None:
    mined = [JobFactory(kind="mine", label=label) for label in ("a, b", '"c"\nd', "=1+2")]
    JobFactory(kind="ingest")
    response = client.get(JOBS, {"format": "csv", "kind": "mine", "fields": "id,label"})
    assert response["content-type"] == "text/csv; charset=utf-8"
    assert response["content-disposition"] == 'attachment; filename="jobs.csv"'
    header, *rows = table(response)
    assert header == ["id", "label"]
    assert rows == [
        [str(job.pk), "'=1+2" if job.label == "=1+2" else job.label] for job in reversed(mined)
    ]


def test_csv_is_of_all_pages_and_takes_a_query_for_each_batch(
    client: APIClient, django_assert_max_num_queries: Any
) -> None:
    Job.objects.bulk_create(JobFactory.build(kind="mine") for _ in range(1100))
    response = client.get(JOBS, {"page_size": 10}, headers={"accept": "text/csv"})
    with django_assert_max_num_queries(3):
        assert len(table(response)) == 1101


def test_one_row_is_no_table(client: APIClient) -> None:
    job = JobFactory()
    response = client.get(f"{JOBS}/{job.pk}", {"format": "csv"})
    assert (response.status_code, problem_of(response)["code"]) == (404, "not_found")
    accepted = client.get(f"{JOBS}/{job.pk}", headers={"accept": "text/csv"})
    assert (accepted.status_code, problem_of(accepted)["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (-1.5, -1.5),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ({"a": ["ü"]}, '{"a": ["ü"]}'),
        ("plain", "plain"),
    ],
)
def test_a_cell_is_never_a_formula(value: Any, shown: Any) -> None:
    assert cell(value) == shown


def test_what_was_read_already_is_not_sent_again(client: APIClient) -> None:
    JobFactory(kind="mine")
    first = client.get(JOBS)
    tag = first["etag"]
    assert first["cache-control"] == "private, no-cache"
    again = client.get(JOBS, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    JobFactory(kind="ingest")
    changed = client.get(JOBS, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed["etag"] != tag


def test_long_answers_are_compressed_and_tagged_alike(client: APIClient) -> None:
    Job.objects.bulk_create(JobFactory.build(kind="mine") for _ in range(20))
    plain, packed = client.get(JOBS), client.get(JOBS, headers={"accept-encoding": "gzip"})
    assert packed["content-encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 3
    tag = packed["etag"]
    assert tag == f"W/{plain['etag']}"
    both = {"accept-encoding": "gzip", "if-none-match": tag}
    assert client.get(JOBS, headers=both).status_code == 304


def test_pages_of_the_dashboard_are_not_compressed(client: Client) -> None:
    page = Client()
    page.force_login(person(Role.ADMIN))
    response = page.get("/admin/core/job/", headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert "content-encoding" not in response
    assert "etag" not in response


@pytest.fixture
def rate(settings: Any) -> Any:
    cache.clear()
    settings.API_RATE = "2/min"
    yield settings
    cache.clear()


def token(user: Any) -> APIClient:
    _, secret = ApiToken.objects.create(user, name="program", scopes=[Scope.READ])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return client


@pytest.mark.usefixtures("rate")
def test_each_token_has_a_rate_of_its_own() -> None:
    user = person(Role.VIEWER)
    one, other = token(user), token(user)
    assert [one.get(JOBS).status_code for _ in range(3)] == [200, 200, 429]
    refused = one.get(JOBS)
    assert problem_of(refused)["code"] == "throttled"
    assert 0 < int(refused["retry-after"]) <= 60
    assert other.get(JOBS).status_code == 200
    assert [APIClient().get(JOBS).status_code for _ in range(3)] == [401, 401, 401]


def test_without_a_rate_nobody_is_counted(rate: Any) -> None:
    rate.API_RATE = ""
    client = token(person(Role.VIEWER))
    assert {client.get(JOBS).status_code for _ in range(4)} == {200}


@pytest.mark.usefixtures("rate")
def test_where_the_cache_is_away_everybody_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(type(caches["default"]), "get", away)
    client = token(person(Role.VIEWER))
    assert {client.get(JOBS).status_code for _ in range(4)} == {200}
