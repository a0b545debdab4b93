"""A project as its index's documents describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class File:
    """A distribution. ``url`` is as it stands in the document, relative to it or not.

    ``version`` is as the file name writes it, empty where that is no distribution's. ``tags`` are
    those of a wheel (``cp39-abi3-manylinux_2_17_x86_64``); a source distribution has none.
    ``metadata`` is the SHA-256 of its core metadata where that is served beside it (PEP 658):
    empty where there is a file but no digest, None where there is none.
    """

    name: str
    url: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    size: int | None = None
    uploaded_at: datetime | None = None
    yanked: bool = False
    yanked_reason: str = ""
    metadata: str | None = None

    @property
    def is_wheel(self) -> bool:
        """Whether it is a built distribution, as pip installs it."""
        return bool(self.tags)

    @property
    def is_source(self) -> bool:
        """Whether it is a source distribution."""
        return self.name.endswith((".tar.gz", ".zip", ".tar.bz2", ".tgz"))

    @property
    def compiled(self) -> bool:
        """Whether it is for some platforms only, and so has compiled code."""
        return self.is_wheel and not any(tag.endswith("-any") for tag in self.tags)


@dataclass(frozen=True, slots=True)
class Described:
    """What one version says of itself: core metadata, or ``info`` of the JSON API.

    ``needs`` are requirements as they are written (PEP 508), None where they are not known.
    """

    version: str = ""
    summary: str = ""
    expression: str = ""
    licence: str = ""
    classifiers: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    homepage: str = ""
    urls: Mapping[str, str] | None = None
    needs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A vulnerability that the index tells of one version."""

    id: str
    version: str
    aliases: tuple[str, ...]
    summary: str
    details: str
    link: str
    fixed: tuple[str, ...]
    withdrawn: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All files of a project. ``versions`` has those without a file too.

    ``status`` is a project status marker (PEP 792), ``status_reason`` what its owners say of it.
    """

    files: tuple[File, ...] = ()
    versions: tuple[str, ...] = ()
    status: str = ""
    status_reason: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """What the JSON API says of a project, under the version that it hands out."""

    described: Described
    listing: Listing
    maintainers: int | None
    told: tuple[Told, ...]
