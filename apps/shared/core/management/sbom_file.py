"""Where a command leaves a bill of materials."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper

from apps.shared.core.private_files import write_whole


def sbom_leave(text: str, *, output: Path | None, stdout: OutputWrapper) -> None:
    """Print it, or put it in a file's place at once.

    Raises:
        CommandError: the file cannot be written.
    """
    if output is None:
        stdout.write(text)
        return
    try:
        write_whole(output, f"{text}\n")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    stdout.write(f"Written to {output}.")
