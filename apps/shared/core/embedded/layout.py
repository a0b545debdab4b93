"""Where embedded servers keep things inside the state folder."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from apps.shared.core.embedded.errors import EmbeddedServerError

# sun_path holds 108 bytes on Linux and 104 on macOS, its terminating zero included.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = "postgresql/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one state folder; two checkouts have two of them and never meet."""

    root: Path

    @property
    def users_lock(self) -> Path:
        """Locked shared by every process that uses embedded servers."""
        return self.root / "servers.users"

    @property
    def start_lock(self) -> Path:
        """Locked exclusively while servers are started or stopped."""
        return self.root / "servers.lock"

    def data(self, server: str) -> Path:
        """The data folder of one server."""
        return self.root / server

    def log(self, server: str) -> Path:
        """The log file of one server."""
        return self.root / "logs" / f"{server}.log"

    def sockets(self, server: str) -> Path:
        """The folder of one server's Unix socket, short enough for the operating system.

        A state folder with a long path gets its sockets below the temporary folder, under a name
        that follows from the state folder's path and the user.
        """
        inside = self.root / "run"
        if len(os.fsencode(inside / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES:
            return inside / server
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"singularity-{os.geteuid()}-{digest}" / server

    def make(self) -> None:
        """Create the state folder, private to the user that owns it."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.root / "logs").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise EmbeddedServerError(
                f"The state folder {self.root} cannot be written ({error.strerror}): "
                "set SINGULARITY_STATE to a folder that can."
            ) from error

    def make_sockets(self, server: str) -> Path:
        """Create the socket folder; refuse one below the temporary folder that is not ours."""
        folder = self.sockets(server)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.parent.stat().st_uid != os.geteuid() or folder.parent.is_symlink():
            raise EmbeddedServerError(
                f"{folder.parent} belongs to another user: remove it, or set "
                "SINGULARITY_STATE to a folder with a shorter path."
            )
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder
