"""Django's name for the app."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Working tree -> files -> chunks -> embeddings -> search."""

    name = "apps.singularity.ingestion"
    label = "ingestion"
    default_auto_field = "django.db.models.BigAutoField"
