"""The sidebar leads everywhere, marks where one is, and shows nobody what they may not see."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.shared.dashboard.sidebar import navigation

pytestmark = pytest.mark.django_db


def links(user: User, path: str = "/admin/") -> dict[str, bool]:
    """Address of each link, and whether it is marked as active."""
    request = RequestFactory().get(path)
    request.user = user
    return {
        item["link"]: item["active"] for group in navigation(request) for item in group["items"]
    }


def test_every_link_opens(admin_client: Client, admin_user: User) -> None:
    for link in links(admin_user):
        assert admin_client.get(link).status_code == 200, link


@pytest.mark.parametrize(
    ("page", "active"),
    [
        ("admin:index", "admin:index"),
        ("admin:ingestion_chunk_changelist", "admin:ingestion_chunk_changelist"),
        ("admin:ingestion_search", "admin:ingestion_search"),
    ],
)
def test_one_link_is_active(admin_user: User, page: str, active: str) -> None:
    marked = [link for link, is_active in links(admin_user, reverse(page)).items() if is_active]
    assert marked == [reverse(active)]


def test_links_follow_permissions(django_user_model: type[User]) -> None:
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_file"))
    shown = links(clerk)
    assert reverse("admin:ingestion_file_changelist") in shown
    assert reverse("admin:ingestion_chunk_changelist") not in shown
