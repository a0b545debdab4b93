"""Packages that an admin wants, and the outcomes of readings, as the admin shows them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.centralcloud.package_sync.models import Outcome, Package, Seed
from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.naming import WrongPurl, purl_normal
from apps.centralcloud.package_sync.services.storing import package_ensure

SEEDS = "/admin/package_sync/seed/"
OUTCOMES = "/admin/package_sync/outcome/"
HOSTILE = "<script>alert('x')</script>"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" pkg:pypi/Django_Extensions ", "pkg:pypi/django-extensions"),
        ("pkg:npm/@babel/core", "pkg:npm/%40babel/core"),
        ("pkg:npm/%40babel/core", "pkg:npm/%40babel/core"),
        ("pkg:cargo/Inflector", "pkg:cargo/Inflector"),
        ("pkg:hex/phoenix?checksum=1#sub", "pkg:hex/phoenix"),
    ],
)
def test_a_purl_is_kept_in_one_form(written: str, kept: str) -> None:
    assert purl_normal(written) == kept


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("react", "'react' is no package URL such as pkg:npm/react."),
        ("pkg:npm", "is no package URL"),
        ("", "is no package URL"),
        ("pkg:maven/org.slf4j/slf4j-api", "No registry of maven packages is asked, only cargo"),
        ("pkg:npm/react@18.2.0", "names a version: leave it out (pkg:npm/react)"),
        ("pkg:npm/" + "r" * 600, "at most 300 characters"),
        ("pkg:npm/a\0b", "is no package URL"),
    ],
)
def test_what_names_no_package_that_is_read_is_said_in_one_line(written: str, says: str) -> None:
    with pytest.raises(WrongPurl) as error:
        purl_normal(written)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_seed_is_added_read_with_what_is_due_and_deleted(admin_client: Client) -> None:
    answer = admin_client.post(
        SEEDS + "add/", {"purl": "pkg:pypi/Django", "depth": 2, "note": "ours"}, follow=True
    )
    assert "pkg:pypi/django is read with what is due" in answer.content.decode()
    seed = Seed.objects.get()
    assert (seed.purl, seed.depth, seed.note) == ("pkg:pypi/django", 2, "ours")
    packages_choose()
    assert Package.objects.get(purl=seed.purl).due_at is not None
    admin_client.post(f"{SEEDS}{seed.pk}/delete/", {"post": "yes"})
    packages_choose()
    package = Package.objects.get(purl="pkg:pypi/django")
    assert (package.due_at, package.shown) == (None, False)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"purl": "django"}, "is no package URL"),
        ({"purl": "pkg:npm/react", "depth": 6}, "less than or equal to 5"),
        ({"purl": "pkg:pypi/Already_There"}, "already exists"),
    ],
)
def test_a_wrong_seed_is_refused_beside_its_field(
    admin_client: Client, fields: dict[str, object], says: str
) -> None:
    Seed.objects.create(purl="pkg:pypi/already-there")
    answer = admin_client.post(SEEDS + "add/", {"depth": 1, "note": "", **fields})
    assert says in answer.content.decode()
    assert Seed.objects.count() == 1


def outcome(purl: str, state: str, cause: str = "", reason: str = "") -> None:
    """One reading."""
    Outcome.objects.create(
        package_id=package_ensure([purl])[purl],
        state=state,
        cause=cause,
        reason=reason,
        requests=2,
        bytes=2048,
        seconds=0.25,
        at=timezone.now(),
    )


def test_outcomes_are_filtered_by_state_ecosystem_and_reason(admin_client: Client) -> None:
    outcome("pkg:npm/fine", "changed")
    outcome("pkg:npm/broken", "failed", "malformed", HOSTILE)
    outcome("pkg:hex/away", "failed", "unavailable", "answered 503")

    def shown(query: str) -> list[str]:
        page = admin_client.get(OUTCOMES + query).content.decode()
        assert HOSTILE not in page
        return [name for name in ("fine", "broken", "away") if f"/{name}<" in page]

    assert shown("") == ["fine", "broken", "away"]
    assert shown("?state__exact=failed") == ["broken", "away"]
    assert shown("?ecosystem=hex") == ["away"]
    assert shown("?cause=malformed") == ["broken"]
    assert shown("?q=pkg:npm/fine") == ["fine"]
    page = admin_client.get(f"{OUTCOMES}{Outcome.objects.earliest('id').pk}/change/")
    assert "2 requests" in admin_client.get(OUTCOMES).content.decode()
    assert page.status_code == 200


def test_the_list_of_outcomes_asks_as_much_for_many_as_for_few(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(OUTCOMES).status_code == 200
        return len(asked)

    outcome("pkg:npm/first", "changed")
    few = queries()
    for number in range(30):
        outcome(f"pkg:npm/p{number}", "changed")
    assert queries() == few


def test_outcomes_are_read_only(admin_client: Client) -> None:
    outcome("pkg:npm/fine", "changed")
    row = Outcome.objects.get()
    assert admin_client.get(OUTCOMES + "add/").status_code == 403
    admin_client.post(f"{OUTCOMES}{row.pk}/change/", {"state": "failed"})
    admin_client.post(f"{OUTCOMES}{row.pk}/delete/", {"post": "yes"})
    assert Outcome.objects.get().state == "changed"
