"""Who this site is to others: the source of its messages and the key that signs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apps.shared.contracts.nkeys import NKey, NKeyError, seed_new
from apps.shared.core.private_files import read_or_create


@dataclass(frozen=True, slots=True)
class Identity:
    """A name that rows and durable consumers carry, a CloudEvents source, and where the key is.

    ``seed`` comes from the environment; without it ``folder`` may hold ``<name>.seed``.
    """

    name: str
    source: str
    seed: str
    folder: Path

    @property
    def seed_file(self) -> Path:
        """Where the seed is kept on this machine."""
        return self.folder / f"{self.name}.seed"

    @property
    def key(self) -> NKey | None:
        """The key pair; None for one that was not enrolled.

        Raises:
            SystemExit: with one line, when the file holds something else.
        """
        seed = self.seed
        if not seed and self.seed_file.exists():
            seed = self.seed_file.read_text().strip()
        if not seed:
            return None
        try:
            return NKey.from_seed(seed)
        except NKeyError as error:
            raise SystemExit(f"{self.seed_file}: {error}; enrol the instance again.") from None

    def key_made_here(self) -> NKey:
        """The key pair, drawn at first need: for whoever enrols the others."""
        if self.key is None:
            read_or_create(self.seed_file, seed_new)
        key = self.key
        if key is None:
            raise SystemExit(f"{self.seed_file} is empty: delete it.")
        return key


def public_key_of(*, configured: str, folder: Path, name: str) -> str:
    """Another's public key: the configured one, else the one of a seed on this machine, else ''."""
    if configured:
        return configured
    key = Identity(name=name, source="", seed="", folder=folder).key
    return key.public if key else ""
