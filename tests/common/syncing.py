"""Syncs against a loopback server that speaks hex's protocol, in this process or one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest
from django.db import connection

from tests.common.processes import CHECKOUT
from tests.common.registries.hex import hex_serve
from tests.common.registries.server import RegistryServer

COMMAND = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.common.settings"
import django
django.setup()
from importlib import import_module
from django.conf import settings
from centralcloud_site import settings as centralcloud
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.IDENTITY, settings.SITE_WIRING = centralcloud.IDENTITY, centralcloud.SITE_WIRING
if sys.argv[2]:
    path, _, turn = sys.argv[2].partition("@")
    module, _, name = path.rpartition(".")
    before = getattr(import_module(module), name)
    calls = []
    def die_in_turn(*args, **kwargs):
        calls.append(1)
        if len(calls) == int(turn):
            os.kill(os.getpid(), signal.SIGKILL)
        return before(*args, **kwargs)
    setattr(import_module(module), name, die_in_turn)
from apps.shared.core.command_line import execute
execute(["manage.py", *sys.argv[3:]])
"""


def hex_at(server: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hex packages read from this server, by this process and those that it starts."""
    monkeypatch.setenv("HEX_API_URL", f"{server.url}hex/api/")


def hex_many(server: RegistryServer, numbers: Iterable[int], versions: int = 3) -> list[str]:
    """Serve packages p0, p1, ...; the latest version of each needs three others. Their purls."""
    names = [f"p{number}" for number in numbers]
    needs = {f"needed{number}": "~> 1.0" for number in range(3)}
    releases = {f"1.{number}.0": {"requirements": needs} for number in range(versions)}
    hex_serve(server, {name: {"releases": releases} for name in names})
    return [f"pkg:hex/{name}" for name in names]


def command_start(*arguments: str, die_at: str = "") -> subprocess.Popen[str]:
    """Start `manage.py` on this test's database.

    Args:
        die_at: a function and which of its calls is the last thing before kill -9, as
            ``path.to.function@3``.
    """
    name = str(connection.settings_dict["NAME"])
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, name, die_at, *arguments],
        cwd=CHECKOUT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
