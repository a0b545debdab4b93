"""Bills of materials are valid CycloneDX 1.6, whatever packages and versions are called."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from apps.shared.packages.sbom import Sbom, SbomComponent, SbomVulnerability, sbom_json

MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
CORE = SbomComponent(
    "pkg:npm/%40babel/core", "7.0.0", "MIT", pinned=True, requirements=("^7",), scopes=("runtime",)
)
HELPER = SbomComponent("pkg:npm/helper", "1.0.0", pinned=True, declared=False)
DJANGO = SbomComponent("pkg:pypi/django", requirements=(">=4",), scopes=("dev",))
BAD = SbomVulnerability(
    "GHSA-1", "advisories.zip", ((CORE.ref, "7.0.1"), (HELPER.ref, "")), "high", 7.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "Bad input.",
)  # fmt: skip


def bill(*components: SbomComponent, **told: Any) -> dict[str, Any]:
    made = {"subject": "team", "made_at": MADE_AT, "tool_version": "0.1.0"}
    text = sbom_json(Sbom(**{**made, "components": components, **told}))
    assert VALIDATOR.validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


def parts(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["bom-ref"]: one for one in made.get("components", [])}


def told(component: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["name"].removeprefix("singularity:"), one["value"]) for one in component["properties"]
    ]


def needs(made: dict[str, Any]) -> dict[str, list[str]]:
    return {one["ref"]: one.get("dependsOn", []) for one in made["dependencies"]}


def test_names_of_npm_keep_their_capitals() -> None:
    stream = SbomComponent("pkg:npm/JSONStream", "1.3.5", pinned=True)
    bad = SbomVulnerability("GHSA-2", "advisories.zip", ((stream.ref, "1.3.6"),), "high")
    made = bill(stream, vulnerabilities=[bad])
    found = parts(made)["pkg:npm/JSONStream@1.3.5"]
    assert (found["name"], found["purl"]) == ("JSONStream", "pkg:npm/JSONStream@1.3.5")
    (vulnerability,) = made["vulnerabilities"]
    assert vulnerability["affects"][0]["ref"] == "pkg:npm/JSONStream@1.3.5"
    assert vulnerability["recommendation"] == "Update JSONStream to 1.3.6."


def test_a_component_says_what_it_is_and_how_its_version_is_known() -> None:
    found = parts(bill(CORE, DJANGO))
    core, django = found[CORE.ref], found["pkg:pypi/django"]
    assert (core["group"], core["name"], core["version"]) == ("@babel", "core", "7.0.0")
    assert core["purl"] == "pkg:npm/%40babel/core@7.0.0"
    assert core["licenses"] == [{"expression": "MIT"}]
    assert (core["scope"], django["scope"]) == ("required", "optional")
    assert told(core) == [("requirement", "^7"), ("scope", "runtime"), ("version", "pinned")]
    assert ("version", "unknown") in told(django)
    assert "version" not in django
    assert "licenses" not in django


def test_a_version_without_a_lock_file_is_resolved() -> None:
    (found,) = parts(bill(SbomComponent("pkg:cargo/serde", "1.0.1", requirements=("1",)))).values()
    assert ("version", "resolved") in told(found)


def test_the_subject_needs_what_it_declares_and_what_nobody_else_needs() -> None:
    loose = SbomComponent("pkg:npm/loose", "1.0.0", declared=False)
    made = bill(CORE, HELPER, DJANGO, loose, needs={CORE.ref: [HELPER.ref, DJANGO.ref]})
    assert needs(made)["subject"] == [CORE.ref, loose.ref, DJANGO.ref]
    assert needs(made)[CORE.ref] == [HELPER.ref, DJANGO.ref]
    assert needs(made)[HELPER.ref] == []


def test_one_version_stands_there_once_with_all_that_is_said_of_it() -> None:
    other = SbomComponent(
        CORE.purl, CORE.version, requirements=("7.x",), scopes=("dev",), declared=False
    )
    (found,) = parts(bill(other, CORE)).values()
    assert found["licenses"] == [{"expression": "MIT"}]
    assert found["scope"] == "required"
    assert told(found) == [
        ("requirement", "7.x"), ("requirement", "^7"), ("scope", "dev"), ("scope", "runtime"),
        ("version", "pinned"),
    ]  # fmt: skip


def test_a_vulnerability_names_what_it_affects_and_what_to_do() -> None:
    (found,) = bill(CORE, HELPER, vulnerabilities=[BAD])["vulnerabilities"]
    assert (found["id"], found["source"], found["description"]) == (
        "GHSA-1", {"name": "advisories.zip"}, "Bad input.",
    )  # fmt: skip
    assert found["recommendation"] == (
        "No version of helper mends it yet. Update @babel/core to 7.0.1."
    )
    (rating,) = found["ratings"]
    assert (rating["severity"], rating["score"], rating["method"]) == ("high", 7.5, "CVSSv31")
    assert {one["ref"]: one["versions"] for one in found["affects"]} == {
        CORE.ref: [{"version": "7.0.0"}],
        HELPER.ref: [{"version": "1.0.0"}],
    }


@pytest.mark.parametrize(("severity", "shown"), [("", None), ("moderate", "unknown")])
def test_a_severity_that_nobody_gave_is_not_made_up(severity: str, shown: str | None) -> None:
    ailment = SbomVulnerability("GHSA-2", "zip", ((CORE.ref, ""),), severity)
    (found,) = bill(CORE, vulnerabilities=[ailment])["vulnerabilities"]
    assert found.get("ratings", [{}])[0].get("severity") == shown


def test_an_empty_bill_is_valid() -> None:
    made = bill()
    assert made["metadata"]["component"]["name"] == "team"
    assert "components" not in made


def test_the_same_content_gives_the_same_bytes_in_whatever_order() -> None:
    def text(components: list[SbomComponent], refs: list[str], at: datetime = MADE_AT) -> str:
        needed = {CORE.ref: refs}
        return sbom_json(Sbom("team", at, "0.1.0", components, needed, [BAD]))

    refs = [HELPER.ref, DJANGO.ref]
    first = text([CORE, HELPER, DJANGO], refs)
    assert text([DJANGO, CORE, HELPER, CORE], refs[::-1]) == first
    later = text([CORE, HELPER, DJANGO], refs, MADE_AT + timedelta(seconds=1))
    assert json.loads(later)["serialNumber"] != json.loads(first)["serialNumber"]


def test_what_is_no_purl_is_refused() -> None:
    with pytest.raises(ValueError, match="purl"):
        bill(SbomComponent("left-pad"))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = WORDS.filter(lambda text: bool(text.strip().strip("/")))
PURLS = st.builds(
    lambda kind, space, name: PackageURL(kind, space or None, name).to_string(),
    st.sampled_from(["npm", "pypi", "cargo", "hex", "github", "golang", "maven"]),
    st.sampled_from(["", "@scope", "github.com/a", "org.junit"]),
    NAMES,
)
COMPONENTS = st.builds(
    SbomComponent,
    purl=PURLS,
    version=WORDS,
    licence=st.sampled_from(["", "MIT", "MIT OR Apache-2.0", "LicenseRef-BSD"]),
    pinned=st.booleans(),
    declared=st.booleans(),
    requirements=st.lists(WORDS, max_size=3).map(tuple),
    scopes=st.lists(st.sampled_from(["runtime", "dev", "other"]), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(COMPONENTS, max_size=6), WORDS)
def test_any_names_and_versions_make_a_valid_bill(
    components: list[SbomComponent], summary: str
) -> None:
    refs = [one.ref for one in components]
    ailments = [
        SbomVulnerability("GHSA-1", "zip", tuple({(ref, "") for ref in refs}), summary=summary)
    ]
    made = bill(*components, needs=dict.fromkeys(refs, refs), vulnerabilities=ailments)
    assert parts(made).keys() == set(refs)
    assert set(needs(made)) == {*refs, "subject"}
