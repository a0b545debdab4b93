"""Django's registration of the core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Identity, jobs, embedded servers, health: what both sites stand on."""

    name = "apps.shared.core"
    label = "core"
    verbose_name = "Core"
    default_auto_field = "django.db.models.BigAutoField"
