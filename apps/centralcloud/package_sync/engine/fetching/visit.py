"""One step of a fetch: whom it is for, and which credentials may go along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from apps.centralcloud.package_sync.engine.places.place import Place, origin


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a place, to this address or to one that it was led to."""

    place: Place
    url: str
    accept: str

    @property
    def secrets(self) -> Mapping[str, str]:
        """The place's credentials where the request goes to the host they are for, else none."""
        return self.place.secrets(self.url)

    @property
    def guarded(self) -> bool:
        """Whether only a public address may be asked: where a public registry leads elsewhere.

        Where its own hosts are, this machine's resolver says: a mirror may stand for them.
        """
        own = (self.place.url, self.place.api)
        return not self.place.private and origin(self.url) not in map(origin, own)

    @property
    def key(self) -> str:
        """Under which the answer is kept: others with other credentials do not find it.

        Nor does whoever checks certificates find what came from a host that was not checked.
        """
        said = [self.url, self.accept]
        said += [f"{name}:{value}" for name, value in self.secrets.items()]
        connection = self.place.connection
        if connection and connection.unverified_by(self.url):
            said.append("unverified")
        return sha256("\n".join(said).encode()).hexdigest()
