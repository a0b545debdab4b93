"""Rules of the house that no single module can keep."""

import re
import tomllib
from pathlib import Path

import pytest

from apps.shared.core.version import VERSION
from tests.common.processes import CHECKOUT, manage

APPS = CHECKOUT / "apps"


def contracts() -> list[dict[str, object]]:
    configuration = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    found: list[dict[str, object]] = configuration["tool"]["importlinter"]["contracts"]
    return found


@pytest.mark.parametrize("site", ["singularity", "centralcloud"])
def test_no_migration_is_missing(tmp_path: Path, site: str) -> None:
    result = manage("makemigrations", "--check", "--dry-run", state=tmp_path, site=site)
    assert result.returncode == 0, result.stdout


def test_every_command_has_a_test_that_runs_it() -> None:
    tests = "\n".join(path.read_text() for path in (CHECKOUT / "tests").rglob("test_*.py"))
    commands = {path.stem for path in APPS.rglob("management/commands/[!_]*.py")}
    assert commands
    assert [name for name in sorted(commands) if f'"{name}"' not in tests] == []


def test_every_app_stands_in_a_layer() -> None:
    layers = {name for c in contracts() if c["type"] == "layers" for name in names(c["layers"])}
    apps = {
        f"apps.{path.parent.parent.name}.{path.parent.name}" for path in APPS.glob("*/*/apps.py")
    }
    assert apps
    assert apps - layers == set()


def test_every_pure_package_is_kept_pure() -> None:
    (forbidden,) = (c for c in contracts() if c["type"] == "forbidden")
    patterns = [
        str(name).replace(".", r"\.").replace("*", r"[^.]+")
        for name in names(forbidden["source_modules"])
    ]
    folders = [p for name in ("engine", "contracts") for p in APPS.rglob(f"{name}/__init__.py")]
    modules = [".".join(p.parent.relative_to(CHECKOUT).parts) for p in folders]
    assert modules
    assert [m for m in modules if not any(re.fullmatch(p, m) for p in patterns)] == []


def names(layers: object) -> list[str]:
    """The module names of a contract's list, without its notation."""
    assert isinstance(layers, list)
    return [name.strip(" ()") for layer in layers for name in str(layer).split("|")]


def test_the_version_is_said_once() -> None:
    configuration = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    assert configuration["project"]["version"] == VERSION


@pytest.mark.parametrize("name", ["base", "training", "dev", "peers"])
def test_every_requirement_is_pinned_exactly(name: str) -> None:
    lines = (CHECKOUT / "requirements" / f"{name}.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert wanted
    assert [
        line
        for line in wanted
        if not re.fullmatch(r"[a-z0-9_.-]+(\[[a-z,]+\])?==[\w.]+(; [^=].*)?", line)
    ] == []
