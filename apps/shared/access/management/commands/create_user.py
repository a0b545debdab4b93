"""Make an account with a role."""

from __future__ import annotations

import secrets
import sys
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.shared.access.audit import audit_record, command_actor
from apps.shared.access.roles import Role


class Command(BaseCommand):
    """Create an account that may enter the dashboard, or give one another role."""

    help = "Create an account with a role, or change the role of one; prints a new password once."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name, the role, and where the password comes from."""
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, default=str(Role.VIEWER))
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *, name: str, role: str, password_stdin: bool, **options: Any) -> None:
        """Create or change it, and say so."""
        password = sys.stdin.readline().strip() if password_stdin else ""
        with transaction.atomic():
            user, created = self._account(name)
            if user.is_superuser:
                raise CommandError(f"{name} is a superuser: it may do everything already.")
            if created or password:
                password = self._set_password(user, password)
            user.groups.remove(*Group.objects.filter(name__in=Role.values))
            user.groups.add(Group.objects.get(name=role))
            action = "user.create" if created else "user.change"
            audit_record(action, actor=command_actor(), about=user, role=role)
        shown = f", password {password}" if password and not password_stdin else ""
        self.stdout.write(f"{'created' if created else 'changed'} {name}, {role}{shown}")

    def _account(self, name: str) -> tuple[User, bool]:
        user = User.objects.filter(username=name).first()
        if user is not None:
            return user, False
        user = User(username=name, is_staff=True)
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return user, True

    def _set_password(self, user: User, given: str) -> str:
        password = given or secrets.token_urlsafe(12)
        if given:
            try:
                validate_password(given, user)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
        user.set_password(password)
        user.save()
        return password
