"""The app of training."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Corpora, runs and models."""

    name = "apps.singularity.training"
    label = "training"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Training"
