"""Rust packages: a registry's sparse index, and its API where it has one."""

from apps.centralcloud.package_sync.engine.cargo.client import Cargo

__all__ = ["Cargo"]
