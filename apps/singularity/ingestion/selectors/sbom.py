"""What code bases are made of, as a bill of materials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from apps.shared.core.version import VERSION
from apps.shared.packages.names import purl_plain, purl_split
from apps.shared.packages.sbom import Sbom, SbomComponent, sbom_json
from apps.shared.packages.versions import exact_version
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.texts import DeclaredRow, declared_dependencies


def sbom_of(*, instance: str, codebase: str = "", made_at: datetime) -> str:
    """CycloneDX JSON of the code base of this name, or of all that the instance has.

    Raises:
        UnknownCodebase: there is none of the name; the message lists those there are.
    """
    rows = codebases_of(instance=instance, name=codebase)
    return codebases_sbom(codebases=rows, subject=codebase or instance, made_at=made_at)


def codebases_sbom(*, codebases: Iterable[Codebase], subject: str, made_at: datetime) -> str:
    """CycloneDX JSON of what manifests and lock files of these code bases declare."""
    declared = [declared_dependencies(codebase=one) for one in codebases]
    components = [part for rows in declared for part in components_of(rows)]
    return sbom_json(
        Sbom(subject=subject, made_at=made_at, tool_version=VERSION, components=components)
    )


def components_of(rows: Iterable[DeclaredRow]) -> Iterator[SbomComponent]:
    """Each package of a code base in each version that it pins, or without any.

    Lock files pin versions; where there are none, so do requirements that one version meets.
    """
    packages: dict[str, list[DeclaredRow]] = defaultdict(list)
    for row in rows:
        packages[purl_plain(row.purl)].append(row)
    for purl, same in packages.items():
        yield from _components(purl, same)


def _components(purl: str, rows: Sequence[DeclaredRow]) -> Iterator[SbomComponent]:
    written = [row for row in rows if not row.locked]
    locked = {purl_split(row.purl)[3] for row in rows if row.locked} - {""}
    ecosystem = purl_split(purl)[0]
    exact = {exact_version(ecosystem, row.requirement) for row in written} - {""}
    for version in sorted(locked or exact) or [""]:
        yield SbomComponent(
            purl=purl,
            version=version,
            pinned=bool(version),
            declared=bool(written),
            requirements=tuple(sorted({row.requirement for row in written} - {""})),
            scopes=tuple(sorted({row.scope for row in rows} - {""})),
        )
