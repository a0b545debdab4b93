"""Tell nats-server who may connect."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from apps.centralcloud.fleet.engine.nats_users import users_text
from apps.centralcloud.fleet.selectors.instances import keys_in_use
from apps.shared.core.embedded.servers import servers_of

_LOCK = 0x666C656574  # "fleet" in ASCII: the key of an advisory lock of PostgreSQL


def nats_users() -> str:
    """The users as nats-server's configuration lists them: Centralcloud, enrolled instances."""
    centralcloud = settings.IDENTITY.key_made_here().public
    return users_text(centralcloud=centralcloud, instances=keys_in_use())


def nats_users_write() -> bool:
    """Write the users for the embedded nats-server, which obeys before this returns.

    Called after the change is committed. Two that are at it take turns, and each reads the users
    in its own turn, so that the last one writes what both did. Returns False where the server is
    not an embedded one: its operator writes them by ``manage.py nats_config``.

    Raises:
        EmbeddedServerError: the server does not take them.
    """
    if settings.ENVIRONMENT.nats_mode != "embedded":
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        servers_of(settings.STATE_DIR).nats.write_users(nats_users())
    return True
