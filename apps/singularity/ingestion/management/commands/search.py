"""`manage.py search "words"`: find code by what it does, or by its name."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.text import Text

from apps.singularity.ingestion.engine.lexical import PathGlobError
from apps.singularity.ingestion.selectors import SearchHit, chunks_search
from apps.singularity.ingestion.selectors.filters import SearchFilters, UnknownCodebase
from apps.singularity.ingestion.selectors.search import MAX_LIMIT


class Command(BaseCommand):
    """Search the code that this instance has learned."""

    help = "Find code by what it does, by words in it, or by its symbol."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Words and filters."""
        parser.add_argument("query", nargs="+", help="words, or a symbol such as Model.save")
        parser.add_argument("--language", action="append", default=[], help="python, rust, ...")
        parser.add_argument("--kind", action="append", default=[], help="function, class, ...")
        parser.add_argument("--path", default="", help="a folder, or a pattern: src/**/*.py")
        parser.add_argument("--codebase", default="", help="only this code base")
        parser.add_argument("--limit", type=int, default=10, help=f"results, at most {MAX_LIMIT}")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Search and print."""
        filters = SearchFilters(
            languages=tuple(options["language"]),
            kinds=tuple(options["kind"]),
            path=options["path"],
            codebase=options["codebase"],
        )
        try:
            result = chunks_search(
                instance=settings.INSTANCE_ID,
                query=" ".join(options["query"]),
                filters=filters,
                limit=options["limit"],
            )
        except (UnknownCodebase, PathGlobError) as error:
            raise CommandError(str(error)) from None
        if result.notice:
            self.stderr.write(result.notice)
        if options["json"]:
            self.stdout.write(json.dumps([hit.as_dict() for hit in result.hits]))
            return
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, soft_wrap=True)
        if not result.hits:
            console.print("Nothing found.")
        for number, hit in enumerate(result.hits, start=1):
            _print(console, number, hit)
        if result.model:
            console.print(Text(f"Meaning by {result.model}.", "dim"))


def _print(console: Console, number: int, hit: SearchHit) -> None:
    chunk = hit.chunk
    head = Text(f"{number:>2}. ", "dim")
    head.append(f"{hit.path}:{chunk.start_line}-{chunk.end_line}", "bold cyan")
    head.append(f"  {chunk.symbol}" if chunk.symbol else "", "bold")
    head.append(f"  {chunk.kind}, {chunk.language}, {hit.codebase}", "dim")
    if hit.copies:
        head.append(f", {hit.copies} more like it", "dim")
    console.print(head)
    snippet = Text(hit.snippet.text)
    for start, end in hit.snippet.highlights:
        snippet.stylize("bold yellow", start, end)
    for offset, line in enumerate(snippet.split("\n", allow_blank=True)):
        console.print(Text.assemble((f"{hit.snippet.first_line + offset:>7} ", "dim"), line))
    console.print(Text(f"        {hit.reason}", "dim italic"))
