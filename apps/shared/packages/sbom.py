"""Software bills of materials in CycloneDX 1.6: components, what they need and what ails them.

Source: ECMA-424, through cyclonedx-python-lib. The same content gives the same bytes, in whatever
order it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID, uuid5

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import LicenseExpression
from cyclonedx.model.tool import ToolRepository
from cyclonedx.model.vulnerability import (
    BomTarget,
    BomTargetVersionRange,
    Vulnerability,
    VulnerabilityRating,
    VulnerabilityScoreSource,
    VulnerabilitySeverity,
    VulnerabilitySource,
)
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from apps.shared.packages.names import full_name, purl_read, purl_split

TOOL = "Singularity"
SUBJECT_REF = "subject"
MEDIA_TYPE = "application/vnd.cyclonedx+json; version=1.6"
_SERIALS = UUID("6d5b7a52-6d07-5a3c-9a1c-3c8a0c1f6f0e")
_OPTIONAL = frozenset({"dev", "test", "docs", "build", "optional"})
_SEVERITIES = {one.value for one in VulnerabilitySeverity}


@dataclass(frozen=True, slots=True, order=True)
class SbomComponent:
    """A package in one version, or without where none is known.

    ``purl`` has no version. ``licence`` is an SPDX expression or empty. ``pinned``: a lock file
    says the version; else it was resolved from ``requirements``, which are those of manifests.
    ``declared``: a manifest names the package. ``scopes`` say what it is needed for.
    """

    purl: str
    version: str = ""
    licence: str = ""
    pinned: bool = False
    declared: bool = True
    requirements: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """What names it in the bill: its purl with the version."""
        return _versioned(self.purl, self.version).to_string()

    @property
    def required(self) -> bool:
        """Whether it is needed where the software runs, as far as scopes say."""
        return not self.scopes or not _OPTIONAL.issuperset(self.scopes)


@dataclass(frozen=True, slots=True, order=True)
class SbomVulnerability:
    """An advisory. ``affects`` are the refs of components, each with the version that mends it.

    ``score`` is a CVSS base score, 0 to 10, none where nobody gave one; ``severity`` is none, low,
    medium, high or critical, or empty.
    """

    id: str
    source: str
    affects: tuple[tuple[str, str], ...]
    severity: str = ""
    score: float | None = None
    vector: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Sbom:
    """What a bill says. ``needs`` leads from refs to refs, both of components that are in it."""

    subject: str
    made_at: datetime
    tool_version: str
    components: Collection[SbomComponent] = ()
    needs: Mapping[str, Collection[str]] = field(default_factory=dict)
    vulnerabilities: Collection[SbomVulnerability] = ()


def sbom_json(sbom: Sbom) -> str:
    """The bill as JSON text of CycloneDX 1.6.

    Raises:
        ValueError: a component's purl is none.
    """
    components = components_merged(sbom.components)
    needs = {ref: sorted(set(refs)) for ref, refs in sorted(sbom.needs.items())}
    ailments = sorted(sbom.vulnerabilities)
    # the specification wants another serial number of each bill, also where nothing else changed
    told = (sbom.subject, sbom.made_at, sbom.tool_version, components, needs, ailments)
    bom = Bom(
        serial_number=uuid5(_SERIALS, repr(told)),
        metadata=_metadata(sbom),
        components=map(_component, components),
        dependencies=_dependencies(components, needs),
        vulnerabilities=map(_vulnerability, ailments),
    )
    return JsonV1Dot6(bom).output_as_string(indent=2)


def components_merged(components: Iterable[SbomComponent]) -> list[SbomComponent]:
    """Each package and version once, in order, with all that is said of it."""
    found: dict[str, list[SbomComponent]] = defaultdict(list)
    for one in sorted(components):
        found[one.ref].append(one)
    return [_merged(found[ref]) for ref in sorted(found)]


def _merged(same: list[SbomComponent]) -> SbomComponent:
    first = same[0]
    return SbomComponent(
        purl=first.purl,
        version=first.version,
        licence=max(one.licence for one in same),
        pinned=any(one.pinned for one in same),
        declared=any(one.declared for one in same),
        requirements=tuple(sorted({text for one in same for text in one.requirements})),
        # one that says nothing of its scope is needed, whatever the others say
        scopes=()
        if any(not one.scopes for one in same)
        else tuple(sorted({scope for one in same for scope in one.scopes})),
    )


@lru_cache(maxsize=16_384)
def _versioned(purl: str, version: str) -> PackageURL:
    found = purl_read(purl)
    return found._replace(version=version or None)


def _metadata(sbom: Sbom) -> BomMetaData:
    tool = Component(name=TOOL, version=sbom.tool_version, type=ComponentType.APPLICATION)
    subject = Component(name=sbom.subject, type=ComponentType.APPLICATION, bom_ref=SUBJECT_REF)
    tools = ToolRepository(components=[tool])
    return BomMetaData(tools=tools, component=subject, timestamp=sbom.made_at)


def _component(one: SbomComponent) -> Component:
    purl = _versioned(one.purl, one.version)
    return Component(
        bom_ref=one.ref,
        type=ComponentType.LIBRARY,
        group=purl.namespace,
        name=purl.name,
        version=one.version or None,
        purl=purl,
        scope=ComponentScope.REQUIRED if one.required else ComponentScope.OPTIONAL,
        licenses=[LicenseExpression(one.licence)] if one.licence else None,
        properties=_properties(one),
    )


def _properties(one: SbomComponent) -> list[Property]:
    known = ("pinned" if one.pinned else "resolved") if one.version else "unknown"
    told = [("version", known)]
    told += [("requirement", text) for text in one.requirements]
    told += [("scope", scope) for scope in one.scopes]
    return [Property(name=f"singularity:{name}", value=value) for name, value in told]


def _dependencies(
    components: Collection[SbomComponent], needs: Mapping[str, Collection[str]]
) -> list[Dependency]:
    """The graph: the subject needs what manifests name, and whatever nothing else here needs.

    Where only lock files speak and all need each other, it needs everything.
    """
    needed = {ref for refs in needs.values() for ref in refs}
    mine = [one.ref for one in components if one.declared or one.ref not in needed]
    mine = mine or [one.ref for one in components]
    everyone = {SUBJECT_REF: mine} | {one.ref: needs.get(one.ref, ()) for one in components}
    return [_dependency(ref, refs) for ref, refs in everyone.items()]


def _dependency(ref: str, needs: Iterable[str]) -> Dependency:
    return Dependency(BomRef(ref), dependencies=[Dependency(BomRef(one)) for one in needs])


def _vulnerability(one: SbomVulnerability) -> Vulnerability:
    source = VulnerabilitySource(name=one.source)
    return Vulnerability(
        bom_ref=f"vulnerability:{one.id}",
        id=one.id,
        source=source,
        description=one.summary or None,
        ratings=_ratings(one, source),
        recommendation=_recommendation(one),
        affects=[_target(ref) for ref, _ in one.affects],
    )


def _ratings(one: SbomVulnerability, source: VulnerabilitySource) -> list[VulnerabilityRating]:
    if not one.severity and one.score is None:
        return []
    severity = one.severity if one.severity in _SEVERITIES else "unknown"
    return [
        VulnerabilityRating(
            source=source,
            score=None if one.score is None else Decimal(str(one.score)),
            severity=VulnerabilitySeverity(severity),
            method=VulnerabilityScoreSource.get_from_vector(one.vector) if one.vector else None,
            vector=one.vector or None,
        )
    ]


def _recommendation(one: SbomVulnerability) -> str | None:
    """What to update to, package by package."""
    steps = {
        f"Update {full_name(ref)} to {fixed}."
        if fixed
        else f"No version of {full_name(ref)} mends it yet."
        for ref, fixed in one.affects
    }
    return " ".join(sorted(steps)) or None


def _target(ref: str) -> BomTarget:
    version = purl_split(ref)[3]
    return BomTarget(
        ref=ref, versions=[BomTargetVersionRange(version=version)] if version else None
    )
