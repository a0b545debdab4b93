"""Remarks as SARIF 2.1.0, which code hosts and editors read (OASIS standard, 27 March 2020)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.review.model import Level, Remark, RemarkKind

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "singularity/v1"
"""Name, with version, of the fingerprint by which a remark is known again in the next run."""

_ROOT = "SRCROOT"
_RULES = {
    RemarkKind.BREAKS_RULE: (
        "BreaksRule",
        Level.WARNING,
        "Breaks a rule that this code base keeps",
        "Nearly all functions here that make one library call make another, or both in one order.",
    ),
    RemarkKind.CLONE: (
        "Clone",
        Level.WARNING,
        "Stands in the code base already",
        "The function equals one that exists, or differs from it in names or in little else.",
    ),
    RemarkKind.NEW_CYCLE: (
        "NewCycle",
        Level.WARNING,
        "Closes a cycle of modules",
        "With this import each of the modules depends on all others at run time.",
    ),
    RemarkKind.UNUSUAL: (
        "Unusual",
        Level.NOTE,
        "Is hardly ever done here",
        "Nearly all comparable code of this code base does it another way.",
    ),
    RemarkKind.SURPRISE: (
        "Surprise",
        Level.NOTE,
        "Is not what the model of this code base expects",
        "The model in use, trained on this code base, would have written the line otherwise.",
    ),
}


def as_sarif(remarks: Sequence[Remark], *, version: str) -> str:
    """A SARIF log of one run; ``version`` is that of the tool.

    Paths are relative to the root of the code base, as URIs.
    """
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(version)},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The root of the code base"}}
                },
                "results": _results(remarks),
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _driver(version: str) -> dict[str, Any]:
    return {
        "name": "Singularity",
        "version": version,
        "rules": [
            {
                "id": kind.value,
                "name": name,
                "shortDescription": {"text": f"{short}."},
                "fullDescription": {"text": full},
                "defaultConfiguration": {"level": level.value},
            }
            for kind, (name, level, short, full) in _RULES.items()
        ],
    }


def _results(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for remark in remarks:
        place = f"{remark.place.path}\0{remark.symbol}"
        identity = f"{remark.kind}\0{remark.signature}\0{place}"
        results.append(_result(remark, f"{identity}\0{seen[identity]}"))
        seen[identity] += 1
    return results


def _result(remark: Remark, identity: str) -> dict[str, Any]:
    """One result; ``identity`` names it without its line, which other changes may move."""
    return {
        "ruleId": remark.kind.value,
        "ruleIndex": list(_RULES).index(remark.kind),
        "level": remark.level.value,
        "message": {"text": remark.message},
        "locations": [_location(remark.place, remark.symbol)],
        "relatedLocations": [
            {"id": number} | _location(place)
            for number, place in enumerate(remark.evidence.places, 1)
        ],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {
            "signature": remark.signature,
            "holds": remark.evidence.holds,
            "applies": remark.evidence.applies,
        },
    }


def _location(place: Place, symbol: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path), "uriBaseId": _ROOT},
            "region": {"startLine": place.start_line, "endLine": place.end_line},
        }
    }
    if symbol:
        location["logicalLocations"] = [{"fullyQualifiedName": symbol}]
    return location
