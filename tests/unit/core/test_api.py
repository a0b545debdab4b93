"""The REST API has one shape for errors and is closed to strangers."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.exceptions import NotFound, Throttled, ValidationError

from apps.shared.access.models import ApiToken
from apps.shared.core.api.errors import problem
from tests.common.problems import problem_of

pytestmark = pytest.mark.django_db


def test_a_stranger_gets_a_problem(client: Client) -> None:
    response = client.get("/api/v1/schema?format=json")
    assert response.status_code == 401
    said = problem_of(response)
    assert (said["code"], said["title"]) == ("not_authenticated", "Unauthorized")
    assert said["detail"]
    assert response["www-authenticate"] == "Token"


def test_a_token_opens_the_api(client: Client) -> None:
    user = User.objects.create_user("reader")
    _, token = ApiToken.objects.create(user)
    response = client.get("/api/v1/schema", headers={"authorization": f"Token {token}"})
    assert response.status_code == 200
    assert response["content-type"].startswith("application/vnd.oai.openapi")


@pytest.mark.parametrize(
    ("error", "status", "code", "detail", "errors"),
    [
        (
            ValidationError({"limit": ["Must be a number."], "tags": {"1": ["Too long."]}}),
            *(400, "invalid", "Wrong or missing: limit, tags.1."),
            [
                {"field": "limit", "message": "Must be a number."},
                {"field": "tags.1", "message": "Too long."},
            ],
        ),
        (
            ValidationError({"rows": [{}, {"id": ["No such id."]}], "non_field_errors": ["Both."]}),
            *(400, "invalid", "Wrong or missing: rows.1.id."),
            [{"field": "rows.1.id", "message": "No such id."}, {"field": "", "message": "Both."}],
        ),
        (
            ValidationError("Not like this."),
            *(400, "invalid", "Not like this."),
            [{"field": "", "message": "Not like this."}],
        ),
        (NotFound("No such job."), 404, "not_found", "No such job.", []),
        (Throttled(), 429, "throttled", "Request was throttled.", []),
    ],
)
def test_every_error_has_the_same_shape(
    error: Exception, status: int, code: str, detail: str, errors: list[Any]
) -> None:
    response = problem(error, {})
    assert response is not None
    said = problem_of(response)
    assert (said["status"], said["code"], said["detail"]) == (status, code, detail)
    assert said["errors"] == errors


def test_how_long_to_wait_is_said() -> None:
    response = problem(Throttled(wait=7.2), {})
    assert response is not None
    assert response["retry-after"] == "8"


def test_an_unknown_error_is_left_to_django() -> None:
    assert problem(RuntimeError("x"), {}) is None


def test_an_unknown_address_of_the_api_is_a_problem_and_one_of_a_page_is_a_page(
    client: Client,
) -> None:
    said = problem_of(client.get("/api/v1/nothing"))
    assert (said["status"], said["code"]) == (404, "not_found")
    assert "/api/v1/nothing" in said["detail"]
    assert client.get("/nothing")["content-type"].startswith("text/html")


def test_what_breaks_is_a_problem_that_tells_no_secret(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("apps.shared.core.api.jobs.JobViewSet.get_queryset", breaks)
    client.force_login(User.objects.create_superuser("root"))
    client.raise_request_exception = False
    response = client.get("/api/v1/jobs")
    assert problem_of(response)["code"] == "error"
    assert b"swordfish" not in response.content
