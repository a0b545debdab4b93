"""A company whose registries stand for the public ones, and how its people's clients are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from tests.common.registries.fixtures import QUICK
from tests.common.registries.machine import Machine

Configure = Callable[[Machine, str], None]
"""Configures a machine by a value: the path of a certificate, the address of a proxy, a host."""
UNTRUSTED = "certificate is not trusted"
NOBODY = "127.0.0.1:9"
"""Where nobody listens; a proxy that is asked for it leads to the mirror all the same."""


def mirrored(machine: Machine, url: str) -> None:
    """All clients ask at one address."""
    machine.environ |= {
        "PIP_INDEX_URL": url,
        "NPM_CONFIG_REGISTRY": url,
        "CARGO_SOURCE_CRATES_IO_REPLACE_WITH": "company",
        "CARGO_REGISTRIES_COMPANY_INDEX": f"sparse+{url}",
        "HEX_MIRROR": url,
        "HEX_API_URL": url,
    }


def fetched(machine: Machine, ecosystem: str, folder: Path, path: str = "p") -> bytes:
    with Fetcher(folder, limits=QUICK) as fetcher:
        return fetcher.get(machine.place(ecosystem), path).body


def variable(name: str) -> Configure:
    return called(name, lambda machine, value: machine.environ.update({name: value}))


def written(file: str, pattern: str) -> Configure:
    """A line of a file of the user's, with the value where the pattern has %s."""
    return called(
        pattern, lambda machine, value: machine.write(machine.home / file, pattern % value)
    )


def pip_conf(name: str) -> Configure:
    return written(".config/pip/pip.conf", f"[global]\n{name} = %s\n")


def npmrc(name: str) -> Configure:
    return written(".npmrc", f"{name}=%s\n")


def cargo_toml(name: str) -> Configure:
    return written(".cargo/config.toml", f'[http]\n{name} = "%s"\n')


def hex_config(name: str) -> Configure:
    return written(".hex/hex.config", f'{{{name},<<"%s">>}}.\n')


def called(name: str, configure: Configure) -> Configure:
    """The same under a name that tests are called by."""
    configure.__name__ = " ".join(name.split())
    return configure


def npm_text(name: str) -> Configure:
    """The certificate itself, with backslash and n for the ends of its lines; twice in a list."""

    def configure(machine: Machine, path: str) -> None:
        text = Path(path).read_text().strip().replace("\n", "\\n")
        machine.write(machine.home / ".npmrc", f'{name}="{text}"\n' * (2 if "[" in name else 1))

    return called(f"npm {name}", configure)
