"""Make the first account of a site."""

import secrets
import sys
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from apps.shared.access.audit import audit_record, command_actor

NAME = "admin"


class Command(BaseCommand):
    """Create the account ``admin`` unless the site has a superuser."""

    help = "Create the superuser 'admin' unless there is a superuser; prints its password once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the password from standard input instead of making one."""
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *, password_stdin: bool, **options: Any) -> None:
        """Create the account and say so."""
        if User.objects.filter(is_superuser=True).exists():
            self.stdout.write("The site has a superuser already.")
            return
        given = sys.stdin.readline().strip() if password_stdin else ""
        password = given or secrets.token_urlsafe(12)
        with transaction.atomic():
            user = User.objects.create_superuser(username=NAME, password=password)
            audit_record("user.create", actor=command_actor(), about=user, role="superuser")
        self.stdout.write(f"created {NAME}" + ("" if given else f", password {password}"))
