"""Manifests in languages of their own: read by the lines that matter."""

from __future__ import annotations

import configparser
import re

from apps.singularity.patterns.engine.architecture.model import Package, last_name

_SCRIPT = re.compile(r"^\s*['\"]?([\w.-]+)\s*=\s*[\w.]+:[\w.]+", re.MULTILINE)
_SCRIPT_IN_CODE = re.compile(r"['\"]([\w.-]+)\s*=\s*[\w.]+:[\w.]+")
_SETUP_NAME = re.compile(r"\bname\s*=\s*['\"]([\w.-]+)['\"]")
_GO_MODULE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)
_MIX_APP = re.compile(r"\bapp:\s*:(\w+)")
_POM_NAME = re.compile(r"<artifactId>\s*([^<\s]+)")
_POM_PARENT = re.compile(r"<parent>.*?</parent>", re.DOTALL)
_GEM_NAME = re.compile(r"\.name\s*=\s*['\"]([^'\"]+)")
_GEM_PROGRAM = re.compile(r"\.executables?\b")


def setup_cfg(path: str, text: str) -> Package:
    """Python: only one with a name is a package, others configure tools."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    name = parser.get("metadata", "name", fallback="")
    scripts = parser.get("options.entry_points", "console_scripts", fallback="")
    commands = tuple(sorted(_SCRIPT.findall(scripts)))
    return Package(path, "pypi", name, library=bool(name), commands=commands)


def setup_py(path: str, text: str) -> Package:
    """Python, as far as it can be read without running it."""
    name = _first(_SETUP_NAME, text)
    _, has_scripts, scripts = text.partition("console_scripts")
    found = {*_SCRIPT_IN_CODE.findall(scripts), *_SCRIPT.findall(scripts)} if has_scripts else ()
    return Package(path, "pypi", name, library="setup(" in text, commands=tuple(sorted(found)))


def go_mod(path: str, text: str) -> Package:
    """Go."""
    return Package(path, "golang", _first(_GO_MODULE, text))


def go_work(path: str, text: str) -> Package:
    """Several Go modules developed together."""
    return Package(path, "golang", workspace="use" in text)


def mix_exs(path: str, text: str) -> Package:
    """Elixir; an umbrella has its applications in a folder; ``package`` is for publishing."""
    return Package(
        path=path,
        ecosystem="hex",
        name=_first(_MIX_APP, text),
        workspace="apps_path:" in text,
        library="package:" in text,
        commands=(_first(_MIX_APP, text),) * ("escript:" in text),
    )


def pom_xml(path: str, text: str) -> Package:
    """Maven."""
    name = _first(_POM_NAME, _POM_PARENT.sub("", text))
    return Package(path, "maven", name, workspace="<modules>" in text)


def gradle(path: str, text: str) -> Package:
    """Gradle: a build of one folder."""
    return Package(path, "maven", library="java-library" in text or "maven-publish" in text)


def gradle_settings(path: str, text: str) -> Package:
    """Gradle: a build of several."""
    return Package(path, "maven", workspace=bool(re.search(r"\binclude\b", text)))


def gemspec(path: str, text: str) -> Package:
    """Ruby."""
    name = _first(_GEM_NAME, text)
    commands = (name,) if _GEM_PROGRAM.search(text) else ()
    return Package(path, "gem", name, library=True, commands=commands)


def csproj(path: str, text: str) -> Package:
    """.NET: a program unless it says that it is packed."""
    name = last_name(path).removesuffix(".csproj")
    return Package(path, "nuget", name, library="<IsPackable>true" in text or "<PackageId>" in text)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
