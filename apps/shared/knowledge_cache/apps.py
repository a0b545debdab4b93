"""The app of the knowledge cache."""

from importlib import import_module

from django.apps import AppConfig


class KnowledgeCacheConfig(AppConfig):
    """Cached answers and copies of them."""

    name = "apps.shared.knowledge_cache"
    label = "knowledge_cache"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Knowledge cache"

    def ready(self) -> None:
        """Show the cached answers to Prometheus."""
        import_module("apps.shared.knowledge_cache.metrics").register()
