"""Reads of bundles."""

from __future__ import annotations

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from apps.shared.artifacts.models import Artifact


def artifacts() -> QuerySet[Artifact]:
    """The bundles on this site's disk, newest first."""
    return Artifact.objects.filter(instance=settings.IDENTITY.name, removed_at=None)


def bundle_removed_at(*, digest: str = "artifact") -> Subquery:
    """When the bundle that a column names was removed here, to annotate another app's rows with.

    Null where it is here, or never was.
    """
    mine = Artifact.objects.filter(instance=settings.IDENTITY.name, digest=OuterRef(digest))
    return Subquery(mine.values("removed_at")[:1])


def artifact_find(*, name: str) -> Artifact | None:
    """The newest bundle with this label, or whose digest begins so."""
    digest = name if name.startswith("sha256:") else f"sha256:{name}"
    return (
        artifacts().filter(label=name).first()
        or artifacts().filter(digest__startswith=digest).first()
    )
