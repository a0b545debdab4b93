"""Advisories in the schema of Open Source Vulnerabilities (OSV), version 1.7."""

from apps.centralcloud.package_sync.engine.osv.document import (
    AdvisoryRecord,
    AffectedRecord,
    Event,
    EventKind,
    OsvError,
    Range,
)
from apps.centralcloud.package_sync.engine.osv.evaluation import Verdict, versions_affected
from apps.centralcloud.package_sync.engine.osv.parsing import advisory_parse

__all__ = [
    "AdvisoryRecord",
    "AffectedRecord",
    "Event",
    "EventKind",
    "OsvError",
    "Range",
    "Verdict",
    "advisory_parse",
    "versions_affected",
]
