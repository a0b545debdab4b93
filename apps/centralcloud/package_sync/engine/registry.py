"""What every registry's client offers, and how it fails."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from apps.centralcloud.package_sync.engine.record import PackageRecord

ECOSYSTEMS = ("cargo", "hex", "npm", "pypi")
"""Purl types of the registries that are spoken to."""


class RegistryError(Exception):
    """A package could not be read; the text is one line that says why, without an address.

    ``reason`` is one of ``Reason``; ``again`` says whether another attempt may go better.
    """

    reason = "failed"
    again = True


class PackageMissing(RegistryError):
    """The registry has no package of this name (404), or has it no more (410)."""

    reason = "missing"
    again = False


class Unavailable(RegistryError):
    """The registry was not reached, answered with an error, or asked to wait for too long."""

    reason = "unavailable"


class Malformed(RegistryError):
    """What came is not what the registry's protocol says: cut off, no JSON, of another package."""

    reason = "malformed"


class TooLarge(RegistryError):
    """A document is larger than the limit, or has more versions than are kept."""

    reason = "too_large"
    again = False


class Refused(RegistryError):
    """The registry, or an address it leads to, may not be asked: credentials, a private address."""

    reason = "refused"
    again = False


class Registry(Protocol):
    """Speaks one registry's protocol. May be used by several threads at once."""

    ecosystem: str

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """The package as the registry describes it now.

        Args:
            name: with its namespace, without percent signs: ``@babel/core``, ``Django``.
            wanted: versions whose dependencies are asked for even where each costs a request;
                those of the latest version always are.
            known: the digest of the record made before.

        Returns:
            None where the documents are those that ``known`` was made of.

        Raises:
            RegistryError: one of the above.
        """
