"""Names of packages as purls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.packages.names import full_name, purl_of, purl_plain, purl_split
from apps.singularity.ingestion.engine.manifests.model import Notes


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("pypi", "Django", "pkg:pypi/django"),
        ("pypi", "ruamel.yaml_clib", "pkg:pypi/ruamel-yaml-clib"),
        ("npm", "@babel/core", "pkg:npm/%40babel/core"),
        ("npm", "@Acme/JSONStream", "pkg:npm/%40Acme/JSONStream"),
        ("npm", "JSONStream", "pkg:npm/JSONStream"),
        ("npm", "jsonstream", "pkg:npm/jsonstream"),
        ("npm", "generic", "pkg:npm/generic"),
        ("npm", "lodash", "pkg:npm/lodash"),
        ("cargo", "serde_json", "pkg:cargo/serde_json"),
        ("hex", "Phoenix", "pkg:hex/phoenix"),
        ("maven", "org.apache.commons:commons-io", "pkg:maven/org.apache.commons/commons-io"),
        ("golang", "github.com/go-chi/chi", "pkg:golang/github.com/go-chi/chi"),
    ],
)
def test_a_name_becomes_the_purl_of_its_ecosystem(ecosystem: str, name: str, purl: str) -> None:
    assert purl_of(ecosystem, name) == purl


@pytest.mark.parametrize(
    ("ecosystem", "name"),
    [
        ("pypi", "zope.interface"),
        ("pypi", "A__b"),
        ("npm", "@types/node"),
        ("npm", "@Babel/Core"),
        ("npm", "JSONStream"),
        ("cargo", "Inflector"),
        ("hex", "ecto_sql"),
        ("gem", "active-model"),
        ("maven", "junit/junit"),
    ],
)
def test_it_is_the_purl_that_a_code_base_declares(ecosystem: str, name: str) -> None:
    notes = Notes()
    notes.declare((ecosystem, name))
    notes.declare((ecosystem, name), version="1.0+a")
    plain = purl_of(ecosystem, name)
    assert [found.purl for found in notes.found] == [plain, f"{plain}@1.0%2Ba"]


def test_a_purl_is_taken_apart() -> None:
    assert purl_split("pkg:npm/%40babel/core@7.1.0") == ("npm", "@babel", "core", "7.1.0")
    assert purl_split("pkg:cargo/serde") == ("cargo", "", "serde", "")
    assert full_name("pkg:npm/%40babel/core@7.1.0") == "@babel/core"
    assert full_name("pkg:cargo/serde") == "serde"
    assert full_name("pkg:npm/%40Acme/JSONStream@1.0.0") == "@Acme/JSONStream"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("pkg:NPM/JSONStream@1.0.0", "pkg:npm/JSONStream"),
        ("pkg:npm/@babel/core@7.1.0", "pkg:npm/%40babel/core"),
        ("pkg:npm/%40babel/core?vcs_url=git", "pkg:npm/%40babel/core"),
        ("pkg:pypi/Ruamel.Yaml#a/b", "pkg:pypi/ruamel-yaml"),
        ("pkg:golang/github.com/Azure/azure-sdk-for-go", None),
    ],
)
def test_a_purl_is_written_in_one_way(written: str, plain: str | None) -> None:
    assert purl_plain(written) == (plain or written)


@pytest.mark.parametrize("text", ["", "serde", "pkg:", "pkg:npm", "pkg:npm/@"])
def test_what_is_no_purl_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="purl"):
        purl_split(text)


def test_a_package_has_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        purl_of("npm", " / ")


@given(
    st.sampled_from(["cargo", "hex", "npm", "pypi"]),
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}[a-zA-Z0-9]", fullmatch=True),
)
def test_a_name_read_back_gives_the_same_purl(ecosystem: str, name: str) -> None:
    purl = purl_of(ecosystem, name)
    assert purl_of(ecosystem, full_name(purl)) == purl
    assert purl_split(f"{purl}@1.0")[3] == "1.0"
    if ecosystem == "npm":
        assert full_name(purl) == name, "npm tells capitals apart"
