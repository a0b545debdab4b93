"""What npm's and Python's registries tell is kept within limits, and never taken for another's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.npm import Npm, packument
from apps.centralcloud.package_sync.engine.npm.packument import versions_read
from apps.centralcloud.package_sync.engine.pypi import PyPI, api, client, simple
from apps.centralcloud.package_sync.engine.pypi.assembling import Project
from apps.centralcloud.package_sync.engine.pypi.metadata import metadata_read
from apps.centralcloud.package_sync.engine.pypi.model import File, Listing
from apps.centralcloud.package_sync.engine.pypi.needs import needs_read
from apps.centralcloud.package_sync.engine.reading import Part
from apps.centralcloud.package_sync.engine.record import Scope
from apps.centralcloud.package_sync.engine.registry import Malformed, Refused, TooLarge
from tests.common.registries.fixtures import Registries

THREE: dict[str, Any] = {"versions": {"1.0": {}, "1.1": {}, "1.2": {}}}
WHEEL = File("demo-1.0-py3-none-any.whl", version="1.0", tags=("py3-none-any",), yanked=True)


@pytest.fixture
def pypi(registries: Registries, fetcher: Fetcher) -> PyPI:
    """A client of the loopback index."""
    return PyPI(fetcher, registries.places["pypi"])


def test_versions_of_npm_that_were_taken_back_are_also_named_by_a_list() -> None:
    document = {"time": {"unpublished": {"versions": ["1.0.0", "1.1.0"]}}}
    found = [(one.version, one.withdrawn) for one in versions_read(Part.of(document, ""))]
    assert found == [("1.0.0", True), ("1.1.0", True)]


def test_the_newest_versions_of_npm_are_kept_and_none_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packument, "MOST_VERSIONS", 2)
    names = ["1.9.0", "1.10.0", "1.2.0", "2.0.0-" + "a" * 95, "3.0.0\0", ""]
    document = Part.of({"versions": {name: {} for name in names}}, "")
    assert [one.version for one in versions_read(document)] == ["1.9.0", "1.10.0"]


def test_who_refuses_the_whole_packument_is_not_asked_for_less(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("npm", {"demo": {"versions": {"1.0.0": {}}}})
    registries.server.fault("npm/demo", "status", code=403)
    with pytest.raises(Refused):
        Npm(fetcher, registries.places["npm"]).package("demo")


def test_another_wanted_version_is_news_also_without_the_json_api(
    pypi: PyPI, registries: Registries
) -> None:
    registries.serve("pypi", {"demo": THREE | {"api": False}})
    first = pypi.package("demo", wanted=["1.0"])
    assert first is not None
    assert pypi.package("demo", wanted=["1.0"], known=first.digest) is None
    assert pypi.package("demo", wanted=["1.0", "1.1"], known=first.digest) is not None


def test_of_too_many_wanted_versions_the_newest_are_asked_for(
    pypi: PyPI, registries: Registries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_WANTED", 1)
    registries.serve("pypi", {"demo": THREE})
    record = pypi.package("demo", wanted=["1.0", "1.1"])
    assert record is not None
    assert [one.dependencies for one in record.versions] == [None, (), ()]


def test_a_release_with_a_file_that_is_not_yanked_is_none_that_is() -> None:
    source = File("demo-1.0.tar.gz", version="1.0")
    assert not Project.of(Listing((WHEEL, source))).version("1.0").yanked
    assert Project.of(Listing((WHEEL,))).version("1.0").yanked


def test_a_version_that_is_too_long_is_not_kept() -> None:
    assert list(Project.of(Listing(versions=("1.0", "1" * 101))).files) == ["1.0"]


def test_core_metadata_is_of_the_version_that_was_asked_for() -> None:
    body = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0.0\nRequires-Dist: six\n"
    assert metadata_read(body, version="1.0").needs == ("six",)
    with pytest.raises(Malformed, match="of another version"):
        metadata_read(body, version="1.0.1")


def test_a_requirement_of_old_for_an_extra_is_optional() -> None:
    (need,) = needs_read(['old (>dev); extra == "x"'])
    assert (need.purl, need.scope, need.marker) == ("pkg:pypi/old", Scope.OPTIONAL, 'extra == "x"')


def test_the_page_of_another_project_is_none(pypi: PyPI, registries: Registries) -> None:
    registries.serve("pypi", {"demo": THREE})
    headers = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
    page = {"name": "other", "files": [], "versions": []}
    registries.server.route("pypi/simple/demo/", page, headers=headers)
    with pytest.raises(Malformed, match="of another project"):
        pypi.package("demo")


@pytest.mark.parametrize(("kind", "module"), [({"api": False}, simple), ({"simple": False}, api)])
def test_more_files_than_are_looked_at_are_too_many(
    pypi: PyPI,
    registries: Registries,
    monkeypatch: pytest.MonkeyPatch,
    kind: dict[str, bool],
    module: object,
) -> None:
    registries.serve("pypi", {"demo": THREE | kind})
    monkeypatch.setattr(module, "MOST_FILES", 2)
    with pytest.raises(TooLarge, match="more than 2 files"):
        pypi.package("demo")


def test_a_public_index_whose_json_api_refuses_is_not_taken_for_one_without(
    registries: Registries, fetcher: Fetcher
) -> None:
    registries.serve("pypi", {"demo": THREE})
    registries.server.fault("pypi/pypi/demo/json", "status", code=403)
    place = replace(registries.places["pypi"], private=False)
    with pytest.raises(Refused):
        PyPI(fetcher, place).package("demo")
