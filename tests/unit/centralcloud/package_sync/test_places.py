"""Registries are where the user's own clients look for them, credentials and mirrors included."""

from __future__ import annotations

import builtins
import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packageurl.contrib.purl2url import get_download_url, get_repo_url

from apps.centralcloud.package_sync.engine.places import places
from apps.centralcloud.package_sync.engine.places.place import origin
from tests.common.registries.machine import Machine


def basic(user: str, password: str) -> Mapping[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def host(url: str) -> str:
    return urlsplit(url).hostname or ""


def known(ecosystem: str, lookup: Callable[[str], str | None] = get_download_url) -> str:
    return lookup(f"pkg:{ecosystem}/a@1") or ""


def test_without_configuration_they_are_the_public_ones(machine: Machine) -> None:
    npm, pypi, cargo, hex_ = (machine.place(name) for name in ("npm", "pypi", "cargo", "hex"))
    assert host(npm.url) == host(known("npm"))
    assert host(pypi.url) == host(pypi.api) == host(known("pypi", get_repo_url))
    assert pypi.url.endswith("/simple/")
    assert pypi.api.endswith("/pypi/")
    assert known("cargo").startswith(f"{cargo.api}crates/a/")
    assert host(cargo.url) == "index." + host(cargo.api)
    assert host(hex_.url) == host(known("hex"))
    assert host(hex_.url).endswith(host(hex_.api))
    assert urlsplit(hex_.api).path == "/api/"
    for place in (npm, pypi, cargo, hex_):
        assert not place.private
        assert not place.headers
        assert all(url.startswith("https://") for url in (place.url, place.api) if url)
        assert all(url.endswith("/") for url in (place.url, place.api) if url)


def test_without_pip_the_python_index_is_the_same(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_pip = machine.place("pypi")
    real = builtins.__import__

    def missing(name: str, *args: object, **options: object) -> object:
        if name.startswith("pip."):
            raise ImportError(name)
        return real(name, *args, **options)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(builtins, "__import__", missing)
    assert machine.place("pypi") == with_pip


def test_a_python_mirror_of_the_environment(machine: Machine) -> None:
    machine.environ["PIP_INDEX_URL"] = "https://user:p%40ss@mirror.test/root/simple"
    place = machine.place("pypi")
    assert place.url == "https://mirror.test/root/simple/"
    assert place.api == "https://mirror.test/root/pypi/"
    assert place.headers == basic("user", "p@ss")
    assert place.private


def test_an_index_that_is_not_named_simple_has_no_known_api(machine: Machine) -> None:
    machine.environ["PIP_INDEX_URL"] = "https://mirror.test/python/"
    assert machine.place("pypi").api == ""


def test_pip_files_win_as_they_do_for_pip(machine: Machine) -> None:
    def index(name: str, section: str = "global", key: str = "index-url") -> str:
        return f"[{section}]\n{key} = https://{name}.test/simple\n"

    found = []
    venv = Path(machine.environ["VIRTUAL_ENV"])
    for path, text in (
        (machine.system / "etc/xdg/pip/pip.conf", index("xdg")),
        (machine.system / "etc/pip.conf", index("etc")),
        (machine.home / ".pip/pip.conf", index("legacy", key="INDEX_URL")),
        (machine.home / ".config/pip/pip.conf", index("user")),
        (venv / "pip.conf", index("venv")),
        (machine.system / "etc/pip.conf", index("etc") + index("install", "install")),
    ):
        machine.write(path, text)
        found.append(host(machine.place("pypi").url))
    assert found == [
        *("xdg.test", "etc.test", "legacy.test", "user.test", "venv.test", "install.test")
    ]
    named = machine.home / "named.conf"
    machine.write(named, index("named", "install"))
    machine.environ["PIP_CONFIG_FILE"] = str(named)
    assert host(machine.place("pypi").url) == "named.test"
    machine.environ["PIP_INDEX_URL"] = "https://env.test/simple"
    assert host(machine.place("pypi").url) == "env.test"


def test_pip_files_can_be_left_out(machine: Machine) -> None:
    public = machine.place("pypi")
    machine.write(machine.system / "etc/pip.conf", "[global]\nindex-url = https://a.test/simple\n")
    assert machine.place("pypi").private
    machine.environ["PIP_CONFIG_FILE"] = os.devnull
    assert machine.place("pypi") == public


def test_a_configured_public_index_is_still_the_public_one(machine: Machine) -> None:
    public = {name: machine.place(name) for name in ("pypi", "npm", "cargo")}
    machine.environ["PIP_INDEX_URL"] = public["pypi"].url.rstrip("/")
    machine.environ["NPM_CONFIG_REGISTRY"] = public["npm"].url.rstrip("/")
    machine.environ["CARGO_SOURCE_CRATES_IO_REPLACE_WITH"] = "same"
    machine.environ["CARGO_REGISTRIES_SAME_INDEX"] = "sparse+" + public["cargo"].url
    assert {name: machine.place(name) for name in public} == public


def test_a_file_that_cannot_be_read_is_as_none(machine: Machine) -> None:
    public = machine.place("pypi")
    machine.write(machine.system / "etc/pip.conf", "index-url without a section")
    machine.write(machine.home / ".cargo/config.toml", "[source")
    machine.write(machine.home / ".netrc", "machine")
    machine.environ["PIP_INDEX_URL"] = public.url
    assert machine.place("pypi") == public
    assert not machine.place("cargo").private


def test_netrc_is_for_exactly_its_host(machine: Machine) -> None:
    machine.write(
        machine.home / ".netrc",
        "machine mirror.test login ann password pw\ndefault login any password any\n",
    )
    machine.environ["PIP_INDEX_URL"] = "https://mirror.test/simple"
    assert machine.place("pypi").headers == basic("ann", "pw")
    machine.environ["PIP_INDEX_URL"] = "https://other.test/simple"
    assert machine.place("pypi").headers == {}
    del machine.environ["PIP_INDEX_URL"]
    assert machine.place("pypi").headers == {}


def test_an_index_in_files_keeps_its_address(machine: Machine) -> None:
    machine.environ["PIP_INDEX_URL"] = "file:///opt/index/simple"
    assert machine.place("pypi").url == "file:///opt/index/simple/"


def test_npm_files_win_as_they_do_for_npm(machine: Machine) -> None:
    machine.environ["PREFIX"] = str(machine.system / "usr")
    found = []
    for path, name in (
        (machine.system / "usr/etc/npmrc", "global"),
        (machine.home / ".npmrc", "user"),
        (machine.project / ".npmrc", "project"),
    ):
        machine.write(
            path, f"; comment\n# registry=https://no.test\nregistry = https://{name}.test"
        )
        found.append(machine.place("npm").url)
    assert found == ["https://global.test/", "https://user.test/", "https://project.test/"]
    machine.environ["NPM_CONFIG_REGISTRY"] = "https://env.test/npm"
    assert machine.place("npm").url == "https://env.test/npm/"
    assert machine.place("npm").private


def test_npm_credentials_belong_to_a_host_and_a_path(machine: Machine) -> None:
    machine.environ["TOKEN"] = "t0ken"
    machine.environ["NPM_CONFIG_REGISTRY"] = "https://a.test/team/npm/"
    rules = {
        "//b.test/:_authToken=wrong": {},
        "//a.test/team/other/:_authToken=wrong": {},
        "//a.test:8080/:_authToken=wrong": {},
        "//a.test/:_authToken=${TOKEN}": {"Authorization": "Bearer t0ken"},
        '//a.test/team/:_auth="YTpi"': {"Authorization": "Basic YTpi"},
        f"//a.test/team/npm/:username=ann\n//a.test/team/npm/:_password={_packed('pw')}": basic(
            "ann", "pw"
        ),
    }
    for line, headers in rules.items():
        machine.write(machine.home / ".npmrc", line)
        assert machine.place("npm").headers == headers, line
    machine.write(machine.home / ".npmrc", "\n".join(rules))
    assert machine.place("npm").headers == basic("ann", "pw")


def test_npm_variables_without_a_value_stay_or_vanish(machine: Machine) -> None:
    machine.write(machine.home / ".npmrc", "registry=https://a.test/${NONE?}\n")
    assert machine.place("npm").url == "https://a.test/"
    machine.write(machine.home / ".npmrc", "registry=https://a.test/${NONE}\n")
    assert machine.place("npm").url == "https://a.test/${NONE}/"


def test_npm_scopes_have_places_of_their_own(machine: Machine) -> None:
    machine.write(
        machine.home / ".npmrc",
        "@ours:registry=https://ours.test/npm\n//ours.test/npm/:_authToken=mine\n",
    )
    npm = machine.place("npm")
    assert not npm.private
    assert npm.headers == {}
    assert npm.of("@ours").url == "https://ours.test/npm/"
    assert npm.of("@ours").headers == {"Authorization": "Bearer mine"}
    assert npm.of("@ours").private
    assert npm.of("@theirs") is npm
    assert npm.of("") is npm


def test_cargo_sources_are_replaced_along_their_chain(machine: Machine) -> None:
    machine.write(
        machine.home / ".cargo/config.toml",
        """
        [source.crates-io]
        replace-with = "near"
        [source.near]
        replace-with = "company"
        [registries.company]
        index = "sparse+https://cargo.test/index"
        """,
    )
    machine.write(machine.home / ".cargo/credentials.toml", "[registries.company]\ntoken = 'abc'\n")
    place = machine.place("cargo")
    assert place.url == "https://cargo.test/index/"
    assert place.api == ""
    assert place.headers == {"Authorization": "abc"}
    assert place.private
    machine.environ["CARGO_REGISTRIES_COMPANY_TOKEN"] = "other"
    assert machine.place("cargo").headers == {"Authorization": "other"}


def test_cargo_configuration_of_a_project_and_of_the_environment(machine: Machine) -> None:
    def source(name: str) -> str:
        index = f"sparse+https://{name}.test/"
        return f'[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "{index}"\n'

    found = []
    for folder in (machine.home, machine.project.parent, machine.project):
        machine.write(folder / ".cargo/config.toml", source(folder.name))
        found.append(machine.place("cargo").url)
    assert found == ["https://home.test/", "https://work.test/", "https://project.test/"]
    machine.environ["CARGO_SOURCE_CRATES_IO_REPLACE_WITH"] = "my-own"
    machine.environ["CARGO_REGISTRIES_MY_OWN_INDEX"] = "sparse+https://env.test/"
    machine.environ["CARGO_REGISTRIES_MY_OWN_TOKEN"] = "Bearer x"
    place = machine.place("cargo")
    assert place.url == "https://env.test/"
    assert place.headers == {"Authorization": "Bearer x"}


def test_cargo_home_may_lie_elsewhere(machine: Machine) -> None:
    machine.environ["CARGO_HOME"] = str(machine.home / "elsewhere")
    machine.write(
        machine.home / "elsewhere/config.toml",
        '[source]\ncrates-io.replace-with = "m"\nm.registry = "sparse+https://m.test"\n',
    )
    assert machine.place("cargo").url == "https://m.test/"


@pytest.mark.parametrize("end", ["b.replace-with = 'a'", "b.directory = 7", ""])
def test_a_cargo_replacement_that_leads_nowhere_does_not_lead_to_the_public_one(
    end: str, machine: Machine
) -> None:
    machine.write(
        machine.home / ".cargo/config.toml",
        f'[source]\ncrates-io.replace-with = "a"\na.replace-with = "b"\n{end}\n',
    )
    assert not machine.place("cargo").url.startswith("http")


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ('registry = "https://git.test/index"', "git+https://"),
        ('directory = "/opt/vendor"', "file:///opt/vendor"),
        ('local-registry = "vendor"', "file:///vendor"),
    ],
)
def test_cargo_sources_that_are_not_asked_say_so(source: str, start: str, machine: Machine) -> None:
    machine.write(
        machine.home / ".cargo/config.toml",
        f'[source.crates-io]\nreplace-with = "m"\n[source.m]\n{source}\n',
    )
    assert machine.place("cargo").url.startswith(start)


def test_hex_by_its_variables(machine: Machine) -> None:
    public = machine.place("hex")
    machine.environ["HEX_MIRROR"] = "https://mirror.test/repo"
    mirrored = machine.place("hex")
    assert (mirrored.url, mirrored.api) == ("https://mirror.test/repo/", public.api)
    assert not mirrored.private
    machine.environ |= {"HEX_API_URL": "https://hex.test/api", "HEX_API_KEY": "k3y"}
    own = machine.place("hex")
    assert own.api == "https://hex.test/api/"
    assert own.private
    assert own.secrets("https://hex.test/api/packages/jason") == {"Authorization": "k3y"}
    assert own.secrets(own.url) == {}


def test_hex_by_its_file(machine: Machine) -> None:
    public, file = machine.place("hex"), machine.home / ".hex/hex.config"
    machine.write(file, '{api_url,<<"https://hex.test/api">>}.\n{api_key,<<"k\\"3y">>}.\n')
    place = machine.place("hex")
    assert (place.url, place.api) == (public.url, "https://hex.test/api/")
    assert place.headers == {"Authorization": 'k"3y'}
    long = '{mirror_url,\n    <<"https://mirror.test/"\n      "repo">>}.\n'
    machine.write(machine.home / "elsewhere/hex.config", long)
    machine.environ["HEX_HOME"] = str(machine.home / "elsewhere")
    assert machine.place("hex").url == "https://mirror.test/repo/"
    machine.environ["HEX_MIRROR_URL"] = "https://other.test/"
    assert machine.place("hex").url == "https://other.test/"


def test_the_user_own_environment_counts_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.test/simple")
    assert places()["pypi"].url == "https://mirror.test/simple/"


def test_origins_are_scheme_host_and_port() -> None:
    assert origin("https://A.test/x") == origin("https://a.test:443/y") == ("https", "a.test", 443)
    assert origin("http://a.test") != origin("https://a.test")
    assert origin("https://a.test:8443") != origin("https://a.test")


def _packed(text: str) -> str:
    return b64encode(text.encode()).decode()
