"""The rule set of kingfisher, in process; nothing is ever validated over the network."""

from collections.abc import Iterator
from pathlib import Path

from kingfisher_sdk import Finding, Rules, Scanner

from apps.singularity.ingestion.engine.secrets.model import Span
from apps.singularity.ingestion.engine.secrets.values import is_password

_PREFIXES = ("betterleaks.", "kingfisher.", "veles.secrets/", "custom.")
# Helpers of composite rules: some are secrets by themselves, others only hosts or ids.
_HELPERS = ("secret", "token", "password", "key")
_NO_SECRETS = ("id", "url", "host", "domain", "username", "email", "region", "endpoint")


class Catalog:
    """All rules, low confidence included. Takes half a second from its cache, else some more.

    The compiled rules are kept in `cache_dir`, else in KF_RULE_CACHE_DIR, else in the
    user's cache folder; where none may be written they are compiled at each start.
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        rules = Rules(confidence="low", cache_dir=cache_dir)
        # Without a policy: comments such as `kingfisher:ignore` hide nothing from it.
        self._scanner = Scanner(rules)

    def spans(self, data: bytes) -> Iterator[Span]:
        """Spans of what the rules find in UTF-8 text."""
        for finding in self._scanner.scan(data):
            if _counts(finding):
                yield from _locate(data, finding)


def _counts(finding: Finding) -> bool:
    if "generic-" in finding.rule_id:
        # Found by place and not by form: `user:password@` in an example protects nothing.
        return is_password(finding.secret.encode(), quoted=True)
    return finding.visible or _is_secret_helper(finding.rule_id)


def _is_secret_helper(rule_id: str) -> bool:
    words = rule_id.lower().replace(".", "-").split("-")
    return any(word in words for word in _HELPERS) and words[-1] not in _NO_SECRETS


def _locate(data: bytes, finding: Finding) -> Iterator[Span]:
    kind = _kind(finding.rule_id)
    start, end = finding.location["start_offset"], finding.location["end_offset"]
    secret = finding.secret.encode()
    if finding.is_base64_encoded or data[start:end] == secret:
        yield Span(start, end, kind)
        return
    # Its offsets count from behind a byte order mark, for one; the value is what is sure.
    at = data.find(secret)
    while secret and at >= 0:
        yield Span(at, at + len(secret), kind)
        at = data.find(secret, at + len(secret))


def _kind(rule_id: str) -> str:
    for prefix in _PREFIXES:
        rule_id = rule_id.removeprefix(prefix)
    return "".join(char if char.isalnum() else "-" for char in rule_id.lower())
