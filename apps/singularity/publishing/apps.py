"""The app that decides what leaves."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Redaction, sync, egress ledger."""

    name = "apps.singularity.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "What leaves"
