"""Dependencies that manifests declare, as package URLs. Nothing is run or fetched."""

import configparser
import re
from collections.abc import Callable

from apps.singularity.ingestion.engine.manifests import (
    cargo,
    golang,
    gradle,
    maven,
    mix,
    npm,
    pyproject,
    requirements,
    rubygems,
)
from apps.singularity.ingestion.engine.manifests.model import (
    Declared,
    Notes,
    ParsedManifest,
    without_credentials,
)

__all__ = ["Declared", "ParsedManifest", "is_lock", "is_manifest", "parse_manifest"]

_PARSERS: dict[str, Callable[[str, Notes], None]] = {
    "package.json": npm.parse_package_json,
    "package-lock.json": npm.parse_package_lock,
    "npm-shrinkwrap.json": npm.parse_package_lock,
    "yarn.lock": npm.parse_yarn_lock,
    "pnpm-lock.yaml": npm.parse_pnpm_lock,
    "pyproject.toml": pyproject.parse_pyproject,
    "poetry.lock": pyproject.parse_lock,
    "uv.lock": pyproject.parse_lock,
    "pdm.lock": pyproject.parse_lock,
    "setup.cfg": requirements.parse_setup_cfg,
    "setup.py": requirements.parse_setup_py,
    "tox.ini": requirements.parse_tox_ini,
    "Cargo.toml": cargo.parse_cargo_toml,
    "Cargo.lock": cargo.parse_cargo_lock,
    "mix.exs": mix.parse_mix_exs,
    "mix.lock": mix.parse_mix_lock,
    "go.mod": golang.parse_go_mod,
    "pom.xml": maven.parse_pom,
    "build.gradle": gradle.parse_gradle,
    "build.gradle.kts": gradle.parse_gradle,
    "libs.versions.toml": gradle.parse_version_catalog,
    "gradle.lockfile": gradle.parse_gradle_lock,
    "Gemfile": rubygems.parse_gemfile,
    "gems.rb": rubygems.parse_gemfile,
    "Gemfile.lock": rubygems.parse_gemfile_lock,
    "gems.locked": rubygems.parse_gemfile_lock,
}
_LOCKS = frozenset(name for name in _PARSERS if "lock" in name or "shrinkwrap" in name)
_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements/(?:[\w.-]+/)?[\w.-]+\.(?:txt|in))$"
)


def is_manifest(path: str) -> bool:
    """Whether the file at `path` declares dependencies, by its name."""
    name = path.rpartition("/")[2]
    return name in _PARSERS or name.endswith(".gemspec") or _is_requirements(path)


def is_lock(path: str) -> bool:
    """Whether it is a lock file: written by a tool, for tools."""
    return path.rpartition("/")[2] in _LOCKS


def _is_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in")) and _REQUIREMENTS.search(path) is not None


def parse_manifest(path: str, text: str) -> ParsedManifest:
    """What the manifest declares. Malformed text gives a problem and never an exception."""
    notes = Notes()
    try:
        if _is_requirements(path):
            requirements.parse_requirements(path, text, notes)
        elif path.endswith(".gemspec"):
            rubygems.parse_gemspec(text, notes)
        elif is_manifest(path):
            _PARSERS[path.rpartition("/")[2]](text.removeprefix("\ufeff"), notes)
        else:
            notes.problems.append("not a manifest")
    except (ValueError, SyntaxError, configparser.Error) as error:
        notes.problems.append(str(error).partition("\n")[0] or type(error).__name__)
    except (RecursionError, MemoryError):
        notes.problems.append("nested too deeply")
    problem = without_credentials(notes.problems[0]) if notes.problems else None
    return ParsedManifest(tuple(notes.found), problem)
