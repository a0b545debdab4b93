"""Which code bases declare a package, and in which version."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Func, TextField, Value

from apps.shared.packages.names import purl_split
from apps.singularity.ingestion.models import DeclaredDependency


@dataclass(frozen=True, slots=True)
class DeclaredPackage:
    """A package that a code base declares; ``version`` is empty where no lock file fixes it."""

    codebase: str
    purl: str
    version: str
    requirement: str


def packages_declared(*, instance: str, purls: Collection[str]) -> list[DeclaredPackage]:
    """What an instance's code bases declare of these packages (purls without version)."""
    plain = Func(
        F("purl"), Value("@"), Value(1), function="split_part", output_field=TextField()
    )  # a name's own @ is written %40
    rows = DeclaredDependency.objects.filter(instance=instance).annotate(plain=plain)
    found = rows.filter(plain__in=list(purls)).order_by("codebase__name", "purl", "requirement")
    fields = ("codebase__name", "plain", "purl", "locked", "requirement")
    return [
        DeclaredPackage(codebase, package, purl_split(purl)[3] if locked else "", requirement)
        for codebase, package, purl, locked, requirement in found.values_list(*fields).distinct()
    ]
