"""Reads of bundles."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from apps.shared.artifacts.models import Artifact


def artifacts() -> QuerySet[Artifact]:
    """The bundles of this site, newest first."""
    return Artifact.objects.filter(instance=settings.IDENTITY.name)


def artifact_find(*, name: str) -> Artifact | None:
    """The newest bundle with this label, or whose digest begins so."""
    digest = name if name.startswith("sha256:") else f"sha256:{name}"
    return (
        artifacts().filter(label=name).first()
        or artifacts().filter(digest__startswith=digest).first()
    )
