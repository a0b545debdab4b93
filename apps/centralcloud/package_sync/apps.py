"""The app of package sync."""

from django.apps import AppConfig
from stamina.instrumentation import set_on_retry_hooks


class PackageSyncConfig(AppConfig):
    """Packages as registries describe them, and as the fleet uses them."""

    name = "apps.centralcloud.package_sync"
    label = "package_sync"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Packages"

    def ready(self) -> None:
        """An attempt that is made again is no news: outcomes say what came of them all."""
        set_on_retry_hooks([])
