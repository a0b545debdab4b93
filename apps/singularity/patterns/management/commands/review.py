"""`manage.py review DIFF|PATH`: new code compared with what was learned."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.shared.core.version import VERSION
from apps.singularity.ingestion.selectors.codebases import codebase_around, codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.patterns.engine.packing import UnreadableFacts
from apps.singularity.patterns.engine.review import (
    DiffError,
    Level,
    Remark,
    as_json,
    as_sarif,
    as_text,
    review,
)
from apps.singularity.patterns.management.reviewed import (
    NewCode,
    NothingToReview,
    code_of_diff,
    code_of_path,
    is_diff,
)
from apps.singularity.patterns.management.reviewers import with_notes
from apps.singularity.patterns.selectors.review import NotMined, learned_for_review

FAILED = 2
_SEVERITY = {Level.NOTE: 0, Level.WARNING: 1}


class Command(BaseCommand):
    """Review a change."""

    help = (
        "Compare new code with what was learned of its code base: broken rules, functions that "
        "exist already, new import cycles, unusual choices. Exits 1 when there is something to "
        f"look at, {FAILED} when nothing could be compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to review, and how to say what was found."""
        parser.add_argument(
            "change", metavar="DIFF|PATH", help="a unified diff (- reads it), a file or a folder"
        )
        parser.add_argument("--codebase", default="", help="what to compare with (default: found)")
        parser.add_argument("--format", choices=["text", "json", "sarif"], default="text")
        parser.add_argument("--output", type=Path, help="write there and not to standard output")
        parser.add_argument(
            "--fail-on",
            choices=[*(level.value for level in Level), "never"],
            default=Level.WARNING.value,
            help="the least level that makes the exit status 1",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare, write, and exit by what was found."""
        try:
            remarks = self._review(options["change"], options["codebase"])
        except (UnknownCodebase, NotMined, NothingToReview, DiffError) as error:
            raise CommandError(str(error), returncode=FAILED) from None
        except UnreadableFacts as error:
            mend = f"what was mined is damaged ({error}): run `manage.py mine_patterns --full`"
            raise CommandError(mend, returncode=FAILED) from None
        self._write(_shown(remarks, options["format"]), options["output"])
        if _fails(remarks, options["fail_on"]):
            sys.exit(1)

    def _review(self, change: str, name: str) -> tuple[Remark, ...]:
        codebase = _codebase(change, name)
        root = Path(codebase.root)
        code: NewCode = (
            code_of_diff(change, root) if is_diff(change) else code_of_path(Path(change), root)
        )
        learned = learned_for_review(codebase=codebase)
        return with_notes(review(code.files, learned, removed=code.removed), code.files)

    def _write(self, text: str, output: Path | None) -> None:
        if output is None:
            self.stdout.write(text)
            return
        try:
            output.write_text(text)
        except OSError as error:
            reason = f"{output} cannot be written: {error.strerror}"
            raise CommandError(reason, returncode=FAILED) from None


def _codebase(change: str, name: str) -> Any:
    """The code base that is named, or that the path (of a diff: the current folder) lies in."""
    if name:
        return codebases_of(instance=settings.INSTANCE_ID, name=name)[0]
    place = Path.cwd() if is_diff(change) else Path(change)
    known = codebases_of(instance=settings.INSTANCE_ID)
    around = codebase_around(codebases=known, path=place)
    if around is not None:
        return around
    if is_diff(change) and len(known) == 1:
        return known[0]
    raise NothingToReview(f"{place} lies in no code base that was read: say which with --codebase")


def _shown(remarks: Sequence[Remark], form: str) -> str:
    if form == "sarif":
        return as_sarif(remarks, version=VERSION)
    return as_json(remarks) if form == "json" else as_text(remarks)


def _fails(remarks: Sequence[Remark], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    return any(_SEVERITY[one.level] >= _SEVERITY[Level(fail_on)] for one in remarks)
