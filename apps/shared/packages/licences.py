"""Licences as SPDX expressions, from what registries and people write.

Sources: the SPDX licence list through license-expression; PEP 639 and the list of trove classifiers
for Python; ``/`` between licences as cargo allowed it before SPDX. Where a family is named and not
which of its licences ("BSD"), it becomes a ``LicenseRef``: that is what is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from license_expression import (  # type: ignore[import-untyped]  # it has none
    ExpressionError,
    get_spdx_licensing,
)

LONGEST = 300
"""A longer text is a licence's own words; then its first line may be its title."""

_NAMES = {
    "MIT": "mit | expat | mit/expat | x11/mit | mit/x11",
    "Apache-2.0": "apache | apache 2 | apache2 | apache 2.0 | apache software | apache software 2.0"
    " | asl 2.0 | apache-2 | apache software foundation 2.0",
    "BSD-3-Clause": "bsd 3 | bsd 3 clause | 3 clause bsd | new bsd | modified bsd | revised bsd"
    " | bsd new | bsd-3 | bsd 3-clause new or revised",
    "BSD-2-Clause": "bsd 2 | bsd 2 clause | 2 clause bsd | simplified bsd | freebsd | bsd-2"
    " | bsd 2-clause simplified",
    "0BSD": "bsd zero clause | zero-clause bsd",
    "ISC": "isc | iscl | isc (iscl)",
    "MPL-2.0": "mpl 2 | mpl2 | mpl 2.0 | mozilla public 2.0 | mozilla public 2.0 (mpl 2.0)",
    "MPL-1.1": "mpl 1.1 | mozilla public 1.1 (mpl 1.1)",
    "GPL-2.0-only": "gplv2 | gpl 2 | gpl v2 | gpl 2.0 | gnu general public v2 (gplv2)"
    " | gnu gpl v2 | gnu general public 2.0",
    "GPL-2.0-or-later": "gplv2+ | gpl v2+ | gpl 2+ | gnu general public v2 or later (gplv2+)",
    "GPL-3.0-only": "gplv3 | gpl 3 | gpl v3 | gpl 3.0 | gnu general public v3 (gplv3)"
    " | gnu gplv3 | gnu gpl v3 | gnu general public 3.0",
    "GPL-3.0-or-later": "gplv3+ | gpl v3+ | gpl 3+ | gnu general public v3 or later (gplv3+)",
    "LGPL-2.1-only": "lgplv2.1 | lgpl 2.1 | lgpl v2.1",
    "LGPL-2.1-or-later": "lgplv2.1+ | lgpl v2.1+",
    "LGPL-2.0-only": "gnu lesser general public v2 (lgplv2)",
    "LGPL-2.0-or-later": "gnu lesser general public v2 or later (lgplv2+)",
    "LGPL-3.0-only": "lgplv3 | lgpl 3 | lgpl v3 | lgpl 3.0 | gnu lesser general public v3 (lgplv3)",
    "LGPL-3.0-or-later": "lgplv3+ | lgpl v3+ | gnu lesser general public v3 or later (lgplv3+)",
    "AGPL-3.0-only": "agplv3 | agpl 3.0 | agpl v3 | gnu affero general public v3"
    " | gnu affero general public v3 (agplv3)",
    "AGPL-3.0-or-later": "agplv3+ | gnu affero general public v3 or later (agplv3+)",
    "PSF-2.0": "psf | psfl | python software foundation",
    "EPL-1.0": "epl 1.0 | eclipse public 1.0 | eclipse public 1.0 (epl-1.0)",
    "EPL-2.0": "epl 2.0 | eclipse public 2.0 | eclipse public 2.0 (epl-2.0)",
    "EUPL-1.2": "european union public 1.2 (eupl 1.2)",
    "Unlicense": "unlicense | the unlicense (unlicense) | unlicence",
    "CC0-1.0": "cc0 | cc0 1.0 | cc0 1.0 universal (cc0 1.0) public domain dedication"
    " | cc0 1.0 universal",
    "WTFPL": "wtfpl | do what the fuck you want to public",
    "Zlib": "zlib | zlib/libpng",
    "Artistic-2.0": "artistic 2 | artistic 2.0",
    "BSL-1.0": "boost software 1.0 (bsl-1.0) | boost software 1.0 | boost",
    "ZPL-2.1": "zpl 2.1 | zope public 2.1",
    "HPND": "historical permission notice and disclaimer (hpnd)",
    "UPL-1.0": "universal permissive (upl)",
    "Unicode-3.0": "unicode 3.0",
    "LicenseRef-BSD": "bsd | bsd style | bsd-like | bsd derived",
    "LicenseRef-GPL": "gpl | gnu gpl | gnu general public | gnu general public (gpl)",
    "LicenseRef-LGPL": "lgpl | gnu lgpl | gnu lesser general public"
    " | gnu library or lesser general public (lgpl)",
    "LicenseRef-AGPL": "agpl | gnu affero general public",
    "LicenseRef-MPL": "mpl | mozilla public",
    "LicenseRef-Public-Domain": "public domain",
}
"""How people write a licence, without "the", "license" and "version"."""
_NOISE = re.compile(r"\b(?:the|licen[cs]ed?|version|ver\.?|under|terms)\b|[,\"']|\bv\.?\s*(?=\d)")
_AND = re.compile(r"\s+and\s+|\s*&&?\s*", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_EITHER = re.compile(r"\s+or\s+|\s*(?:/|,|;|\|\|?)\s*", re.IGNORECASE)
_CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


def licence_expression(text: str, classifiers: Sequence[str] = ()) -> str:
    """The SPDX expression that a text stands for, or else trove classifiers; empty if unknown.

    Several classifiers do not say whether all of them hold or any; ``AND`` is the careful reading.
    """
    return _of_text(text) or _of_classifiers(tuple(classifiers))


def licence_ids(expression: str) -> tuple[str, ...]:
    """Identifiers of the licences and exceptions in an SPDX expression, sorted, each once."""
    words = re.findall(r"[A-Za-z0-9.+:-]+", expression)
    return tuple(sorted({word for word in words if word not in {"AND", "OR", "WITH"}}))


@lru_cache(maxsize=8_192)
def _of_text(text: str) -> str:
    title = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not title or len(title) > LONGEST:
        return ""
    return _parsed(title) or _named(title) or _joined(title)


@lru_cache(maxsize=8_192)
def _of_classifiers(classifiers: tuple[str, ...]) -> str:
    names = (match[1] for one in classifiers if (match := _CLASSIFIER.fullmatch(one.strip())))
    return " AND ".join(dict.fromkeys(filter(None, map(_named, names))))


def _parsed(text: str) -> str:
    """A text that is an SPDX expression already, with the list's own capitals."""
    try:
        found = _licensing().parse(text, strict=True)
    except ExpressionError:
        return ""
    if found is None or any(not _REFERENCE.fullmatch(key) for key in _unknown(found)):
        return ""
    return str(found.render())


def _unknown(found: Any) -> list[str]:
    """Keys outside the SPDX list; ``LicenseRef-`` ones are on nobody's."""
    return list(_licensing().unknown_license_keys(found))


def _named(text: str) -> str:
    """A licence by one of its names, or by the identifier in brackets behind it."""
    known = _aliases().get(_plain(text), "")
    bracketed = re.search(r"\(([^()]+)\)$", text)
    return known or (_parsed(bracketed[1]) if bracketed else "")


def _joined(text: str) -> str:
    """Licences with "and", "or", a slash, an ampersand or a comma between them, each one known."""
    if not re.search(r"[/,;&|]|\s(?:and|or)\s", text, re.IGNORECASE):
        return ""
    splits = ((_AND, "AND"), (_OR, "OR"), (_EITHER, "OR"))
    return next(filter(None, (_all(split.split(text), word) for split, word in splits)), "")


def _all(parts: Sequence[str], operator: str) -> str:
    parts = [part.strip("() ") for part in parts]
    names = [_parsed(part) or _named(part) for part in parts]
    single = all(name and " OR " not in name and " AND " not in name for name in names)
    return f" {operator} ".join(dict.fromkeys(names)) if len(parts) > 1 and single else ""


def _plain(text: str) -> str:
    plain = _NOISE.sub(" ", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"(?<=[a-z\d])-(?=[a-z])", " ", plain)).strip(" .:")


@cache
def _aliases() -> dict[str, str]:
    return {_plain(name): key for key, names in _NAMES.items() for name in names.split(" | ")}


@cache
def _licensing() -> Any:
    """The SPDX list, which takes a moment to read."""
    return get_spdx_licensing()
