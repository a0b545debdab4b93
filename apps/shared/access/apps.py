"""Django's registration of the access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Roles, tokens of the REST API, and the log of what people did."""

    name = "apps.shared.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"
