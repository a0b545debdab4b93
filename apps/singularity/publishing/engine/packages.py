"""Which packages may be mentioned, and what is told of those that a code base declares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Protocol
from urllib.parse import unquote

from pydantic import ValidationError

from apps.shared.contracts.payloads import PackageFact
from apps.shared.contracts.payloads.packages import VALUES_LIMIT
from apps.singularity.publishing.engine.refusal import Reason, Refused
from apps.singularity.publishing.engine.requirements import (
    is_from_registry,
    requirement_told,
    version_told,
)

SCOPES = frozenset(
    ["runtime", "dev", "test", "docs", "build", "optional", "peer", "indirect", "workspace"]
)
_OTHER_SCOPE = "other"
_HOSTED = frozenset(["golang", "swift"])
"""Purl types whose names begin with a host."""
_HOSTS = """
bitbucket.org buf.build cloud.google.com codeberg.org connectrpc.com dario.cat entgo.io filippo.io
fyne.io git.sr.ht gitea.com github.com gitlab.com gitlab.freedesktop.org go.etcd.io go.mongodb.org
go.opencensus.io go.opentelemetry.io go.starlark.net go.temporal.io go.uber.org gocloud.dev
golang.org golang.zx2c4.com gonum.org google.golang.org gopkg.in gorm.io gotest.tools helm.sh
honnef.co istio.io k8s.io knative.dev modernc.org mvdan.cc nhooyr.io oras.land rsc.io sigs.k8s.io
tinygo.org
"""
_PUBLIC_HOSTS = frozenset(_HOSTS.split())
_SIGNS = re.compile(r"[-_.]+")
_SIMPLE = re.compile(r"[A-Za-z0-9@%._~+/:-]+")


class Declared(Protocol):
    """A dependency as a manifest or a lock file declares it."""

    @property
    def purl(self) -> str:
        """With a version where it is locked."""

    @property
    def requirement(self) -> str:
        """In the ecosystem's own language."""

    @property
    def scope(self) -> str:
        """What it is needed for."""

    @property
    def locked(self) -> bool:
        """Whether a lock file says it."""


@dataclass(frozen=True, slots=True)
class OwnPackage:
    """A package that the code base is itself: purl type, and name with its namespace."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Purl:
    """A package URL taken apart; ``name`` has the namespace in it and no percent signs."""

    kind: str
    name: str
    version: str = ""
    qualifiers: str = ""

    @property
    def namespace(self) -> str:
        """What stands before the last slash."""
        return self.name.rpartition("/")[0]


def purl_parse(purl: str) -> Purl | None:
    """Take a purl apart; None for what is none."""
    scheme, _, rest = purl.partition("#")[0].partition(":")
    plain, _, qualifiers = rest.partition("?")
    kind, _, name = plain.strip("/").partition("/")
    bare, at, version = name.rpartition("@")
    if not at or not bare:
        bare, version = name, ""
    if scheme != "pkg" or not kind or not bare:
        return None
    return Purl(kind, unquote(bare), unquote(version), qualifiers)


def purl_plain(purl: str) -> str:
    """A purl without version, qualifiers and subpath."""
    bare = purl.partition("#")[0].partition("?")[0]
    at = bare.rfind("@")
    return bare[:at] if at > bare.rfind("/") else bare


class PackagePolicy:
    """Says of each package of a code base whether it may be mentioned."""

    def __init__(
        self,
        declared: Iterable[Declared],
        own: Iterable[OwnPackage],
        excluded: Sequence[str],
    ) -> None:
        self._excluded = [_plain(glob) for glob in excluded]
        self._own = {(one.kind, _plain(one.name)) for one in own if one.name}
        self._declared: dict[str, list[Declared]] = defaultdict(list)
        for row in declared:
            self._declared[purl_plain(row.purl)].append(row)
        self._judged: dict[str, Reason | None] = {}

    @cached_property
    def _own_namespaces(self) -> set[tuple[str, str]]:
        """Scopes, groups and organisations of the code base: what is of them is its own too."""
        spaces = ((kind, name.rpartition("/")[0]) for kind, name in self._own)
        return {(kind, space) for kind, space in spaces if space and "/" in f"{space}/"}

    def refusal(self, purl: str) -> Reason | None:
        """Why the package of this purl, without version, must not be mentioned."""
        if purl not in self._judged:
            self._judged[purl] = self._judge(purl)
        return self._judged[purl]

    def facts(
        self, first_seen: Mapping[str, datetime], now: datetime
    ) -> tuple[list[PackageFact], dict[str, str]]:
        """What is told of all packages by purl, and the reasons for those refused."""
        facts, refused = [], {}
        for purl, rows in sorted(self._declared.items()):
            try:
                facts.append(self._fact(purl, rows, first_seen.get(purl, now)))
            except Refused as error:
                refused[purl] = str(error.reason)
        return facts, refused

    def _judge(self, purl: str) -> Reason | None:
        parsed = purl_parse(purl)
        if parsed is None or not _SIMPLE.fullmatch(purl):
            return Reason.OFF_CONTRACT
        if self._is_excluded(parsed):
            return Reason.EXCLUDED
        plain = _plain(parsed.name)
        if (parsed.kind, plain) in self._own:
            return Reason.OWN
        if (parsed.kind, plain.rpartition("/")[0]) in self._own_namespaces:
            return Reason.OWN
        return None if self._is_public(purl, parsed) else Reason.PRIVATE

    def _is_excluded(self, purl: Purl) -> bool:
        plain = _plain(purl.name)
        names = (plain, plain.rpartition("/")[2], f"{purl.kind}/{plain}")
        return any(fnmatchcase(name, glob) for glob in self._excluded for name in names)

    def _is_public(self, purl: str, parsed: Purl) -> bool:
        """Whether it comes from a registry, as far as manifests say; lock files say it of the rest.

        One that is declared from a folder or an address only is in a lock file too.
        """
        if parsed.kind in _HOSTED and parsed.name.partition("/")[0] not in _PUBLIC_HOSTS:
            return False
        rows = self._declared.get(purl, [])
        written = [row for row in rows if not row.locked] or rows
        return not rows or any(_is_public_row(row) for row in written)

    def _fact(self, purl: str, rows: Sequence[Declared], first_seen_at: datetime) -> PackageFact:
        if reason := self.refusal(purl):
            raise Refused(reason, purl)
        versions = {
            version_told(parsed.version) for row in rows if (parsed := purl_parse(row.purl))
        }
        requirements = {requirement_told(row.requirement) for row in rows if not row.locked}
        scopes = {row.scope if row.scope in SCOPES else _OTHER_SCOPE for row in rows if row.scope}
        try:
            return PackageFact(
                purl=purl,
                requirements=_listed(requirements),
                versions=_listed(versions),
                scopes=_listed(scopes),
                first_seen_at=first_seen_at,
            )
        except ValidationError as error:
            message = error.errors(include_url=False)[0]["msg"]
            raise Refused(Reason.OFF_CONTRACT, message) from None


def _is_public_row(row: Declared) -> bool:
    parsed = purl_parse(row.purl)
    return is_from_registry(row.requirement) and not (parsed and parsed.qualifiers)


def _listed(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, values)))[:VALUES_LIMIT]


def _plain(name: str) -> str:
    """Names compare without regard to case and to which sign divides words (as in PEP 503)."""
    return "/".join(_SIGNS.sub("-", part) for part in name.lower().replace(":", "/").split("/"))
