"""A small world of packages whose every answer can be worked out by hand.

| instance | uses |
|---|---|
| alpha | requests 1.0 (pinned), ruff, serde |
| beta | httpx 1.1 (pinned), ruff, serde, wrapper 1.0 (pinned) |
| gamma | httpx >=1, ruff, serde, wrapper 1.0 (pinned) |
| delta | requests >=2, @babel/core 7.0.0 (pinned) |
| solo | requests 1.0 (pinned), secret-lib 1.0 (pinned) |

Requests below 2.0 are vulnerable (ADV-1, high, fixed in 2.0). wrapper and secret-lib need requests.
@babel/core and secret-lib have one instance each: others must not hear of them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation
from apps.centralcloud.package_sync.models import (
    Advisory,
    Affected,
    AffectedVersion,
    Package,
    Version,
)
from apps.centralcloud.package_sync.services.choosing import packages_choose
from apps.centralcloud.package_sync.services.storing import package_store
from apps.centralcloud.package_sync.services.uses import uses_read
from apps.shared.contracts.payloads import PackagesDeclared
from apps.shared.contracts.payloads.packages import PackageFact
from tests.common.factories.fleet import InstanceFactory
from tests.common.factories.packages import record, version
from tests.common.factories.told import NOW, codebase, received

REQUESTS, HTTPX, RUFF = "pkg:pypi/requests", "pkg:pypi/httpx", "pkg:pypi/ruff"
SERDE, BABEL = "pkg:cargo/serde", "pkg:npm/%40babel/core"
SECRET, WRAPPER = "pkg:pypi/secret-lib", "pkg:pypi/wrapper"
READ_AT = datetime(2026, 6, 1, tzinfo=UTC)
DECLARED: dict[str, dict[str, str]] = {
    "alpha": {REQUESTS: "1.0", RUFF: ">=0", SERDE: ""},
    "beta": {HTTPX: "1.1", RUFF: ">=0", SERDE: "", WRAPPER: "1.0"},
    "gamma": {HTTPX: ">=1", RUFF: ">=0", SERDE: "", WRAPPER: "1.0"},
    "delta": {REQUESTS: ">=2", BABEL: "7.0.0"},
    "solo": {REQUESTS: "1.0", SECRET: "1.0"},
}
"""What each declares: a version that a lock file pins, or a requirement."""


def world_make() -> None:
    """All of it, as it comes about: read from registries, declared, chosen."""
    _registries()
    _advisory()
    for name, declared in DECLARED.items():
        InstanceFactory.create(name=name)
        world_tells(name, declared)
    uses_read()
    packages_choose()


def world_tells(instance: str, declared: dict[str, str], *, revision: int = 1) -> None:
    """What the only code base of an instance declares now."""
    payload = PackagesDeclared(
        codebase=codebase(f"{instance}/main"),
        revision=revision,
        floor=revision,
        packages=tuple(_fact(purl, text) for purl, text in declared.items()),
    )
    handlers.packages([received(instance, payload)])


def package_of(purl: str) -> Package:
    """The row of a package."""
    return Package.objects.get(purl=purl)


def _fact(purl: str, text: str) -> PackageFact:
    pinned = text[:1].isdigit()
    return PackageFact(
        purl=purl,
        requirements=(text,) if text and not pinned else (),
        versions=(text,) if pinned else (),
        scopes=("runtime",),
        first_seen_at=NOW,
    )


def _registries() -> None:
    http = ("http", "client")
    python = (Implementation("python", EvidenceKind.REGISTRY, "it is on the Python index"),)
    built = Implementation("rust", EvidenceKind.BUILD_SYSTEM, "build requirement maturin")
    crate = Implementation("rust", EvidenceKind.REGISTRY, "it is a crate")
    script = Implementation("javascript", EvidenceKind.REGISTRY, "it is on the registry")
    needs = {REQUESTS: ">=1"}
    for one in (
        record(
            REQUESTS, ("1.0", "2.0", "3.0"), summary="HTTP for people", licence="Apache-2.0",
            keywords=http, implementations=python, maintainers=1,
        ),
        record(HTTPX, ("1.0", "1.1"), keywords=http, licence="BSD-3-Clause"),
        record(RUFF, ("0.1",), keywords=("linter",), licence="MIT",
               implementations=(*python, built)),
        record(SERDE, ("1.0.0",), licence="MIT OR Apache-2.0", implementations=(crate,)),
        record(BABEL, ("7.0.0", "7.1.0"), licence="MIT", deprecated="Use another compiler.",
               implementations=(script,)),
        record(SECRET, [version("1.0", needs)], licence="MIT", keywords=http),
        record(WRAPPER, [version("1.0", needs)], summary="Requests made small"),
    ):  # fmt: skip
        package_store(record=one, now=READ_AT)


def _advisory() -> None:
    advisory = Advisory.objects.create(
        osv_id="ADV-1",
        group="ADV-1",
        severity="high",
        summary="Follows any redirect",
        source="made",
        modified_at=READ_AT,
    )
    package = package_of(REQUESTS)
    affected = Affected.objects.create(
        advisory=advisory, purl=REQUESTS, package=package, fixed=["2.0"]
    )
    bad = Version.objects.get(package=package, version="1.0")
    AffectedVersion.objects.create(affected=affected, version=bad, fixed="2.0")
