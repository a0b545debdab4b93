"""Asks a cargo registry for one crate after another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from urllib.parse import quote

from apps.centralcloud.package_sync.engine.cargo.api import (
    crate_read,
    dependencies_read,
    owners_read,
    releases_of_api,
)
from apps.centralcloud.package_sync.engine.cargo.assembling import latest_version, record_assemble
from apps.centralcloud.package_sync.engine.cargo.index import index_path, index_read
from apps.centralcloud.package_sync.engine.cargo.model import Crate, Release
from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.reading import Part, address, digest_of
from apps.centralcloud.package_sync.engine.record import DependencyRecord, PackageRecord
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    Refused,
    Unavailable,
)

READING = "cargo-1"
"""Another number where documents are read in another way, so that all are read again."""
MOST_WANTED = 100
"""Versions whose dependencies are asked for where each costs a request."""


class Cargo:
    """A registry of crates: its sparse index, its API, or both."""

    ecosystem = "cargo"

    def __init__(self, fetcher: Fetcher, place: Place) -> None:
        self._fetcher = fetcher
        self._place = place

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """The crate as the registry describes it now; see ``Registry``."""
        path = index_path(name)
        index = self._fetcher.get(self._place, path, accept="*/*") if self._speaks_index else None
        described = self._described(name)
        if index is None and not described:
            raise PackageMissing("the registry has no such package")
        if index is None:
            return self._of_api(name, described, wanted, known)
        digest = digest_of(READING, index.body, *(one.body for one in described))
        if digest == known:
            return None
        return self._record(name, index_read(name, index.body), described, digest)

    def _of_api(
        self, name: str, described: list[Document], wanted: Collection[str], known: str
    ) -> PackageRecord | None:
        """Without an index, dependencies cost a request for each version."""
        crate = crate_read(name, _part(described[0]))
        latest = latest_version(releases_of_api(crate, {}), crate.latest)
        asked = [one for one in dict.fromkeys([latest, *sorted(wanted)]) if one in crate.versions]
        listed = {one: self._listed(name, one) for one in asked[:MOST_WANTED]}
        digest = digest_of(READING, *(one.body for one in [*described, *listed.values()]))
        if digest == known:
            return None
        needs = {one: _needs(document) for one, document in listed.items()}
        return self._record(name, releases_of_api(crate, needs), described, digest)

    def _record(
        self, name: str, releases: dict[str, Release], described: list[Document], digest: str
    ) -> PackageRecord:
        parts = [_part(document) for document in described]
        crate = crate_read(name, parts[0]) if parts else Crate()
        maintainers = owners_read(parts[1]) if parts[1:] else None
        return record_assemble(name, releases, crate, maintainers=maintainers, digest=digest)

    def _described(self, name: str) -> list[Document]:
        """What the API says of the crate and of its owners; nothing where there is no API."""
        return list(self._documents(f"crates/{quote(name)}", f"crates/{quote(name)}/owners"))

    def _documents(self, *paths: str) -> Iterator[Document]:
        for path in paths:
            if not self._api:
                return
            try:
                document = self._fetcher.get(self._place, self._api + path)
                if self._place.private:
                    _part(document)
            except PackageMissing:
                return
            except (Malformed, Refused):
                if not self._place.private:
                    raise
                return  # a company's registry need not have more than its index
            yield document

    def _listed(self, name: str, version: str) -> Document:
        path = f"crates/{quote(name)}/{quote(version, safe='')}/dependencies"
        try:
            return self._fetcher.get(self._place, self._api + path)
        except PackageMissing:
            raise Unavailable(f"version {version} is listed and not there") from None

    @property
    def _speaks_index(self) -> bool:
        """Whether there is an index, or else nothing but one that says why it is not asked."""
        return self._place.url.startswith(("http://", "https://")) or not self._place.api

    @cached_property
    def _api(self) -> str:
        """The API's address: as configured, else as the index names it."""
        if self._place.api or not self._speaks_index:
            return self._place.api
        try:
            document = self._fetcher.get(self._place, "config.json")
        except PackageMissing:
            return ""
        root = address(Part.of(document.json(), "config.json").text("api"))
        return f"{root.rstrip('/')}/api/v1/" if root else ""


def _part(document: Document) -> Part:
    return Part.of(document.json(), "")


def _needs(document: Document) -> tuple[DependencyRecord, ...]:
    return dependencies_read(_part(document))
