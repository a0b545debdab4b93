"""Files: what became of each path, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin
from apps.singularity.ingestion.admin.filters import CodebaseFilter, LanguageFilter
from apps.singularity.ingestion.engine.skips import SkipReason
from apps.singularity.ingestion.models import Chunk, File

CHUNKS_SHOWN = 200
STATE_COLOURS = {"included": "success", "skipped": "warning", "removed": "danger"}


@admin.register(File)
class FileAdmin(InstanceAdmin):
    """Paths of the code bases, with what was left out and why."""

    list_display = ("path_shown", "state_shown", "why", "language", "lines", "size_shown")
    list_filter = (
        ("codebase", CodebaseFilter),
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        LanguageFilter,
        ("has_syntax_errors", BooleanRadioFilter),
    )
    list_select_related = ("codebase",)
    search_fields = ("path",)
    search_help_text = "Path"
    ordering = ("id",)
    change_form_outer_after_template = "ingestion/file_chunks.html"
    fields = (
        "path", "codebase", "state_shown", "why", "language", "encoding", "lines", "size_shown",
        "syntax", "digest_hex", "engine_version", "revision",
    )  # fmt: skip
    readonly_fields = ("state_shown", "why", "size_shown", "syntax", "digest_hex")

    @display(description="Path", ordering="path", header=True)
    def path_shown(self, file: File) -> tuple[str, str]:
        """Path and code base."""
        return f"{file.path}/" if file.is_directory else file.path, file.codebase.name

    @display(description="State", label=STATE_COLOURS)
    def state_shown(self, file: File) -> str:
        """What became of it."""
        return file.state

    @display(description="Why", empty_value="")
    def why(self, file: File) -> str:
        """The reason as a sentence, and what exactly was met."""
        if not file.reason:
            return file.detail
        below = " The same holds for all below." if file.is_directory else ""
        sentence = f"{SkipReason(file.reason).sentence}{below}"
        return f"{sentence} ({file.detail})" if file.detail else sentence

    @display(description="Size", ordering="size", empty_value="")
    def size_shown(self, file: File) -> str:
        """Size on disk."""
        return "" if file.is_directory else filesizeformat(file.size)

    @display(description="Syntax")
    def syntax(self, file: File) -> str:
        """Whether its grammar understood all of it."""
        return "has errors; it was cut all the same" if file.has_syntax_errors else "no errors"

    @display(description="SHA-256", empty_value="not read")
    def digest_hex(self, file: File) -> str | None:
        """Digest of the bytes on disk."""
        return bytes(file.digest).hex() if file.digest else None

    def row_context(self, request: HttpRequest, row: File) -> dict[str, Any]:
        """Its chunks."""
        chunks = _chunks(row)[: CHUNKS_SHOWN + 1]
        return {"chunks": chunks[:CHUNKS_SHOWN], "more_chunks": len(chunks) > CHUNKS_SHOWN}


def _chunks(file: File) -> QuerySet[Chunk]:
    """A file's chunks in order, without their texts."""
    return Chunk.objects.filter(file=file).defer("content", "documentation")
