"""What an instance is made of, as a bill of materials: what it declares, joined with registries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from apps.centralcloud.fleet.selectors.listing import instances_listed
from apps.centralcloud.package_sync.engine.record import Scope
from apps.centralcloud.package_sync.models import AffectedVersion, Dependency, Use, UsedVersion
from apps.centralcloud.package_sync.selectors.marks import SEVERITIES
from apps.shared.core.version import VERSION
from apps.shared.packages.sbom import Sbom, SbomComponent, SbomVulnerability, sbom_json
from apps.shared.packages.versions import allows

Had = tuple[Use, UsedVersion | None]
"""A use, and a version of it; none where none is known."""


class UnknownSubject(Exception):
    """There is no such instance, or it has no such code base; the message says what there is."""


def instance_sbom(*, instance: str, codebase: str = "", made_at: datetime) -> str:
    """CycloneDX JSON of what an instance uses, or one of its code bases; six queries.

    Args:
        codebase: its key, or how that begins.

    Raises:
        UnknownSubject: there is none of that name.
    """
    key = _key(instance, codebase)
    had = _had(instance, key)
    return sbom_json(
        Sbom(
            subject=f"{instance}/{key}" if key else instance,
            made_at=made_at,
            tool_version=VERSION,
            components=[_component(use, version) for use, version in had],
            needs=_needs(had),
            vulnerabilities=_vulnerabilities(had),
        )
    )


def codebases_using(instance: str) -> list[str]:
    """Keys of an instance's code bases that declare something."""
    rows = Use.objects.filter(instance=instance).order_by("codebase")
    return list(rows.values_list("codebase", flat=True).distinct())


def _key(instance: str, begins: str) -> str:
    """The whole key of a code base; empty where none is asked for."""
    known = [one.instance.name for one in instances_listed()]
    if instance not in known:
        there = ", ".join(known[:20]) or "none yet"
        raise UnknownSubject(f"no instance is called {instance!r}; known: {there}")
    if not begins:
        return ""
    keys = codebases_using(instance)
    found = [key for key in keys if key.startswith(begins)]
    if len(found) != 1:
        there = ", ".join(keys[:20]) or "none yet"
        raise UnknownSubject(
            f"{instance} has {len(found) or 'no'} code bases whose keys begin with {begins!r}; "
            f"those that declare packages: {there}"
        )
    return found[0]


def _had(instance: str, codebase: str) -> list[Had]:
    """Each use with each of its versions."""
    uses = Use.objects.filter(instance=instance).select_related("package")
    if codebase:
        uses = uses.filter(codebase=codebase)
    rows = UsedVersion.objects.filter(use__in=uses.order_by().values("pk"))
    versions: dict[int, list[UsedVersion | None]] = defaultdict(list)
    for row in rows.select_related("version").order_by("text"):
        versions[row.use_id].append(row)
    none: list[UsedVersion | None] = [None]
    return [(use, one) for use in uses for one in versions.get(use.pk, none)]


def _component(use: Use, had: UsedVersion | None) -> SbomComponent:
    known = had.version if had else None
    return SbomComponent(
        purl=use.package.purl,
        version=had.text if had else "",
        licence=(known.licence if known else "") or use.package.licence,
        pinned=bool(had and had.pinned),
        declared=bool(use.requirements),
        requirements=tuple(use.requirements),
        scopes=tuple(use.scopes),
    )


def _needs(had: Iterable[Had]) -> Mapping[str, Collection[str]]:
    """Which component needs which: among those that are there, as registries tell."""
    refs: dict[int, str] = {}
    targets: dict[int, dict[str, str]] = defaultdict(dict)
    for use, version in had:
        ref = _component(use, version).ref
        targets[use.package_id][ref] = version.text if version else ""
        if version and version.version_id:
            refs[version.version_id] = ref
    rows = Dependency.objects.filter(version__in=refs, target__in=targets).exclude(scope=Scope.DEV)
    found: dict[str, set[str]] = defaultdict(set)
    fields = ("version", "target", "target__ecosystem", "requirement")
    for source, target, ecosystem, requirement in rows.values_list(*fields):
        found[refs[source]].update(_fitting(targets[target], ecosystem, requirement))
    return found


def _fitting(there: Mapping[str, str], ecosystem: str, requirement: str) -> Iterator[str]:
    """The versions that a requirement allows; where it is not understood, all."""
    for ref, version in there.items():
        if not version or allows(ecosystem, requirement, version) is not False:
            yield ref


def _vulnerabilities(had: Iterable[Had]) -> list[SbomVulnerability]:
    """One for each vulnerability, under whichever of its names most is known."""
    refs = {one.version_id: _component(use, one).ref for use, one in had if one and one.version_id}
    rows = AffectedVersion.objects.filter(version__in=refs, affected__advisory__withdrawn_at=None)
    groups: dict[str, list[AffectedVersion]] = defaultdict(list)
    for row in rows.select_related("affected__advisory").order_by("affected__advisory__osv_id"):
        groups[row.affected.advisory.group].append(row)
    return [_vulnerability(same, refs) for same in groups.values()]


def _vulnerability(rows: Sequence[AffectedVersion], refs: Mapping[int, str]) -> SbomVulnerability:
    best = min(rows, key=lambda row: SEVERITIES.index(row.affected.advisory.severity))
    told = best.affected.advisory
    fixed: dict[str, str] = {}
    for row in rows:
        ref = refs[row.version_id]
        fixed[ref] = fixed.get(ref) or row.fixed
    return SbomVulnerability(
        id=told.osv_id,
        source=told.source,
        affects=tuple(sorted(fixed.items())),
        severity=told.severity,
        score=told.score,
        vector=told.vector,
        summary=told.summary,
    )
