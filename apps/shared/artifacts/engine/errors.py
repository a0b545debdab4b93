"""What can be wrong with a bundle; the text is one line that says what to do."""

from __future__ import annotations


class ArtifactError(Exception):
    """A bundle, or what was offered as one, that cannot be used."""


class ArtifactMissing(ArtifactError):
    """No whole bundle of this digest is here."""


class ArtifactUnavailable(ArtifactError):
    """It cannot be had or sent now, which says nothing of the bundle: NATS, the disk, the key."""
