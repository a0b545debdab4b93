"""Packages for a federation: what registries have, what code bases declare, who asks whom."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.common.bookkeeping import Key, held, settled
from tests.common.factories.advisories import affected, below, document
from tests.common.federation import Federation, Site
from tests.common.processes import eventually
from tests.common.registries.cargo import cargo_serve
from tests.common.registries.fixtures import PROXIES
from tests.common.registries.npm import npm_serve
from tests.common.registries.pypi import pypi_serve
from tests.common.registries.server import RegistryServer

DJANGO, SQLPARSE = "pkg:pypi/django", "pkg:pypi/sqlparse"
LEFT_PAD, SERDE = "pkg:npm/left-pad", "pkg:cargo/serde"
VULNERABLE, FIXED, LATEST = "4.2.1", "4.2.2", "4.2.3"
"""Versions of Django here."""
ADVISORY, QUIET = "PYSEC-2026-101", "PYSEC-2026-102"
LONESOME = {"alpha": "lonesome-first", "beta": "lonesome-second"}
"""What one instance alone declares."""
PLANS = {"alpha": "secret-plan-one", "beta": "secret-plan-two"}
"""What instances call their code bases."""
INHOUSE = "inhouse-sauce"
"""A package from a folder: nobody hears of it."""
_USED = """
    SELECT u.instance, u.codebase, p.purl
    FROM package_sync_use u JOIN package_sync_package p ON p.id = u.package_id
"""
_KEYS = "SELECT key FROM publishing_publishedcodebase"
_TELLINGS = "SELECT key, revision, digest = '' FROM package_sync_advisorytelling"
_TOLD = "SELECT key, revision, over FROM guidance_advisory"
_COPIES = "SELECT kind, key, value FROM knowledge_cache_copy WHERE NOT own AND value IS NOT NULL"


class Market:
    """A federation whose instances declare packages, and the registries Centralcloud asks."""

    def __init__(self, sites: Federation, server: RegistryServer, folder: Path) -> None:
        self.sites, self.server, self.folder = sites, server, folder
        self.central = sites.central
        self.alpha, self.beta = sites.instances
        serve(server)

    @property
    def variables(self) -> dict[str, str]:
        """Where the registries are, as a user configures pip, npm, cargo and hex."""
        url = self.server.url
        return {
            "PIP_INDEX_URL": f"{url}pypi/simple/",
            "NPM_CONFIG_REGISTRY": f"{url}npm/",
            "npm_config_registry": f"{url}npm/",
            "CARGO_HOME": str(self.folder),
            "CARGO_SOURCE_CRATES_IO_REPLACE_WITH": "market",
            "CARGO_SOURCE_MARKET_REGISTRY": f"sparse+{url}cargo/index/",
            "HEX_API_URL": f"{url}hex/api/",
            "HEX_MIRROR": f"{url}hex/repo/",
            **dict.fromkeys((*PROXIES, *map(str.lower, PROXIES)), ""),
        }

    def open(self) -> None:
        """Both declare packages, and Centralcloud reads them."""
        self.sites.bridges_start()
        self.declare()
        self.publish()
        self.central.manage("sync_packages", **self.variables)

    def close(self) -> None:
        """Leave nothing that is declared."""
        self.sites.bridges_start()
        for site in self.sites.instances:
            site.learner.ask("forget", name=PLANS[site.name])
        self.read()
        self.job(self.central, "tell advisories")
        self.central.learner.kill()

    def declare(self, *sites: Site, django: str = VULNERABLE, more: Sequence[str] = ()) -> None:
        """Write the manifests of these instances, or of both, and ingest them."""
        for site in sites or self.sites.instances:
            folder = self.folder / PLANS[site.name]
            folder.mkdir(exist_ok=True)
            python = [f"django=={django}", LONESOME[site.name], *more]
            (folder / "requirements.txt").write_text("\n".join(python) + "\n")
            (folder / "package.json").write_text(json.dumps(JAVASCRIPT))
            (folder / "Cargo.toml").write_text(RUST)
            site.learner.ask("ingest", folder=str(folder), name=PLANS[site.name])

    def publish(self) -> None:
        """What is declared reaches Centralcloud."""
        self.sites.sync()
        left = settled(self.sites)
        assert not left, f"{left}\n{self.sites.said()}"

    def read(self) -> None:
        """Centralcloud reads who uses what."""
        self.publish()
        self.job(self.central, "read uses")

    def job(self, site: Site, kind: str) -> dict[str, Any]:
        """The result of what a worker does on a schedule."""
        done = site.learner.ask("job", kind=kind)
        assert done["state"] == "succeeded", done
        result: dict[str, Any] = done["result"]
        return result

    def advise(self, *documents: Mapping[str, Any]) -> None:
        """Have Centralcloud import advisories from a zip file."""
        path = self.folder / "all.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in documents:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
        self.central.learner.ask("manage", arguments=["import_advisories", str(path)])

    def tell(self) -> dict[str, Any]:
        """Centralcloud tells of advisories; returns its numbers when all have what was told."""
        numbers = self.job(self.central, "tell advisories")
        assert eventually(self.is_told, 60), self.sites.said()
        return numbers

    def hidden(self, reader: Site | None = None) -> list[str]:
        """What must stand in nothing that goes over the wire, or that a reader of its own gets.

        Names and keys of code bases, the package from a folder; of other instances their names and
        what one alone declares.
        """
        others = [one.name for one in self.sites.instances if one is not reader]
        keys = [key for one in self.sites.instances for (key,) in one.rows(_KEYS)]
        alone = [LONESOME[name] for name in others]
        return [*others, *alone, *PLANS.values(), INHOUSE, *keys]

    def is_told(self) -> bool:
        """Whether every instance has what Centralcloud told, each thing as it was told last."""
        should = set(self.central.rows(_TELLINGS))
        return all(set(one.rows(_TOLD)) == should for one in self.sites.instances)

    def is_copied(self) -> bool:
        """Whether every instance's copies are Centralcloud's answers."""
        return all(copies(one) == copies(self.central) for one in self.sites.instances)


def said(site: Site, *arguments: str) -> Any:
    """What a command of a site prints as JSON."""
    return json.loads(site.learner.ask("manage", arguments=[*arguments, "--json"])["out"])


def copies(site: Site) -> dict[tuple[str, str], Any]:
    """Answers that a site keeps a copy of, by kind and key."""
    return {(kind, key): value for kind, key, value in site.rows(_COPIES)}


def hot(site: Site) -> set[str]:
    """The purls of the packages that are in a site's copies."""
    lists = [value for (kind, _), value in copies(site).items() if kind == "hot_packages"]
    return {one["purl"] for value in lists for one in value["packages"]}


def declared(instances: Sequence[Site]) -> set[tuple[str, str, str]]:
    """Instance, code base and purl of all that is declared and may be told."""
    keys: list[Key] = [key for key in held(instances) if key[0] == "package"]
    return {key[1:] for key in keys}


def used(central: Site) -> set[tuple[str, ...]]:
    """Instance, code base and purl of all uses that Centralcloud knows."""
    return set(central.rows(_USED))


def advisories(**fields: Any) -> list[dict[str, Any]]:
    """Of Django, and of what the first instance alone has, in OSV schema."""
    places = {ADVISORY: (DJANGO, FIXED), QUIET: (f"pkg:pypi/{LONESOME['alpha']}", "2.0")}
    return [
        document(osv_id, affected(purl, below(fixed) | {"type": "ECOSYSTEM"}), **fields)
        for osv_id, (purl, fixed) in places.items()
    ]


JAVASCRIPT = {
    "name": "shop",
    "dependencies": {"left-pad": "1.3.0", INHOUSE: f"file:../{INHOUSE}"},
}
RUST = """\
[package]
name = "shop"
version = "0.1.0"

[dependencies]
serde = "=1.0.1"
"""


def serve(server: RegistryServer) -> None:
    """What the registries have; one of the packages that both declare is written in Rust."""
    needs = {"requires": ["sqlparse>=0.3"]}
    pypi_serve(
        server,
        {
            "Django": {
                "info": {"summary": "A web framework", "license_expression": "BSD-3-Clause"},
                "latest": LATEST,
                "versions": {VULNERABLE: needs, FIXED: needs, LATEST: needs},
            },
            "sqlparse": {"latest": "0.5", "versions": {"0.5": {}}},
            **{name: {"latest": "1.0", "versions": {"1.0": {}}} for name in LONESOME.values()},
        },
    )
    npm_serve(server, {"left-pad": {"versions": {"1.3.0": {"license": "WTFPL"}}}})
    cargo_serve(server, {"serde": {"versions": {"1.0.1": {"license": "MIT"}}}})
