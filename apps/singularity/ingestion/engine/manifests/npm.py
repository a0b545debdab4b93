"""package.json and the lock files of npm, yarn and pnpm."""

import json
import re

from apps.singularity.ingestion.engine.manifests.model import Notes, as_text, line_after

_SECTIONS = {
    "dependencies": "runtime",
    "devDependencies": "dev",
    "peerDependencies": "peer",
    "optionalDependencies": "optional",
}
_ALIAS = re.compile(r"npm:((?:@[^/@]+/)?[^/@]+)(?:@(.*))?", re.DOTALL)
_YARN_KEY = re.compile(
    r'^"?((?:@[^/@"\s]+/)?[^/@"\s]+)@(?:npm:((?:@[^/@"\s]+/)?[a-zA-Z][^@"\s]*)@)?'
)
_YARN_VERSION = re.compile(r'^ +version:? "?([^"\s]+)')
# /name/1.0.0 (v5), /name@1.0.0 (v6), name@1.0.0 (v9), each with peers in (...) or after _
_PNPM_KEY = re.compile(r"^ {2}'?/?((?:@[^/@\s]+/)?[^/@\s]+)[@/](\d[^(_'\s:]*)")


def parse_package_json(text: str, notes: Notes) -> None:
    """The four dependency sections of package.json."""
    data = notes.table(json.loads(text), "package.json")
    for section, scope in _SECTIONS.items():
        for name, value in notes.table(data.get(section), section).items():
            alias = _ALIAS.fullmatch(as_text(value))
            real, requirement = (alias[1], alias[2]) if alias else (name, value)
            line = line_after(text, rf'"{section}"\s*:', rf'"{re.escape(name)}"\s*:')
            notes.declare(("npm", real), requirement, scope=scope, line=line)


def parse_package_lock(text: str, notes: Notes) -> None:
    """package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3."""
    data = notes.table(json.loads(text), "package-lock")
    if "packages" in data:
        for place, entry in notes.table(data["packages"], "packages").items():
            _, installed, last = place.rpartition("node_modules/")
            table = notes.table(entry, place)
            if installed and table.get("link") is not True:
                _locked(notes, as_text(table.get("name")) or last, table)
    else:
        _version_1(notes, data)


def _version_1(notes: Notes, data: dict[str, object]) -> None:
    pending = [data]
    while pending:
        inner = notes.table(pending.pop().get("dependencies"), "dependencies")
        for name, entry in inner.items():
            table = notes.table(entry, name)
            _locked(notes, name, table)
            pending.append(table)


def _locked(notes: Notes, name: str, entry: dict[str, object]) -> None:
    version = as_text(entry.get("version"))
    alias = _ALIAS.fullmatch(version)
    if alias:
        name, version = alias[1], alias[2] or ""
    scope = next((flag for flag in ("dev", "optional", "peer") if entry.get(flag) is True), None)
    notes.declare(("npm", name), version, scope=scope or "runtime", version=version)


def parse_yarn_lock(text: str, notes: Notes) -> None:
    """yarn.lock, classic and berry; it does not tell scopes."""
    package: tuple[str, int] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith((" ", "#")):
            key = _YARN_KEY.match(line)
            local = "@workspace:" in line
            package = (key[2] or key[1], number) if key and not local else None
        elif package and (version := _YARN_VERSION.match(line)):
            name, at = package
            notes.declare(("npm", name), version[1], version=version[1], line=at)
            package = None


def parse_pnpm_lock(text: str, notes: Notes) -> None:
    """pnpm-lock.yaml: the keys below `packages:`."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith((" ", "#")):
            inside = line.startswith("packages:")
        key = _PNPM_KEY.match(line) if inside else None
        if key:
            notes.declare(("npm", key[1]), key[2], version=key[2], line=number)
