"""Chunks: what a file was cut into, and the search page over them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.shared.core.admin.base import InstanceAdmin, link, row_url
from apps.singularity.ingestion.admin.code import code_html
from apps.singularity.ingestion.admin.filters import (
    CodebaseFilter,
    FileFilter,
    KindFilter,
    LanguageFilter,
)
from apps.singularity.ingestion.admin.search import search_page
from apps.singularity.ingestion.models import Chunk


@admin.register(Chunk)
class ChunkAdmin(InstanceAdmin):
    """Pieces of files that follow the syntax."""

    list_display = ("title", "kind_shown", "language", "place", "codebase")
    list_filter = (
        ("codebase", CodebaseFilter),
        KindFilter,
        LanguageFilter,
        ("file", FileFilter),
    )
    list_select_related = ("file", "codebase")
    search_fields = ("name__startswith",)
    search_help_text = "Beginning of a name, in lower case"
    change_form_outer_before_template = "ingestion/chunk_content.html"
    custom_urls = (("search", "ingestion_search", search_page),)
    fieldsets = (
        (None, {"fields": ("title_text", "kind", "language", "file_link", "lines", "bytes")}),
        ("Text", {"fields": ("signature", "documentation")}),
        ("Digests", {"fields": ("content_digest_hex", "text_digest_hex")}),
    )
    readonly_fields = (
        "title_text", "file_link", "lines", "bytes", "content_digest_hex", "text_digest_hex",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        """Chunks without their texts; one chunk's page loads its own."""
        rows: QuerySet[Chunk] = super().get_queryset(request)
        return rows.defer("content", "documentation", "signature")

    @display(description="Symbol", ordering="name")
    def title(self, chunk: Chunk) -> str:
        """Qualified symbol, or where there is none the lines."""
        return str(chunk)

    @display(description="Symbol", empty_value="none")
    def title_text(self, chunk: Chunk) -> str:
        """Qualified symbol."""
        return chunk.symbol

    @display(description="Kind", label=True)
    def kind_shown(self, chunk: Chunk) -> str:
        """Kind."""
        return chunk.kind

    @display(description="Place")
    def place(self, chunk: Chunk) -> str:
        """Path and lines."""
        return f"{chunk.file.path}:{chunk.start_line}-{chunk.end_line}"

    @display(description="File")
    def file_link(self, chunk: Chunk) -> str:
        """The file, leading to it."""
        return link(row_url(chunk.file), chunk.file.path)

    @display(description="Lines")
    def lines(self, chunk: Chunk) -> str:
        """First and last line."""
        return f"{chunk.start_line} to {chunk.end_line}"

    @display(description="Bytes")
    def bytes(self, chunk: Chunk) -> str:
        """Half-open range in the scrubbed text."""
        return f"{chunk.start_byte:,} up to {chunk.end_byte:,}"

    @display(description="Content digest")
    def content_digest_hex(self, chunk: Chunk) -> str:
        """First half of the content's SHA-256."""
        return chunk.content_digest.hex()

    @display(description="Text digest")
    def text_digest_hex(self, chunk: Chunk) -> str:
        """Names the text that is embedded."""
        return chunk.text_digest.hex()

    def row_context(self, request: HttpRequest, row: Chunk) -> dict[str, Any]:
        """Its code, coloured."""
        return {"source": _source(row)}


def _source(chunk: Chunk) -> SafeString:
    return code_html(chunk.content, language=chunk.language, first_line=chunk.start_line)
