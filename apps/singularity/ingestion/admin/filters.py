"""List filters whose choices come from tables of the engine, never from a scan of the rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from apps.singularity.ingestion.engine.languages import LANGUAGES, Kind
from apps.singularity.ingestion.models import File

LANGUAGE_CHOICES = [(name, name) for name in sorted(LANGUAGES)]
KIND_CHOICES = [(kind.value, kind.value) for kind in Kind]
ECOSYSTEMS = ("cargo", "golang", "hex", "npm", "pypi")
SCOPES = (
    "runtime", "dev", "test", "docs", "build", "optional", "peer", "indirect", "workspace",
)  # fmt: skip


class ChoiceFilter(DropdownFilter):
    """One value of a column, out of a fixed table."""

    pairs: ClassVar[list[tuple[str, str]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The table."""
        return self.pairs

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with the value."""
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class LanguageFilter(ChoiceFilter):
    """By language."""

    title = "language"
    parameter_name = "language"
    pairs = LANGUAGE_CHOICES


class KindFilter(ChoiceFilter):
    """By kind of chunk."""

    title = "kind"
    parameter_name = "kind"
    pairs = KIND_CHOICES


class ScopeFilter(ChoiceFilter):
    """By what a dependency is needed for."""

    title = "scope"
    parameter_name = "scope"
    pairs = [(scope, scope) for scope in SCOPES]


class EcosystemFilter(DropdownFilter):
    """By the type of a package URL."""

    title = "ecosystem"
    parameter_name = "ecosystem"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The ecosystems whose manifests are read."""
        return [(name, name) for name in ECOSYSTEMS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Dependencies of the ecosystem."""
        if not self.value():
            return queryset
        return queryset.filter(purl__startswith=f"pkg:{self.value()}/")


class CodebaseFilter(RelatedDropdownFilter):
    """By code base, out of this instance's."""

    def has_output(self) -> bool:
        """Even of one code base: Django drops a filter that it does not show."""
        return True

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        """The code bases of this instance."""
        choices: list[Any] = field.get_choices(
            include_blank=False, limit_choices_to={"instance": settings.INSTANCE_ID}
        )
        return choices


class OwnFileForm(AutocompleteDropdownForm):
    """Names the chosen file only where it is of this instance."""

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, name=name, **kwargs)
        self.fields[name].queryset = File.objects.filter(instance=settings.INSTANCE_ID)


class FileFilter(AutocompleteSelectFilter):
    """By file, found by typing a part of its path."""

    form_class = OwnFileForm
