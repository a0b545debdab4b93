"""The app that carries events between the database and NATS."""

from importlib import import_module

from django.apps import AppConfig


class NatsBridgeConfig(AppConfig):
    """Outbox, inbox, dead letters."""

    name = "apps.shared.nats_bridge"
    label = "nats_bridge"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Messages"

    def ready(self) -> None:
        """Show the messages to Prometheus."""
        import_module("apps.shared.nats_bridge.metrics").register()
