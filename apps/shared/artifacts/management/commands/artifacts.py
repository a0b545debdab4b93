"""`manage.py artifacts`: the model bundles on this site's disk."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.selectors import artifact_find, artifacts
from apps.shared.artifacts.services import (
    ArtifactError,
    artifact_verify,
    artifacts_prune,
    bundles_needed,
)

MEGABYTE = 1_000_000


class Command(RecordedCommand):
    """List, verify, prune."""

    help = "List the model bundles on this site's disk, hash them again, or remove old ones."
    noted = ("names", "keep")

    def recorded(self, options: dict[str, Any]) -> str:
        """To list is no action, nor to say what would be removed."""
        looks = options["action"] == "list" or options.get("dry_run")
        return "" if looks else f"bundle.{options['action']}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with which."""
        actions = parser.add_subparsers(dest="action", required=True)
        listed = actions.add_parser("list", help="label, digest, size")
        verified = actions.add_parser("verify", help="hash every file again")
        verified.add_argument("names", nargs="*", help="labels or digests; all without them")
        pruned = actions.add_parser("prune", help="remove what nobody needs, as every day")
        pruned.add_argument("--keep", nargs="+", metavar="NAME", help="remove all but these")
        pruned.add_argument("--dry-run", action="store_true", help="only say which")
        for one in (listed, verified, pruned):
            one.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Parse, call the service, report."""
        getattr(self, f"_{options['action']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        rows = list(artifacts())
        if options["json"]:
            self.stdout.write(json.dumps([_json(row) for row in rows]))
            return
        if not rows:
            self.stdout.write("No bundles.")
        for row in rows:
            self.stdout.write(f"{row.digest}  {row.size / MEGABYTE:9.1f} MB  {row.label}")

    def _verify(self, options: dict[str, Any]) -> None:
        rows = _named(options["names"]) or list(artifacts())
        problems = {row.digest: _problem(row) for row in rows}
        if options["json"]:
            self.stdout.write(json.dumps(problems))
        else:
            for row in rows:
                self.stdout.write(f"{row}: {problems[row.digest] or 'as it was'}")
        if any(problems.values()):
            raise CommandError(f"{sum(map(bool, problems.values()))} of {len(rows)} are damaged.")

    def _prune(self, options: dict[str, Any]) -> None:
        kept = {row.digest for row in _named(options["keep"] or [])} or bundles_needed()
        gone = [row for row in artifacts() if row.digest not in kept]
        if not options["dry_run"]:
            artifacts_prune(keep=kept)
            gone = [row for row in gone if not artifacts().filter(pk=row.pk).exists()]
        if options["json"]:
            self.stdout.write(json.dumps([row.digest for row in gone]))
            return
        said = "would be removed" if options["dry_run"] else "removed"
        for row in gone:
            self.stdout.write(f"{row} {said}.")
        self.stdout.write(f"{len(gone):,} {said}; what came or was used within the hour stays.")


def _named(names: list[str]) -> list[Artifact]:
    found = {name: artifact_find(name=name) for name in names}
    if unknown := [name for name, row in found.items() if row is None]:
        raise CommandError(f"No bundle {', '.join(unknown)}: `manage.py artifacts list` has them.")
    return [row for row in found.values() if row is not None]


def _problem(row: Artifact) -> str:
    try:
        artifact_verify(digest=row.digest)
    except ArtifactError as error:
        return str(error)
    return ""


def _json(row: Artifact) -> dict[str, Any]:
    return {
        "digest": row.digest,
        "label": row.label,
        "size": row.size,
        "files": row.files,
        "created_at": row.created_at.isoformat(),
        "verified_at": row.verified_at.isoformat(),
    }
