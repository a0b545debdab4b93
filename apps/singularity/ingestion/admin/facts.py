"""Declared dependencies, and where secrets stood."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin, link, row_url
from apps.singularity.ingestion.admin.filters import CodebaseFilter, EcosystemFilter, ScopeFilter
from apps.singularity.ingestion.models import DeclaredDependency, File, SecretFinding


def _place(file: File, line: int | None) -> str:
    return link(row_url(file), f"{file.path}:{line}" if line else file.path)


@admin.register(DeclaredDependency)
class DependencyAdmin(InstanceAdmin):
    """Packages that manifests and lock files name."""

    list_display = ("purl", "requirement", "scope_shown", "origin", "place", "codebase")
    list_filter = (
        ("codebase", CodebaseFilter),
        EcosystemFilter,
        ScopeFilter,
        ("locked", BooleanRadioFilter),
    )
    list_select_related = ("file", "codebase")
    search_fields = ("purl",)
    search_help_text = "Package URL"
    fields = ("purl", "requirement", "scope", "origin", "place", "codebase")
    readonly_fields = ("origin", "place")

    @display(description="Scope", label=True)
    def scope_shown(self, dependency: DeclaredDependency) -> str:
        """What it is needed for."""
        return dependency.scope

    @display(description="From", label={"lock file": "success"})
    def origin(self, dependency: DeclaredDependency) -> str:
        """What names it: a lock file fixes one exact version."""
        return "lock file" if dependency.locked else "manifest"

    @display(description="Declared in")
    def place(self, dependency: DeclaredDependency) -> str:
        """File and line."""
        return _place(dependency.file, dependency.line)


@admin.register(SecretFinding)
class SecretAdmin(InstanceAdmin):
    """Secrets that were scrubbed before anything was stored; their values are kept nowhere."""

    list_display = ("kind", "place", "codebase")
    list_filter = (("codebase", CodebaseFilter),)
    list_select_related = ("file", "codebase")
    search_fields = ("kind",)
    search_help_text = "Kind"
    fields = ("kind", "place", "codebase")
    readonly_fields = ("place",)

    @display(description="Stands in")
    def place(self, finding: SecretFinding) -> str:
        """File and line."""
        return _place(finding.file, finding.line)
