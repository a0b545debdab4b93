"""Core metadata of a distribution, as an index serves it beside a wheel (PEP 658).

It is read as leniently as installers do: a field that is wrong is left out, since metadata is
written once and never mended. Source: the core metadata specification, through ``packaging``.
"""

from __future__ import annotations

from email.errors import MessageError
from hashlib import sha256

from packaging.metadata import parse_email

from apps.centralcloud.package_sync.engine.pypi.model import Described
from apps.centralcloud.package_sync.engine.pypi.naming import version_same
from apps.centralcloud.package_sync.engine.reading import LINE, TEXT, address, clean
from apps.centralcloud.package_sync.engine.registry import Malformed


def metadata_read(body: bytes, *, version: str, digest: str = "") -> Described:
    """What a version says of itself.

    Args:
        version: that it must be of.
        digest: the SHA-256 that the index gave for it, if any.

    Raises:
        Malformed: it is of another version, not what the index gave the digest of, or nothing.
    """
    if digest and sha256(body).hexdigest() != digest.lower():
        raise Malformed("core metadata is not what the index gave the digest of")
    try:
        raw, _ = parse_email(body)
    except (MessageError, ValueError, RecursionError):
        raise Malformed("core metadata cannot be read") from None
    if version_same(raw.get("version", "")) != version_same(version):
        raise Malformed("core metadata is of another version")
    return Described(
        version=version,
        summary=clean(raw.get("summary", "")),
        expression=clean(raw.get("license_expression", ""), LINE),
        licence=clean(raw.get("license", "")),
        classifiers=_texts(raw.get("classifiers", [])),
        keywords=tuple(filter(None, (word.strip() for word in _texts(raw.get("keywords", []))))),
        homepage=address(raw.get("home_page", "")),
        urls={clean(label, LINE): address(url) for label, url in _urls(raw.get("project_urls"))},
        needs=_texts(raw.get("requires_dist", []), TEXT),
    )


def _texts(texts: list[str], limit: int = LINE) -> tuple[str, ...]:
    return tuple(clean(text, limit) for text in texts)


def _urls(urls: dict[str, str] | None) -> list[tuple[str, str]]:
    return list((urls or {}).items())
