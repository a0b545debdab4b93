"""Which certificates are trusted: those that a registry's client trusts here."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi

from apps.centralcloud.package_sync.engine.places.connection import Authority, Connection
from apps.centralcloud.package_sync.engine.registry import Refused


def verifying(connection: Connection) -> ssl.SSLContext:
    """What checks a host's certificate and name.

    Where nothing is configured, by the machine's certificates, which is where companies put their
    own; by certifi's where the machine has no file of them.

    Raises:
        Refused: a setting names no certificates.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not connection.authorities:
        made.set_default_verify_paths()
        if not made.cert_store_stats()["x509_ca"]:
            made.load_verify_locations(certifi.where())
    for authority in (*connection.authorities, *connection.besides):
        _add(made, authority)
    return made


def unverifying() -> ssl.SSLContext:
    """What takes any certificate. Only for hosts that the user wants to be trusted blindly."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _add(made: ssl.SSLContext, authority: Authority) -> None:
    path = authority.path
    try:
        if authority.text:
            made.load_verify_locations(cadata=authority.text)
        elif Path(path).is_dir():
            made.load_verify_locations(capath=path)
        else:
            made.load_verify_locations(cafile=path)
    except (OSError, ValueError):
        raise Refused(f"{authority.setting} names no file of certificates") from None
