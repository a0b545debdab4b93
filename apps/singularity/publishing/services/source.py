"""One code base as publishing reads it: each part at first need, all of it for one sync."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.conf import settings

from apps.singularity.ingestion.selectors.published import defined_names
from apps.singularity.ingestion.selectors.texts import (
    DeclaredRow,
    codebase_paths,
    declared_dependencies,
)
from apps.singularity.patterns.engine.names.libraries import libraries_of
from apps.singularity.patterns.selectors.changed import own_packages
from apps.singularity.publishing.engine.names import NamePolicy
from apps.singularity.publishing.engine.own_words import own_words
from apps.singularity.publishing.engine.packages import (
    OwnPackage,
    PackagePolicy,
    purl_plain,
)


class Source:
    """What a code base declares, is and defines, and the policies that follow from it."""

    def __init__(self, codebase: Any) -> None:
        self.codebase = codebase

    @cached_property
    def declared(self) -> Sequence[DeclaredRow]:
        """What manifests and lock files declare."""
        return declared_dependencies(codebase=self.codebase)

    @cached_property
    def _own(self) -> Sequence[OwnPackage]:
        read = own_packages(codebase=self.codebase)
        return [OwnPackage(one.ecosystem, one.name) for one in read if one.name]

    @cached_property
    def packages(self) -> PackagePolicy:
        """Which packages may be mentioned."""
        return PackagePolicy(self.declared, self._own, settings.PUBLISH_EXCLUDE)

    @cached_property
    def names(self) -> NamePolicy:
        """Which names may be shown."""
        paths = codebase_paths(codebase=self.codebase)
        purls = {purl_plain(row.purl) for row in self.declared}
        libraries = libraries_of(declared=purls, paths=paths)
        libraries.add_own(defined_names(codebase=self.codebase))
        public = [purl for purl in purls if self.packages.refusal(purl) is None]
        called = [self.codebase.name, *(one.name for one in self._own)]
        return NamePolicy(libraries, self.packages.refusal, own_words(called, public=public))
