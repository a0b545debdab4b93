"""What this instance's own code bases declare: an answer where Centralcloud gives none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from apps.shared.contracts.payloads.queries import OwnVersion, PackagesAnswer, PackageUse
from apps.shared.packages.names import purl_plain, purl_split
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.texts import DeclaredRow, declared_dependencies

VERSION_LENGTH = 100


@dataclass(slots=True)
class _Own:
    """A package, the code bases that declare it, and the versions that lock files pin."""

    codebases: set[int] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)


def packages_own(
    *, words: Collection[str] = (), ecosystem: str = "", purl: str = "", limit: int
) -> PackagesAnswer:
    """Declared packages whose purl has all words, those of most code bases first."""
    wanted = _named(purl)
    found = {
        name: one
        for name, one in _declared().items()
        if (not wanted or name == wanted)
        and (not ecosystem or purl_split(name)[0] == ecosystem)
        and all(word.lower() in name.lower() for word in words)
    }
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1].codebases), pair[0]))
    return PackagesAnswer(packages=tuple(_uses(ordered[:limit])), total=len(ordered))


def ecosystems_own() -> list[str]:
    """Types of the purls that are declared here."""
    return sorted({purl_split(purl)[0] for purl in _declared()})


def _declared() -> Mapping[str, _Own]:
    found: dict[str, _Own] = defaultdict(_Own)
    for codebase in codebases_of(instance=settings.INSTANCE_ID):
        for row in declared_dependencies(codebase=codebase):
            name, _, _ = row.purl.partition("@")  # a name's own @ is written %40
            found[name].codebases.add(codebase.pk)
            found[name].versions |= _pinned(row)
    return found


def _named(purl: str) -> str:
    """A purl as packages are kept under; as it is written where it is none."""
    try:
        return purl_plain(purl)
    except ValueError:
        return purl


def _pinned(row: DeclaredRow) -> set[str]:
    version = purl_split(row.purl)[3] if row.locked else ""
    return {version} if 0 < len(version) <= VERSION_LENGTH else set()


def _uses(found: Iterable[tuple[str, _Own]]) -> Iterable[PackageUse]:
    for purl, one in found:
        mine = (OwnVersion(version=text, pinned=True) for text in sorted(one.versions)[:50])
        yield PackageUse(purl=purl, instances=1, codebases=len(one.codebases), mine=tuple(mine))
