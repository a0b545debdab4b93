"""Asks the hex API for one package after another."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote

from apps.centralcloud.package_sync.engine.fetching import Document, Fetcher
from apps.centralcloud.package_sync.engine.hex.assembling import latest_version, record_assemble
from apps.centralcloud.package_sync.engine.hex.documents import NAME, package_read, release_read
from apps.centralcloud.package_sync.engine.hex.model import Package
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.reading import Part, digest_of
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import PackageMissing, Unavailable
from apps.shared.packages.versions import versions_sorted

READING = "hex-1"
"""Another number where documents are read in another way, so that all are read again."""
MOST_WANTED = 100
"""Releases whose requirements are asked for; each costs a request."""


class Hex:
    """A hex registry by its API."""

    ecosystem = "hex"

    def __init__(self, fetcher: Fetcher, place: Place) -> None:
        self._fetcher = fetcher
        self._place = place

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """The package as the registry describes it now; see ``Registry``."""
        path = package_path(name)
        document = self._get(path)
        package = package_read(name.rpartition("/")[2], _part(document))
        releases = {one: self._release(path, one) for one in _asked(package, wanted)}
        digest = digest_of(READING, *(one.body for one in [document, *releases.values()]))
        if digest == known:
            return None
        found = {one: release_read(one, _part(release)) for one, release in releases.items()}
        return record_assemble(name, package, found, digest=digest)

    def _release(self, path: str, version: str) -> Document:
        try:
            return self._get(f"{path}/releases/{quote(version, safe='')}")
        except PackageMissing:
            raise Unavailable(f"release {version} is listed and not there") from None

    def _get(self, path: str) -> Document:
        return self._fetcher.get(self._place, self._place.api + path)


def package_path(name: str) -> str:
    """Where a package is below the API; that of an organisation in its repository.

    Raises:
        PackageMissing: no package can have this name.
    """
    organisation, _, last = name.rpartition("/")
    if not NAME.fullmatch(last) or (organisation and not NAME.fullmatch(organisation)):
        raise PackageMissing("no package of hex has such a name")
    return f"repos/{organisation}/packages/{last}" if organisation else f"packages/{last}"


def _asked(package: Package, wanted: Collection[str]) -> list[str]:
    """The latest release, then those wanted that there are, newest first."""
    newest = reversed(versions_sorted("hex", set(wanted)))
    versions = dict.fromkeys([latest_version(package), *newest])
    return [one for one in versions if one in package.released][:MOST_WANTED]


def _part(document: Document) -> Part:
    return Part.of(document.json(), "")
