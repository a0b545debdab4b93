"""The REST API has one shape for errors and is closed to strangers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.exceptions import NotFound, Throttled, ValidationError

from apps.shared.access.models import ApiToken
from apps.shared.core.api.errors import problem

pytestmark = pytest.mark.django_db


def test_a_stranger_gets_the_error_shape(client: Client) -> None:
    response = client.get("/api/v1/schema?format=json")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"
    assert response.json()["error"]["message"]


def test_a_token_opens_the_api(client: Client) -> None:
    user = User.objects.create_user("reader")
    _, token = ApiToken.objects.create(user)
    response = client.get("/api/v1/schema", headers={"authorization": f"Token {token}"})
    assert response.status_code == 200
    assert response["content-type"].startswith("application/vnd.oai.openapi")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ValidationError({"limit": ["Must be a number."]}),
            {
                "code": "invalid",
                "message": "Wrong or missing: limit.",
                "fields": {"limit": ["Must be a number."]},
            },
        ),
        (NotFound("No such job."), {"code": "not_found", "message": "No such job.", "fields": {}}),
        (Throttled(), {"code": "throttled", "message": "Request was throttled.", "fields": {}}),
    ],
)
def test_every_error_has_the_same_shape(error: Exception, expected: dict[str, object]) -> None:
    response = problem(error, {})
    assert response is not None
    assert response.data == {"error": expected}


def test_an_unknown_error_is_left_to_django() -> None:
    assert problem(RuntimeError("x"), {}) is None
