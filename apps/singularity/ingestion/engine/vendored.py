"""Folders that hold other projects' code or a tool's output, told by evidence.

A name alone is enough only where no one keeps first-party code under it. `vendor`, `build`,
`target` and the like are often first-party: those need a file that a tool leaves behind.
"""

from collections.abc import Set as AbstractSet

VERSION_CONTROL = frozenset({b".git", b".hg", b".svn", b".bzr", b".jj", b".singularity"})

_BY_NAME = {
    b"node_modules": "packages installed by npm",
    b"bower_components": "packages installed by bower",
    b"jspm_packages": "packages installed by jspm",
    b"site-packages": "packages installed by pip",
    b"dist-packages": "packages installed by pip",
    b"__pycache__": "compiled Python",
    b"__pypackages__": "packages installed by pdm",
    b"third_party": "code of third parties",
    b"third-party": "code of third parties",
    b"thirdparty": "code of third parties",
    b"3rdparty": "code of third parties",
    b".tox": "environments of tox",
    b".nox": "environments of nox",
    b".eggs": "packages fetched by setuptools",
    b".mypy_cache": "a cache of mypy",
    b".pytest_cache": "a cache of pytest",
    b".ruff_cache": "a cache of ruff",
    b".hypothesis": "a cache of hypothesis",
    b".gradle": "a cache of Gradle",
    b".terraform": "providers fetched by Terraform",
    b".next": "output of Next.js",
    b".nuxt": "output of Nuxt",
    b".svelte-kit": "output of SvelteKit",
    b".parcel-cache": "a cache of Parcel",
    b".turbo": "a cache of Turborepo",
    b".stack-work": "output of Stack",
    b"dist-newstyle": "output of Cabal",
    b"elm-stuff": "packages fetched by Elm",
}
_BY_CONTENT = (
    (b"pyvenv.cfg", "a Python virtual environment"),
    (b"conda-meta", "a conda environment"),
    (b"CACHEDIR.TAG", "a cache, by its CACHEDIR.TAG"),
    (b".rustc_info.json", "output of Cargo"),
    (b"CMakeCache.txt", "output of CMake"),
    (b".ninja_log", "output of Ninja"),
)
# Folder name, what must lie in it or beside it, what it is then.
_BY_EVIDENCE = (
    (b"vendor", "in", b"modules.txt", "modules vendored by Go"),
    (b"vendor", "in", b"autoload.php", "packages installed by Composer"),
    (b"vendor", "in", b"bundle", "gems installed by Bundler"),
    (b"Pods", "in", b"Manifest.lock", "pods installed by CocoaPods"),
    (b"Carthage", "in", b"Checkouts", "frameworks fetched by Carthage"),
    (b"deps", "beside", b"mix.exs", "packages fetched by Mix"),
    (b"_build", "beside", b"mix.exs", "output of Mix"),
    (b"_build", "beside", b"rebar.config", "output of Rebar"),
    (b"_build", "beside", b"dune-project", "output of Dune"),
    (b"target", "beside", b"pom.xml", "output of Maven"),
    (b"build", "in", b"bdist.linux-x86_64", "output of setuptools"),
    (b"build", "in", b"intermediates", "output of Gradle"),
    (b"build", "in", b"kotlin", "output of Gradle"),
    (b"obj", "in", b"project.assets.json", "output of .NET"),
)


def vendored(name: bytes, inside: AbstractSet[bytes], beside: AbstractSet[bytes]) -> str | None:
    """What the folder `name` holds if it is not first-party code, else None.

    `inside` are the names it holds, `beside` the names in its parent.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.endswith(b".egg-info"):
        return "metadata written by setuptools"
    for file, what in _BY_CONTENT:
        if file in inside:
            return what
    for folder, where, file, what in _BY_EVIDENCE:
        if name == folder and file in (inside if where == "in" else beside):
            return what
    return None
