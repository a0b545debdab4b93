"""Architecture patterns and frameworks in the words of the product's own definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from apps.shared.contracts.payloads import ArchitectureFact, FrameworkFact
from apps.singularity.patterns.engine.architecture import Definition
from apps.singularity.patterns.engine.changed import KnownArchitecture, KnownFramework
from apps.singularity.patterns.engine.definitions import Definitions
from apps.singularity.publishing.engine.names import RefusePackage
from apps.singularity.publishing.engine.packages import SCOPES, purl_plain
from apps.singularity.publishing.engine.refusal import Reason, Refused
from apps.singularity.publishing.engine.requirements import requirement_told, version_told

SELF = "self"


@dataclass(frozen=True)
class OwnWords:
    """The product's definitions: names and categories are taken from them, never from a row."""

    definitions: Definitions

    @cached_property
    def _patterns(self) -> Mapping[str, Definition]:
        return {one.key: one for one in self.definitions.patterns}

    def architecture_fact(self, row: KnownArchitecture) -> ArchitectureFact:
        """What is told of an architecture pattern. Raises Refused."""
        definition = self._patterns.get(row.key)
        if definition is None:
            raise Refused(Reason.OWN_DEFINITION, row.key)
        try:
            return ArchitectureFact(
                key=definition.key,
                name=definition.name,
                confidence=row.confidence,
                evidence=tuple(sorted(_kinds(definition, row.met))),
                first_seen_at=row.first_seen_at,
            )
        except ValidationError as error:
            raise _off_contract(error) from None

    def framework_fact(self, row: KnownFramework, refuse_package: RefusePackage) -> FrameworkFact:
        """What is told of a framework that is used. Raises Refused."""
        rule = self.definitions.rules.by_key.get(row.key)
        if rule is None:
            raise Refused(Reason.OWN_DEFINITION, row.key)
        if row.role == SELF:
            raise Refused(Reason.OWN, row.key)
        purl = purl_plain(row.purl)
        if purl and (reason := refuse_package(purl)):
            raise Refused(reason, purl)
        try:
            return FrameworkFact(
                key=rule.key,
                name=rule.name,
                category=rule.category,
                scope=row.scope if row.scope in SCOPES else "",
                purl=purl or None,
                version=version_told(row.version),
                requirement=requirement_told(row.requirement),
                confidence=row.confidence,
                first_seen_at=row.first_seen_at,
            )
        except ValidationError as error:
            raise _off_contract(error) from None


def _kinds(definition: Definition, met: Iterable[str]) -> set[str]:
    """What the indicators with these texts look at: one word each, no place and no text."""
    by_text = {indicator.text: indicator for indicator in definition.indicators.values()}
    found = [by_text[text] for text in met if text in by_text]
    return {
        name
        for indicator in found
        for name in indicator.__struct_fields__[2:]
        if getattr(indicator, name) is not None
    }


def _off_contract(error: ValidationError) -> Refused:
    return Refused(Reason.OFF_CONTRACT, error.errors(include_url=False)[0]["msg"])
