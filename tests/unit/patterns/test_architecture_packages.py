"""What manifests say about their folders."""

from __future__ import annotations

import pytest

from apps.singularity.patterns.engine.architecture import Package, is_package_file, read_package


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "web/package.json",
            '{"name": "@acme/web", "main": "index.js", "bin": {"b": "x", "a": "y"}}',
            Package("web/package.json", "npm", "@acme/web", library=True, commands=("a", "b")),
        ),
        (
            "package.json",
            '{"private": true, "main": "index.js", "workspaces": ["packages/*"]}',
            Package("package.json", "npm", workspace=True),
        ),
        (
            "web/tsconfig.json",
            '{"compilerOptions": {/* c */ "baseUrl": ".", "paths": {"@/*": ["src/*",],},},} // end',
            Package("web/tsconfig.json", "npm", aliases=(("@/", "web/src/"),)),
        ),
        (
            "pyproject.toml",
            '[build-system]\n[project]\nname = "shop"\n[project.scripts]\nshop = "shop:main"',
            Package("pyproject.toml", "pypi", "shop", library=True, commands=("shop",)),
        ),
        ("pyproject.toml", "[tool.ruff]", Package("pyproject.toml", "pypi")),
        (
            "setup.py",
            "setup(name='shop', entry_points={'console_scripts': ['shop = shop:main']})",
            Package("setup.py", "pypi", "shop", library=True, commands=("shop",)),
        ),
        (
            "setup.cfg",
            "[metadata]\nname = shop\n[options.entry_points]\nconsole_scripts =\n  shop = s:main\n",
            Package("setup.cfg", "pypi", "shop", library=True, commands=("shop",)),
        ),
        (
            "Cargo.toml",
            '[package]\nname = "shop"\n[[bin]]\nname = "s"\n[lib]\n[workspace]\n',
            Package("Cargo.toml", "cargo", "shop", True, True, ("s",)),
        ),
        ("go.mod", "module example.org/shop\n", Package("go.mod", "golang", "example.org/shop")),
        (
            "composer.json",
            '{"type": "project", "autoload": {"psr-4": {"App\\\\": "app/"}}}',
            Package("composer.json", "composer", aliases=(("App\\", "app/"),)),
        ),
        ("mix.exs", "apps_path: x, app: :shop", Package("mix.exs", "hex", "shop", workspace=True)),
        (
            "pom.xml",
            "<parent><artifactId>p</artifactId></parent><artifactId>shop</artifactId><modules>",
            Package("pom.xml", "maven", "shop", workspace=True),
        ),
    ],
)
def test_a_manifest_tells(path: str, text: str, expected: Package) -> None:
    assert is_package_file(path)
    assert read_package(path, text) == expected


@pytest.mark.parametrize("path", ["package.json", "pyproject.toml", "setup.cfg", "Cargo.toml"])
def test_a_broken_manifest_is_still_there(path: str) -> None:
    found = read_package(path, "{[")
    assert found is not None
    assert (found.path, found.name) == (path, "")


def test_other_files_tell_nothing() -> None:
    assert not is_package_file("README.md")
    assert read_package("README.md", "name = x") is None
