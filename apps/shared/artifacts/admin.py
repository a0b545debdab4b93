"""Bundles in the admin: which models this site holds, and hash them again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html_join
from unfold.decorators import action, display

from apps.shared.access.audit import actor_of, audit_record
from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import ArtifactError, artifact_verify
from apps.shared.core.admin.base import InstanceAdmin


@admin.register(Artifact)
class ArtifactAdmin(InstanceAdmin):
    """Bundles on the disk."""

    list_display = ("name", "size_shown", "created_at", "verified_at")
    search_fields = ("label", "digest")
    search_help_text = "Label or digest"
    actions = ("verify",)
    fields = ("label", "digest", "size_shown", "created_at", "verified_at", "files_shown")
    readonly_fields = ("size_shown", "files_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bundles of this site."""
        rows: QuerySet[Any] = super(InstanceAdmin, self).get_queryset(request)
        return rows.filter(instance=settings.IDENTITY.name, removed_at=None)

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Who may have a bundle hashed again."""
        return bool(request.user.has_perm("artifacts.change_artifact"))

    @display(description="Bundle", ordering="label")
    def name(self, row: Artifact) -> str:
        """The version of its model, or its digest."""
        return row.label or row.digest

    @display(description="Size", ordering="size")
    def size_shown(self, row: Artifact) -> str:
        """Size for people."""
        return filesizeformat(row.size)

    @display(description="Files")
    def files_shown(self, row: Artifact) -> str:
        """Each file with its size and digest."""
        files = sorted(row.files.items())
        return format_html_join(
            "",
            '<div class="break-all">{} · {} · {}</div>',
            ((path, filesizeformat(size), digest) for path, (digest, size) in files),
        )

    @action(description="Verify", permissions=["again"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Artifact]) -> None:
        """Hash every file of the chosen ones again."""
        for row in queryset:
            audit_record("bundle.verify", actor=actor_of(request), about=row)
            try:
                artifact_verify(digest=row.digest)
                messages.success(request, f"{row} is as it was.")
            except ArtifactError as error:
                messages.error(request, str(error))
