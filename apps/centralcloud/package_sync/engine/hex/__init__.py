"""Elixir, Erlang and Gleam packages: the hex API."""

from apps.centralcloud.package_sync.engine.hex.client import Hex

__all__ = ["Hex"]
