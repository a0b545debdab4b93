"""Asks a registry of npm's kind for one package after another.

The whole packument is asked for: the abbreviated one has no dates, licences, keywords, maintainers
or repository. Of a package that is too large the abbreviated one does, with the manifest of the
latest version beside it. Both carry a validator, so either costs one 304 where nothing changed.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from urllib.parse import quote

from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.npm.downloads import (
    DAYS,
    downloads_read,
    downloads_url,
)
from apps.centralcloud.package_sync.engine.npm.naming import package_path, scope_of
from apps.centralcloud.package_sync.engine.npm.packument import Packument, record_assemble
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.reading import Part, digest_of
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import (
    PackageMissing,
    Refused,
    TooLarge,
    Unavailable,
)

READING = "npm-2"
"""Another number where documents are read in another way, so that all are read again."""
WHOLE = "application/json"
ABBREVIATED = "application/vnd.npm.install-v1+json"


class Npm:
    """A registry of npm's kind."""

    ecosystem = "npm"

    def __init__(self, fetcher: Fetcher, place: Place) -> None:
        self._fetcher = fetcher
        self._place = place
        self._uncounted = threading.Event()

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """The package as the registry describes it now; see ``Registry``.

        Dependencies of all versions come with the packument, whichever are ``wanted``.
        """
        place, path = self._place.of(scope_of(name)), package_path(name)
        document, whole = self._packument(place, path)
        digest = digest_of(READING, document.body)
        if digest == known:
            return None
        packument = Packument.of(name, Part.of(document.json(), ""))
        manifest = packument.manifest
        if not whole and packument.latest:
            manifest = self._manifest(place, f"{path}/{quote(packument.latest, safe='')}")
        counted = self._downloads(place, name)
        days = 0 if counted is None else DAYS
        return record_assemble(packument, manifest, downloads=counted, days=days, digest=digest)

    def _packument(self, place: Place, path: str) -> tuple[Document, bool]:
        """The packument, and whether it is the whole one."""
        try:
            return self._fetcher.get(place, path, accept=WHOLE), True
        except TooLarge:
            return self._fetcher.get(place, path, accept=ABBREVIATED), False

    def _manifest(self, place: Place, path: str) -> Part:
        return Part.of(self._fetcher.get(place, path).json(), "the latest version")

    def _downloads(self, place: Place, name: str) -> int | None:
        """The count of downloads; only asked for where a packument changed, since it always does.

        Who cannot be reached once is not asked again: the count is no reason for a package to wait.
        """
        url = downloads_url(place, name)
        if not url or self._uncounted.is_set():
            return None
        try:
            return downloads_read(Part.of(self._fetcher.get(place, url).json(), "the count"))
        except PackageMissing:
            return None
        except (Refused, Unavailable):
            self._uncounted.set()
            return None
