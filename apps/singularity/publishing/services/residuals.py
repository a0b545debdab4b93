"""What a lossy codec left out of a difference, to be added to the next one of its family.

Error feedback: Seide et al. 2014, "1-bit stochastic gradient descent"; Karimireddy et al. 2019,
"Error feedback fixes SignSGD". Which file counts is said by the rows: one that was announced.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from apps.singularity.publishing.models import PublishedModel


def residual_file(row: PublishedModel) -> Path:
    """Where a row's is kept; its folder exists."""
    folder: Path = settings.STATE_DIR / "residuals" / row.instance / row.family
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{row.residual}.safetensors"


def residual_before(row: PublishedModel) -> Path | None:
    """That of the last difference of the family that was announced; None where there is none."""
    told = PublishedModel.objects.filter(
        instance=row.instance,
        family=row.family,
        asked="difference",
        told_at__isnull=False,
        stays="",
    )
    last = told.exclude(pk=row.pk).order_by("-told_at").first()
    file = residual_file(last) if last and last.residual else None
    return file if file and file.exists() else None


def residuals_forget(row: PublishedModel) -> None:
    """Remove those of a family that the announced one took in."""
    if not row.residual:
        return
    kept = residual_file(row)
    for file in kept.parent.glob("*.safetensors"):
        if file != kept:
            file.unlink(missing_ok=True)
