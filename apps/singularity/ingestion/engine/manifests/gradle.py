"""build.gradle, build.gradle.kts, version catalogs and lock files of Gradle. Nothing is run.

The build files are programs: literal notations are read, what they compute is unseen.
Reference: https://docs.gradle.org/current/userguide/declaring_dependencies.html.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator

from apps.singularity.ingestion.engine.manifests.model import Notes, as_text, line_after

_NOISE = re.compile(
    r"""(?P<keep>'''.*?'''|\""".*?\"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
    r"|//[^\n]*|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_BLOCK = re.compile(r"\b(dependencies|plugins)\s*\{")
_BRACE = re.compile(r"""\"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[{}]""")
_OPEN = r"\b([A-Za-z]\w*)\s*(?:\(\s*)?"
_WRAPPED = r"(?:(?:enforcedP|p)latform\s*\(\s*|testFixtures\s*\(\s*)?"
_STRING = re.compile(_OPEN + _WRAPPED + r"""(["'])([\w.-]+:[\w.-]+(?::[^"'\s]*)?)\2""")
_MAP = re.compile(
    _OPEN
    + r"""group\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["']"""
    + r"""(?:\s*,\s*version\s*[:=]\s*["']([^"'\s]*)["'])?"""
)
_KOTLIN = re.compile(_OPEN + r"""kotlin\s*\(\s*["']([\w-]+)["'](?:\s*,\s*["']([^"']*)["'])?""")
_PLUGIN = re.compile(
    r"""(?:\b(id|kotlin)\s*(?:\(\s*)?|\bapply\s*(?:\(\s*)?plugin\s*[:=]\s*)["']([\w.-]+)["'](?:\s*\))?"""
    r"""(?:\s*version\s*(?:\(\s*)?["']([^"'\s]+)["'])?"""
)
_VARIABLE = re.compile(
    r"""\b(?:ext\.|extra\[")?([A-Za-z_]\w*)(?:"\])?\s*(?::\s*String\s*)?=\s*["']([^"'$\s]+)["']"""
)
_REFERENCE = re.compile(r"\$\{?(?:\w+\.)*([A-Za-z_]\w*)\}?")
_LOCKED = re.compile(r"([\w.-]+):([\w.-]+):([^=\s]+)=(\S*)")
_BUILD = ("classpath", "annotationProcessor", "kapt", "ksp", "detektPlugins")


def parse_gradle(text: str, notes: Notes) -> None:
    """The `dependencies` and `plugins` blocks, in string and in map notation."""
    code = _NOISE.sub(lambda found: found["keep"] or re.sub(r"[^\n]", " ", found[0]), text)
    variables = dict(_VARIABLE.findall(code))
    ends = [found.start() for found in re.finditer("\n", code)]
    plugins = [found for found in _PLUGIN.finditer(code) if "apply" in found[0]]
    for kind, start, end in _blocks(code):
        if kind == "plugins":
            plugins += _PLUGIN.finditer(code, start, end)
            continue
        for at, configuration, package, version in _dependencies(code, start, end):
            line = bisect_left(ends, at) + 1
            requirement = _filled(version, variables)
            notes.declare(("maven", package), requirement, scope=_scope(configuration), line=line)
    for found in plugins:
        version = _filled(found[3] or "", variables)
        _plugin(notes, found[1], found[2], version, bisect_left(ends, found.start()) + 1)


def _blocks(code: str) -> Iterator[tuple[str, int, int]]:
    """Kind and span of the outermost `dependencies` and `plugins` blocks."""
    done = 0
    for opening in _BLOCK.finditer(code):
        if opening.start() >= done:
            done = _end(code, opening.end())
            yield opening[1], opening.end(), done


def _end(code: str, start: int) -> int:
    depth = 1
    for token in _BRACE.finditer(code, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.start()
    return len(code)


def _dependencies(code: str, start: int, end: int) -> Iterator[tuple[int, str, str, str]]:
    """Place, configuration, `group/name` and version."""
    for found in _STRING.finditer(code, start, end):
        group, name, *version = found[3].split(":")
        yield found.start(), found[1], f"{group}/{name}", version[0] if version else ""
    for found in _MAP.finditer(code, start, end):
        yield found.start(), found[1], f"{found[2]}/{found[3]}", found[4] or ""
    for found in _KOTLIN.finditer(code, start, end):
        package = f"org.jetbrains.kotlin/kotlin-{found[2]}"
        yield found.start(), found[1], package, found[3] or ""


def _scope(configuration: str) -> str:
    name = configuration.lower()
    if "test" in name:
        return "test"
    if configuration.startswith(_BUILD) or "processor" in name:
        return "build"
    if name.startswith(("development", "debug")):
        return "dev"
    provided = name.endswith(("compileonly", "compileonlyapi", "providedcompile"))
    return "peer" if provided else "workspace" if name == "dependency" else "runtime"


def _filled(version: str, variables: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), version)


def _plugin(notes: Notes, kind: str | None, name: str, version: str, line: int | None) -> None:
    """A plugin as its marker artifact; those without a dot are Gradle's own."""
    full = f"org.jetbrains.kotlin.{name}" if kind == "kotlin" else name
    if "." in full:
        package = f"{full}/{full}.gradle.plugin"
        notes.declare(("maven", package), version, scope="build", line=line)


def parse_version_catalog(text: str, notes: Notes) -> None:
    """libs.versions.toml: what the builds may use, so its libraries have scope workspace."""
    data = tomllib.loads(text)
    versions = notes.table(data.get("versions"), "versions")
    for alias, value in notes.table(data.get("libraries"), "libraries").items():
        entry = value if isinstance(value, dict) else {}
        module = as_text(value) or as_text(entry.get("module"))
        module = module or f"{as_text(entry.get('group'))}:{as_text(entry.get('name'))}"
        group, _, name = module.partition(":")
        name, _, version = name.partition(":")
        line = line_after(text, r"^\[libraries\]", rf"^[ \t]*{re.escape(alias)}\s*=")
        version = version or _version(entry.get("version"), versions)
        notes.declare(("maven", f"{group}/{name}"), version, scope="workspace", line=line)
    for alias, value in notes.table(data.get("plugins"), "plugins").items():
        entry = value if isinstance(value, dict) else {}
        name, _, version = as_text(value).partition(":")
        line = line_after(text, r"^\[plugins\]", rf"^[ \t]*{re.escape(alias)}\s*=")
        version = version or _version(entry.get("version"), versions)
        _plugin(notes, None, name or as_text(entry.get("id")), version, line)


def _version(value: object, versions: dict[str, object]) -> str:
    """A version as written, by reference, or of a rich version what is required."""
    if isinstance(value, dict):
        if "ref" in value:
            return _version(versions.get(as_text(value["ref"])), {})
        kinds = ("strictly", "require", "prefer")
        return next((as_text(value[kind]) for kind in kinds if kind in value), "")
    return as_text(value)


def parse_gradle_lock(text: str, notes: Notes) -> None:
    """gradle.lockfile: one version a line, and the configurations that it is locked in."""
    for number, line in enumerate(text.split("\n"), 1):
        found = _LOCKED.fullmatch(line.strip())
        if found:
            group, name, version, configurations = found.groups()
            tests = all("test" in one.lower() for one in configurations.split(","))
            scope, package = "test" if tests else "runtime", ("maven", f"{group}/{name}")
            notes.declare(package, version, scope=scope, version=version, line=number)
