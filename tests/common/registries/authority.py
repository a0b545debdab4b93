"""A certificate authority of a test's own, and a certificate for this machine that it signed."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOSTS = ("IP:127.0.0.1", "DNS:localhost", "DNS:mirror.test")
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


@dataclass(frozen=True)
class Authority:
    """Files of one folder: the authority's certificate, and the server's with its key."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """What is to be trusted."""
        return self.folder / "authority.pem"

    def server_side(self) -> ssl.SSLContext:
        """What a server shows its certificate by."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return made


def authority_make(folder: Path, hosts: tuple[str, ...] = HOSTS) -> Authority:
    """Make it by the openssl command."""
    authority, key = folder / "authority.pem", folder / "authority.key"
    _openssl("-subj", "/CN=An authority", "-keyout", key, "-out", authority)
    _openssl(
        *("-subj", "/CN=server", "-keyout", folder / "server.key", "-out", folder / "server.pem"),
        *("-addext", f"subjectAltName={','.join(hosts)}"),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-CA", authority, "-CAkey", key),
    )
    return Authority(folder)


def _openssl(*options: str | Path) -> None:
    command = ["openssl", "req", "-x509", *_KEY, *map(str, options)]
    subprocess.run(command, check=True, capture_output=True)
