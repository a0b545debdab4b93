"""The sidebar: groups of links, as the site's wiring lists them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Item:
    """A link to a named address, for those who have the permission.

    ``icon`` is a name of Material Symbols.
    """

    title: str
    icon: str
    url_name: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one heading."""

    title: str
    items: tuple[Item, ...]


OVERVIEW = Group("", (Item("Dashboard", "dashboard", "admin:index"),))
RUNS = Group(
    "Runs",
    (
        Item("Jobs", "play_circle", "admin:core_job_changelist", "core.view_job"),
        Item(
            "Schedule",
            "schedule",
            "admin:django_celery_beat_periodictask_changelist",
            "django_celery_beat.view_periodictask",
        ),
    ),
)
ACCESS = Group(
    "Access",
    (
        Item("Users", "person", "admin:auth_user_changelist", "auth.view_user"),
        Item("Groups", "group", "admin:auth_group_changelist", "auth.view_group"),
        Item("API tokens", "key", "admin:access_apitoken_changelist"),
        Item(
            "Audit log",
            "policy",
            "admin:access_auditentry_changelist",
            "access.view_auditentry",
        ),
        Item("API reference", "api", "docs"),
        Item("Event reference", "sync_alt", "events"),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups as django-unfold's SIDEBAR wants them."""
    groups = [import_string(path) for path in import_module(settings.SITE_WIRING).SIDEBAR]
    active = _active(request.path, groups)
    return [_group(request, group, active) for group in groups]


def _active(path: str, groups: list[Group]) -> str:
    """The longest linked address that the page is, or lies under; all lie under the index."""
    index = reverse("admin:index")
    if path == index:
        return index
    links = [reverse(item.url_name) for group in groups for item in group.items]
    return max((link for link in links if link != index and path.startswith(link)), default="")


def _group(request: HttpRequest, group: Group, active: str) -> dict[str, Any]:
    items = []
    for item in group.items:
        link = reverse(item.url_name)
        if not item.permission or request.user.has_perm(item.permission):
            items.append(
                {"title": item.title, "icon": item.icon, "link": link, "active": link == active}
            )
    return {"title": group.title, "items": items, "separator": bool(group.title)}
