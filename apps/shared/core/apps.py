"""Django's registration of the core app."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    """Identity, jobs, embedded servers, health: what both sites stand on."""

    name = "apps.shared.core"
    label = "core"
    verbose_name = "Core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the site's Celery application, so that shared tasks go to its queue."""
        import_module(settings.SITE_CELERY)
        import_module("apps.shared.core.metrics.jobs").register()
