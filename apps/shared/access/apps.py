"""Django's registration of the access app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    """Roles, tokens of the REST API, and the log of what people did."""

    name = "apps.shared.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the roles after each migration."""
        from apps.shared.access import authentication, signals  # noqa: F401  drf-spectacular finds the first
        from apps.shared.access.roles import roles_fill

        signals.connect()

        post_migrate.connect(roles_fill)
