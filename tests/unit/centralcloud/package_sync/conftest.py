"""The loopback registries of `tests/common/registries`, for every test of package sync."""

from tests.common.registries.fixtures import (
    authority,
    bare_environment,
    encrypted,
    fetcher,
    machine,
    plain,
    registries,
    registry_server,
)

__all__ = [
    "authority",
    "bare_environment",
    "encrypted",
    "fetcher",
    "machine",
    "plain",
    "registries",
    "registry_server",
]
