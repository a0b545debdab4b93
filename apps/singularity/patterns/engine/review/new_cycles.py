"""New imports that close a cycle of modules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from apps.singularity.patterns.engine.architecture import cycle_closed_by, source_file
from apps.singularity.patterns.engine.architecture.resolve import Resolver, unit_of
from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.review.model import Learned, Level, Remark, RemarkKind
from apps.singularity.patterns.engine.review.read import Read

Edge = tuple[str, str]


def new_cycles(reads: Sequence[Read], learned: Learned, gone: Collection[str]) -> Iterator[Remark]:
    """One remark for each new import at run time that closes a cycle which was not there."""
    imports = list(_imports(reads, learned, gone))
    outdated = {*gone, *(read.path for read in reads)}
    kept = {edge for edge in learned.edges if edge[0] not in outdated and edge[1] not in gone}
    edges = kept | {edge for edge, _ in imports}
    for edge, place in imports:
        if edge not in learned.edges and place is not None:
            cycle = cycle_closed_by(edges - {edge}, edge)
            if cycle:
                yield Remark(
                    kind=RemarkKind.NEW_CYCLE,
                    level=Level.WARNING,
                    place=place,
                    symbol="",
                    message=f"this import closes a cycle: {' -> '.join((*cycle, cycle[0]))}",
                )


def _imports(
    reads: Sequence[Read], learned: Learned, gone: Collection[str]
) -> Iterator[tuple[Edge, Place | None]]:
    """The dependencies of the reviewed files at run time, with the place of those that are new."""
    files = {file.path: file for file in learned.files if file.path not in gone}
    files |= {read.path: source_file(read.path, read.facts) for read in reads}
    resolver = Resolver(list(files.values()), learned.packages)
    for read in reads:
        source = unit_of(files[read.path])
        for imported in read.facts.imports:
            if imported.deferred or imported.typing_only:
                continue
            is_new = read.file.lines.holds(imported.line)
            place = Place(read.path, imported.line, imported.line) if is_new else None
            for target in resolver.resolve(read.path, imported):
                if target != source:
                    yield (source, target), place
