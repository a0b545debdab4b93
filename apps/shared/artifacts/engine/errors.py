"""What can be wrong with a bundle; the text is one line that says what to do."""

from __future__ import annotations

from pathlib import Path


class ArtifactError(Exception):
    """A bundle, or what was offered as one, that cannot be used."""


class ArtifactMissing(ArtifactError):
    """No whole bundle of this digest is here."""


class ArtifactUnavailable(ArtifactError):
    """It cannot be had or sent now, which says nothing of the bundle: NATS, the disk, the key."""


_ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


def unreadable(file: Path, error: OSError) -> ArtifactError:
    """What to raise for a file that cannot be read.

    One that is not there says something of its bundle; whatever else the disk says does not.
    """
    kind = ArtifactError if isinstance(error, _ABSENT) else ArtifactUnavailable
    return kind(f"{file} cannot be read: {error.strerror or error}.")
