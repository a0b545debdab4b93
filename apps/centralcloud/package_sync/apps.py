"""The app of package sync."""

from django.apps import AppConfig


class PackageSyncConfig(AppConfig):
    """Packages as registries describe them, and as the fleet uses them."""

    name = "apps.centralcloud.package_sync"
    label = "package_sync"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Packages"
