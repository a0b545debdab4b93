"""The loopback registries of `tests/common/registries`, for every test of package sync."""

from tests.common.registries.fixtures import fetcher, registries, registry_server

__all__ = ["fetcher", "registries", "registry_server"]
