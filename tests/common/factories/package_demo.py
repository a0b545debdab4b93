"""A fleet with packages to look at: what registries say, who uses what, what is wrong with some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    EvidenceKind,
    Implementation,
    Scope,
    VersionRecord,
)
from apps.centralcloud.package_sync.models import Outcome, Package, Use
from apps.centralcloud.package_sync.services.advisories import advisories_import, affected_match
from apps.centralcloud.package_sync.services.storing import package_ensure, package_store
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.used_versions import used_versions_resolve
from tests.common.factories.advisories import affected, below, document
from tests.common.factories.fleet import InstanceFactory
from tests.common.factories.packages import record

REQUESTS, DJANGO, SQLPARSE = "pkg:pypi/requests", "pkg:pypi/django", "pkg:pypi/sqlparse"
CRYPTO, REQUEST, AXIOS = "pkg:pypi/cryptography", "pkg:npm/request", "pkg:npm/axios"
BABEL, SERDE, PRIVATE = "pkg:npm/%40babel/core", "pkg:cargo/serde", "pkg:pypi/payments-internal"
GIN, CHECKOUT = "pkg:golang/github.com/gin-gonic/gin", "pkg:github/actions/checkout"
SHOP, SITE, TOOLS = "5" * 32, "a" * 32, "c" * 32
"""Keys of code bases."""


def package_demo() -> None:
    """Three instances with a code base each, eleven packages, three advisories."""
    for name in ("team-payments", "team-search", "ci"):
        InstanceFactory.create(name=name)
    packages_known()
    uses_known()
    advisories_known()
    for row in Package.objects.all():
        used_versions_resolve(package=row)
        affected_match(package=row)
    use_counts_write()


def packages_known() -> None:
    """What registries say; two packages are of no registry, one is not read yet, one is missing."""
    known(
        DJANGO, ["4.2.1", "4.2.16", "5.1.3", "5.2.0"], {SQLPARSE: ">=0.3.1"},
        licence="BSD-3-Clause",
        summary="A high-level web framework that encourages rapid development and clean design.",
        keywords=("web", "framework"), maintainers=4,
        implementations=(
            Implementation("python", EvidenceKind.REGISTRY, "pypi"),
            Implementation("python", EvidenceKind.CLASSIFIER, "Programming Language :: Python"),
        ),
    )  # fmt: skip
    known(SQLPARSE, ["0.4.4", "0.5.1"], {}, licence="BSD-3-Clause", maintainers=1)
    known(
        CRYPTO, ["41.0.0", "42.0.5", "43.0.1"], {}, licence="Apache-2.0 OR BSD-3-Clause",
        summary="Cryptographic recipes and primitives.", maintainers=2,
        implementations=(
            Implementation("python", EvidenceKind.REGISTRY, "pypi"),
            Implementation("rust", EvidenceKind.CLASSIFIER, "Programming Language :: Rust"),
            Implementation("rust", EvidenceKind.BUILD_SYSTEM, "maturin"),
        ),
    )  # fmt: skip
    known(
        REQUEST, ["2.88.0", "2.88.2"], {}, licence="Apache-2.0", keywords=("http", "client"),
        summary="Simplified HTTP request client.",
        deprecated="request has been deprecated, see the last issue of its repository",
        implementations=(Implementation("javascript", EvidenceKind.REGISTRY, "npm"),),
    )  # fmt: skip
    known(
        AXIOS, ["1.6.0", "1.7.9"], {}, licence="MIT", keywords=("http", "client", "promise"),
        summary="Promise based HTTP client.", downloads=55_000_000, downloads_days=7,
        homepage="https://example.org/axios", repository="https://example.org/axios.git",
    )  # fmt: skip
    known(BABEL, ["7.25.0", "7.26.0"], {}, licence="MIT", summary="Compiler core.", maintainers=3)
    known(
        SERDE, ["1.0.200", "1.0.215"], {}, licence="MIT OR Apache-2.0",
        summary="A generic serialization and deserialization framework.",
        implementations=(Implementation("rust", EvidenceKind.REGISTRY, "cargo"),),
    )  # fmt: skip
    package_ensure([REQUESTS, GIN, CHECKOUT, PRIVATE])
    Package.objects.filter(purl__in=[GIN, CHECKOUT]).update(state=Package.State.UNREAD)
    Package.objects.filter(purl=PRIVATE).update(state=Package.State.MISSING)
    Outcome.objects.create(
        package=Package.objects.get(purl=PRIVATE), state=Outcome.State.MISSING, cause="missing",
        reason="its registry has no package of this name", requests=1, bytes=146, seconds=0.2,
        at=timezone.now() - timedelta(hours=5),
    )  # fmt: skip


def known(purl: str, versions: Sequence[str], needs: dict[str, str], **facts: Any) -> Package:
    """A package that was read: its newest version is 45 days old, its third newest is yanked."""
    licence = facts.get("licence", "")
    newest = datetime.now(UTC) - timedelta(days=45)
    dependencies = tuple(DependencyRecord(one, text, Scope.RUNTIME) for one, text in needs.items())
    rows = [
        VersionRecord(
            version=one, released_at=newest - timedelta(days=90 * back), licence=licence,
            dependencies=dependencies, yanked=back == 2,
        )
        for back, one in enumerate(reversed(versions))
    ]  # fmt: skip
    package_store(record=record(purl, rows[::-1], **{"latest": versions[-1], **facts}))
    row = Package.objects.get(purl=purl)
    Outcome.objects.create(
        package=row, state=Outcome.State.CHANGED, requests=3, bytes=48_213, seconds=0.7,
        at=timezone.now() - timedelta(hours=2),
    )  # fmt: skip
    return row


def uses_known() -> None:
    """Who declares what; some of it is pinned by lock files."""
    use(DJANGO, "team-payments", SHOP, ">=4.2,<5", pins=["4.2.1"])
    use(DJANGO, "team-search", SITE, ">=5.1")
    use(DJANGO, "ci", TOOLS, "~=4.2", pins=["4.2.16"])
    use(SQLPARSE, "team-payments", SHOP, pins=["0.4.4"])
    use(CRYPTO, "team-payments", SHOP, "<42", pins=["41.0.0"])
    use(CRYPTO, "team-search", SITE, ">=42")
    use(REQUEST, "team-payments", SHOP, "^2.88.0", pins=["2.88.2"])
    use(AXIOS, "team-search", SITE, "^1.6.0", pins=["1.7.9"])
    use(AXIOS, "ci", TOOLS, "^1.6.0")
    use(BABEL, "team-search", SITE, "^7.0.0", scopes=["dev"])
    use(SERDE, "ci", TOOLS, "1", pins=["1.0.200"])
    use(REQUESTS, "ci", TOOLS, ">=2")
    use(GIN, "ci", TOOLS, "v1.10.0")
    use(CHECKOUT, "ci", TOOLS, "v4", scopes=["build"])
    use(PRIVATE, "team-payments", SHOP, "==1.2")


def use(
    purl: str,
    instance: str,
    codebase: str,
    *requirements: str,
    pins: Sequence[str] = (),
    scopes: Sequence[str] = ("runtime",),
) -> Use:
    """A code base declares a package; the versions that lock files pin."""
    row = Use.objects.create(
        package=Package.objects.get(purl=purl), instance=instance, codebase=codebase,
        requirements=list(requirements), scopes=list(scopes),
        first_seen_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    for text in pins:
        row.versions.create(text=text, pinned=True)
    return row


def advisories_known() -> None:
    """Two that reach somebody, one that reaches nobody."""
    documents = [
        document(
            "GHSA-aaaa-bbbb-cccc", affected(DJANGO, below("4.2.16")),
            aliases=["CVE-2026-1111"], details="A crafted address is opened.\n\nUpdate.",
            summary="Open redirect in the view of log-ins",
            references=[
                {"type": "WEB", "url": "https://example.org/advisory"},
                {"type": "WEB", "url": "javascript:alert(1)"},
            ],
        ),
        document(
            "GHSA-dddd-eeee-ffff", affected(CRYPTO, below("42.0.0")),
            summary="Memory is read after it was freed", severity=[],
        ),
        document("GHSA-gggg-hhhh-jjjj", affected(AXIOS, below("1.6.5"))),
    ]  # fmt: skip
    advisories_import(documents=documents, source="demo")
