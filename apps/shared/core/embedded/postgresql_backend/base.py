"""The name that Django looks for in a database backend."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from apps.shared.core.embedded.servers import servers_of


class DatabaseWrapper(base.DatabaseWrapper):
    """Makes sure that the server runs and the site's database exists before connecting."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect to the embedded server. Raises EmbeddedServerError when it cannot run."""
        servers_of(settings.STATE_DIR).ensure_database(settings.EMBEDDED_DATABASE)
        return super().get_new_connection(conn_params)
