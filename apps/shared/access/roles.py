"""Three roles, as groups of permissions: who looks, who works with it, who runs it.

The groups follow the code: whoever needs another cut makes a group of their own.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import models

OURS = "apps."
ADMINISTRATION = "access"
"""The app whose rows are for operators and admins: they say what people did."""


class Role(models.TextChoices):
    """Each may what the one before it may, and more."""

    VIEWER = "viewer", "viewer (sees everything but accounts and the audit log)"
    OPERATOR = "operator", "operator (also starts, cancels, replays and marks)"
    ADMIN = "admin", "admin (also enrols, revokes, and keeps accounts and schedules)"


def roles_fill(sender: AppConfig, **_: Any) -> None:
    """Give the groups their permissions, once all apps have registered theirs.

    Listens to ``post_migrate``, which comes once for each app.
    """
    if sender.name != _last().name:
        return
    Group.objects.bulk_create([Group(name=role) for role in Role], ignore_conflicts=True)
    groups = {group.name: group.pk for group in Group.objects.filter(name__in=Role.values)}
    known = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    operates = vars(import_module(settings.SITE_WIRING)).get("OPERATOR", ())
    seen = {one.label for one in apps.get_app_configs() if one.name.startswith(OURS)}
    seen -= {ADMINISTRATION}
    wanted = {
        (groups[role], pk)
        for pk, app, codename in known
        for role in _roles_of(app, codename, operates=operates, seen=seen)
    }
    through = Group.permissions.through
    held = through.objects.filter(group_id__in=groups.values())
    pairs = {(row.group_id, row.permission_id): row.pk for row in held}
    through.objects.filter(pk__in=[pairs[gone] for gone in pairs.keys() - wanted]).delete()
    through.objects.bulk_create(
        [through(group_id=group, permission_id=pk) for group, pk in wanted - pairs.keys()],
        ignore_conflicts=True,
    )


def _roles_of(
    app: str, codename: str, *, operates: Collection[str], seen: Collection[str]
) -> list[str]:
    """The roles that have a permission."""
    sees = codename.startswith("view_") and app in seen
    if sees:
        return list(Role.values)
    if f"{app}.{codename}" in operates:
        return [Role.OPERATOR, Role.ADMIN]
    return [Role.ADMIN]


def _last() -> AppConfig:
    """The app whose signal comes last."""
    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]
