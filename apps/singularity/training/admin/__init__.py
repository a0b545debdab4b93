"""Training in the admin: runs with their curves, models with their lineage, which are in use."""

from apps.singularity.training.admin.in_use import ModelInUseAdmin
from apps.singularity.training.admin.models import ModelAdmin
from apps.singularity.training.admin.runs import RunAdmin

__all__ = ["ModelAdmin", "ModelInUseAdmin", "RunAdmin"]
