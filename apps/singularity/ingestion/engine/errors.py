"""What stops an ingest before it starts; each message says what to do next."""

from pathlib import Path


class IngestError(Exception):
    """Base of all errors that end an ingest with one line for the user."""


class MissingPath(IngestError):
    """The given path does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not exist: give the folder that holds the code.")


class NotAFolder(IngestError):
    """The given path exists but is no folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not a folder: give the folder that holds it.")


class NoPermission(IngestError):
    """The given folder may not be listed by this user."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"{path} cannot be listed ({cause.strerror}): grant read and execute on it."
        )
