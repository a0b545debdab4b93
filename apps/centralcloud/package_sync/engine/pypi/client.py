"""Asks a Python index for one project after another.

The project's page of the simple API says which files there are, and where their core metadata is.
The JSON API adds what only it has: who may publish, what is known against a version. Core metadata
and source distributions never change, so they come once. An index with one of both APIs will do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from urllib.parse import quote

from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.pypi.advising import advisories_of
from apps.centralcloud.package_sync.engine.pypi.api import project_read
from apps.centralcloud.package_sync.engine.pypi.assembling import (
    Project,
    deprecation,
    homepage_of,
    licence_of,
    repository_of,
)
from apps.centralcloud.package_sync.engine.pypi.building import LARGEST_SOURCE, build_tools
from apps.centralcloud.package_sync.engine.pypi.evidence import (
    language_untold,
    project_implementations,
)
from apps.centralcloud.package_sync.engine.pypi.metadata import metadata_read
from apps.centralcloud.package_sync.engine.pypi.model import Described, File, Listing, Told
from apps.centralcloud.package_sync.engine.pypi.model import Project as Answer
from apps.centralcloud.package_sync.engine.pypi.naming import project_name
from apps.centralcloud.package_sync.engine.pypi.simple import ACCEPT, listing_read
from apps.centralcloud.package_sync.engine.reading import Part, digest_of
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    Refused,
    TooLarge,
)
from apps.shared.packages.names import purl_of
from apps.shared.packages.versions import versions_sorted

READING = "pypi-2"
"""Another number where documents are read in another way, so that all are read again."""
MOST_WANTED = 100
"""Versions, beside the latest, that cost requests of their own."""
_ANY = "*/*"


class PyPI:
    """A Python index: its simple API, its JSON API, or both."""

    ecosystem = "pypi"

    def __init__(self, fetcher: Fetcher, place: Place) -> None:
        self._fetcher = fetcher
        self._place = place

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """The project as the index describes it now; see ``Registry``."""
        name = project_name(name)
        asked = versions_sorted("pypi", set(wanted))[-MOST_WANTED:]
        page, answers = self._page(name), self._answers(name, asked)
        if page is None and not answers:
            raise PackageMissing("the registry has no such package")
        bodies = [page.body if page else b"", *(one.body for one in answers), *map(_bytes, asked)]
        digest = digest_of(READING, *bodies)
        if digest == known:
            return None
        listing = listing_read(name, page) if page else Listing()
        read = [project_read(name, Part.of(one.json(), "the API's answer")) for one in answers]
        return self._record(name, listing, read, asked, digest)

    def _record(
        self,
        name: str,
        listing: Listing,
        answers: Sequence[Answer],
        asked: Sequence[str],
        digest: str,
    ) -> PackageRecord:
        project = Project.of(listing, *(one.listing for one in answers))
        latest = project.latest(answers[0].described.version if answers else "")
        by_version = {project.named(one.described.version): one.described for one in answers}
        for version in filter(None, dict.fromkeys([latest, *map(project.named, asked)])):
            files, said = project.files[version], by_version.get(version)
            project.described[version] = self._described(version, files, said)
        said = project.described.get(latest, Described())
        versions = tuple(map(project.version, project.files))
        return PackageRecord(
            purl=purl_of("pypi", name),
            ecosystem="pypi",
            namespace="",
            name=name,
            digest=digest,
            versions=versions,
            latest=latest,
            summary=said.summary,
            licence=licence_of(said),
            keywords=said.keywords,
            homepage=homepage_of(said),
            repository=repository_of(said),
            deprecated=deprecation(listing, said),
            maintainers=next((one.maintainers for one in answers), None),
            implementations=project_implementations(
                said, project.files.get(latest, ()), self._tools(said, project, latest)
            ),
            advisories=advisories_of(
                name,
                _told(project, answers),
                {one.version: one.released_at for one in versions},
            ),
        )

    def _page(self, name: str) -> Document | None:
        try:
            return self._fetcher.get(self._place, f"{name}/", accept=ACCEPT)
        except PackageMissing:
            return None

    def _answers(self, name: str, asked: Sequence[str]) -> list[Document]:
        """What the JSON API says of the project and of versions; nothing where there is none."""
        whole = self._answer(f"{name}/json")
        if whole is None:
            return []
        paths = (f"{name}/{quote(version, safe='')}/json" for version in asked)
        return [whole, *filter(None, map(self._answer, paths))]

    def _answer(self, path: str) -> Document | None:
        if not self._place.api:
            return None
        try:
            document = self._fetcher.get(self._place, self._place.api + path)
            if self._place.private:
                document.json()
        except PackageMissing:
            return None
        except (Malformed, Refused):
            if not self._place.private:
                raise
            return None  # where a company's index would have its JSON API is only a guess
        return document

    def _described(self, version: str, files: Sequence[File], said: Described | None) -> Described:
        """What a version says of itself. Its wheel knows best what it needs."""
        wheels = [file for file in files if file.is_wheel and file.metadata is not None]
        wheel = min(wheels, key=lambda file: (file.compiled, file.name), default=None)
        core = self._core(version, wheel) if wheel else None
        if said is None:
            return core or Described(version)
        if core is not None:
            return replace(said, needs=core.needs, expression=said.expression or core.expression)
        built = any(file.is_wheel for file in files)
        return replace(said, needs=()) if said.needs is None and built else said

    def _core(self, version: str, wheel: File) -> Described | None:
        try:
            document = self._fetcher.get(self._place, f"{wheel.url}.metadata", accept=_ANY)
        except (PackageMissing, Refused):
            return None  # files lie on a host of their own, which may not be asked
        return metadata_read(document.body, version=version, digest=wheel.metadata or "")

    def _tools(self, said: Described, project: Project, latest: str) -> tuple[str, ...]:
        """What the latest version is built with, where nothing else tells the language."""
        files = project.files.get(latest, [])
        sources = (file for file in files if file.name.endswith(".tar.gz") and file.url)
        source = next(sources, None)
        if source is None or not language_untold(said, files):
            return ()
        if source.size is not None and source.size > LARGEST_SOURCE:
            return ()
        try:
            document = self._fetcher.get(self._place, source.url, accept=_ANY, limit=LARGEST_SOURCE)
        except (PackageMissing, Refused, TooLarge):
            return ()
        return build_tools(document.body)


def _told(project: Project, answers: Sequence[Answer]) -> list[Told]:
    """What is told of versions that are there, each under the name that it has here."""
    told = (one for answer in answers for one in answer.told)
    named = (replace(one, version=project.named(one.version)) for one in told)
    return list(dict.fromkeys(one for one in named if one.version))


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
