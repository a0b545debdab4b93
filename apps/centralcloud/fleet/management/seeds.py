"""Keep or print the seed of an instance, and say what is to do with it."""

from __future__ import annotations

import json

from django.conf import settings

from apps.centralcloud.fleet.engine.nats_server import RELOAD
from apps.centralcloud.fleet.services.nats_users import nats_users_write
from apps.centralcloud.fleet.services.pairs import Pair, variables
from apps.shared.core.identity import Identity
from apps.shared.core.private_files import write_whole

TELL = (
    f"Let nats-server know: `manage.py nats_config --output PATH/users.conf`, then there {RELOAD}."
)

NEXT = (
    "The seed is shown only now and kept nowhere. Set these three at the instance (the seed best "
    "as INSTANCE_NKEY_SEED_FILE), and NATS_URL, and start it."
)


def identity_here(name: str) -> Identity:
    """An instance whose seed is, or will be, kept on this machine."""
    return Identity(name=name, source="", seed="", folder=settings.KEYS_DIR)


def seed_keep(name: str, pair: Pair) -> None:
    """Write the seed where an instance of this machine finds it. Raises OSError."""
    path = identity_here(name).seed_file
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, pair.seed)


def told(name: str, pair: Pair, *, as_json: bool) -> str:
    """The seed, the only time that it is shown, with what to do next."""
    given = variables(name, pair.seed)
    if as_json:
        return json.dumps(given)
    lines = "\n".join(f"{key}={value}" for key, value in given.items())
    return f"{lines}\n\n{NEXT}"


def users_told() -> str:
    """Write the users where the server is an embedded one; else what the operator has to do."""
    return "nats-server knows." if nats_users_write() else TELL
