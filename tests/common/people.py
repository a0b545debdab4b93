"""Accounts with the product's roles."""

from __future__ import annotations

from django.contrib.auth.models import Group, User

from apps.shared.access.roles import Role


def person(role: Role, name: str = "") -> User:
    """Somebody who may enter the dashboard with a role."""
    user = User.objects.create_user(name or str(role), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    user.get_all_permissions()  # read now, so that tests count the queries of views alone
    return user
