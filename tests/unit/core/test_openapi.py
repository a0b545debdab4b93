"""The APIs are what docs/openapi says, and answer as it says whatever they are asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.shared.access.models import ApiToken, Scope
from centralcloud_site import settings as centralcloud
from tests.common.factories.core import AdminFactory, JobFactory

ROOT = Path(__file__).parents[3]
DOCUMENTS = {site: ROOT / f"docs/openapi/{site}.yaml" for site in ("singularity", "centralcloud")}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 12
"""Of each operation; the same ones in each run."""
METHODS = {"get", "post", "put", "patch", "delete"}


@cache
def document(site: str) -> Any:
    return yaml.load(DOCUMENTS[site].read_text(), Loader=yaml.CSafeLoader)


def operations() -> Iterator[tuple[str, str, str]]:
    for site in DOCUMENTS:
        for path, item in document(site)["paths"].items():
            yield from ((site, method, path) for method in METHODS & set(item))


@pytest.mark.parametrize("site", DOCUMENTS)
def test_the_api_is_as_committed_and_described_without_gaps(site: str, tmp_path: Path) -> None:
    written = tmp_path / "openapi.yaml"
    arguments = ("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    said = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": f"{site}_site.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    same = written.read_text() == DOCUMENTS[site].read_text()
    assert same, "The API has changed: `make openapi` writes what it is now."


@pytest.mark.parametrize("site", DOCUMENTS)
def test_every_operation_says_what_it_does_and_what_can_go_wrong(site: str) -> None:
    described = document(site)
    assert described["openapi"].startswith("3.1")
    for path, item in described["paths"].items():
        for method in METHODS & set(item):
            operation = item[method]
            where = f"{method} {path}"
            assert len(operation["description"]) > 20, where
            assert 5 < len(operation["summary"]) < 120, (where, operation["summary"])
            assert {"401", "403", "429"} <= set(operation["responses"]), where
            for status, response in operation["responses"].items():
                if status.startswith("4"):
                    assert list(response["content"]) == ["application/problem+json"], where


FOR_ANY_ACCOUNT = {
    *("/api/v1/login", "/api/v1/me", "/api/v1/tokens", "/api/v1/tokens/{id}"),
    "/api/schema/",
}
"""What takes no permission: one's own account and tokens, and the document itself."""


@pytest.mark.parametrize("site", DOCUMENTS)
def test_every_operation_takes_a_permission(site: str) -> None:
    without = {
        path
        for path, item in document(site)["paths"].items()
        for method in METHODS & set(item)
        if "permission `" not in item[method]["description"]
    }
    assert without <= FOR_ANY_ACCOUNT, without - FOR_ANY_ACCOUNT


@pytest.fixture
def app() -> Iterator[Any]:
    """The site's WSGI application, which leaves the connection of the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    name: str = request.param
    settings.API_RATE = ""
    if name == "centralcloud":
        settings.ROOT_URLCONF = centralcloud.ROOT_URLCONF
        # who may connect is written for a nats-server of the test's own, not for the run's
        settings.STATE_DIR, settings.KEYS_DIR = tmp_path, tmp_path / "keys"
        settings.IDENTITY, settings.SITE_WIRING = centralcloud.IDENTITY, centralcloud.SITE_WIRING
        settings.SPECTACULAR_SETTINGS = centralcloud.SPECTACULAR_SETTINGS
    return name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("site", "method", "path"), sorted(operations()), indirect=["site"], ids=None
)
def test_no_question_breaks_it_and_every_answer_is_as_described(
    site: str, method: str, path: str, app: Any
) -> None:
    JobFactory(state="queued")
    _, secret = ApiToken.objects.create(AdminFactory(), scopes=Scope.values)
    schema = schemathesis.openapi.from_dict(document(site))
    schema.app = app
    headers = {"Authorization": f"Token {secret}", "Accept-Encoding": "identity"}
    operation = schema[path][method.upper()]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=list(CHECKS))

    ask()
