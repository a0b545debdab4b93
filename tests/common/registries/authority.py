"""A certificate authority of a test's own, and a certificate for this machine that it signed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

HOSTS = ("127.0.0.1", "localhost", "mirror.test")


@dataclass(frozen=True)
class Authority:
    """The authority's certificate as a file, and the server's with its key."""

    certificate: Path
    server: trustme.LeafCert

    def server_side(self) -> ssl.SSLContext:
        """What a server shows its certificate by."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.configure_cert(made)
        return made


def authority_make(folder: Path, hosts: tuple[str, ...] = HOSTS) -> Authority:
    """Make it, and a certificate for these hosts."""
    folder.mkdir(parents=True, exist_ok=True)
    made = trustme.CA(organization_name="A company")
    made.cert_pem.write_to_path(folder / "authority.pem")
    return Authority(folder / "authority.pem", made.issue_cert(*hosts))
