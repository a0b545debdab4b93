"""Which certificates are trusted: the system's, and those that the environment names."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx

from apps.centralcloud.package_sync.engine.registry import Refused

NAMED = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "CARGO_HTTP_CAINFO",
)
"""Variables by which registries' own clients are told of a company's certificate authority."""


def context(environ: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """What connections are checked with.

    SSL_CERT_FILE and SSL_CERT_DIR stand for the system's certificates, as everywhere; the others
    are trusted besides.

    Raises:
        Refused: a variable names no file of certificates.
    """
    environ = os.environ if environ is None else environ
    made = _system(environ)
    for name in NAMED:
        path = environ.get(name, "")
        if path:
            _add(made, path, name)
    return made


def _system(environ: Mapping[str, str]) -> ssl.SSLContext:
    path, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if not path and not folder:
        return httpx.create_ssl_context(trust_env=False)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if path:
        _add(made, path, "SSL_CERT_FILE")
    if folder:
        _add(made, folder, "SSL_CERT_DIR")
    return made


def _add(made: ssl.SSLContext, path: str, name: str) -> None:
    try:
        if Path(path).is_dir():
            made.load_verify_locations(capath=path)
        else:
            made.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        raise Refused(f"{name} names no file of certificates") from None
