"""A few of this project's own dependencies, as their registries describe them today.

Run by hand: ``pytest -m live``. Registries are those that this machine's pip and npm ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.npm import Npm
from apps.centralcloud.package_sync.engine.places import places
from apps.centralcloud.package_sync.engine.pypi import PyPI
from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import Registry

pytestmark = pytest.mark.live

PYTHON = {"Django": "5.2", "pydantic": "2.11.0", "tokenizers": "0.21.0"}
JAVASCRIPT = {"htmx.org": "2.0.0", "chart.js": "4.4.0", "@kurkle/color": "0.3.2"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetcher]:
    """A fetcher with an empty folder and the bounds that the product has."""
    folder: Path = tmp_path_factory.mktemp("registries")
    with Fetcher(folder) as fetcher:
        yield fetcher


@pytest.mark.parametrize("name", PYTHON)
def test_a_python_package_is_described(live: Fetcher, name: str) -> None:
    record = _read(PyPI(live, places()["pypi"]), name, PYTHON[name])
    _whole(record, PYTHON[name])
    languages = {one.language for one in record.implementations}
    # What is in an sdist is seen only where the files of an index can be reached too.
    assert "python" in languages
    assert name == "tokenizers" or "rust" not in languages


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_a_javascript_package_is_described(live: Fetcher, name: str) -> None:
    record = _read(Npm(live, places()["npm"]), name, JAVASCRIPT[name])
    _whole(record, JAVASCRIPT[name])


def _read(registry: Registry, name: str, version: str) -> PackageRecord:
    """The record; a second reading tells that nothing changed, also of mirrors without ETags."""
    record = registry.package(name, wanted=[version])
    assert record is not None
    assert registry.package(name, wanted=[version], known=record.digest) is None
    return record


def _whole(record: PackageRecord, version: str) -> None:
    versions = {one.version: one for one in record.versions}
    for one in (versions[record.latest], versions[version]):
        assert one.released_at is not None
    latest = versions[record.latest]
    assert latest.dependencies is not None
    assert record.summary
    assert latest.licence or latest.licence_text
    assert record.repository.startswith("https://")
