"""The app of artifacts."""

from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    """Model bundles by digest."""

    name = "apps.shared.artifacts"
    label = "artifacts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Artifacts"
