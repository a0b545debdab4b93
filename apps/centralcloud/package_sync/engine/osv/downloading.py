"""A large file from an address, unless it is the one that was read before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

import httpx
import stamina

from apps.centralcloud.package_sync.engine.fetching import Limits, user_agent
from apps.centralcloud.package_sync.engine.fetching.addressing import led_to
from apps.centralcloud.package_sync.engine.fetching.answers import Again
from apps.centralcloud.package_sync.engine.fetching.pace import Pace
from apps.centralcloud.package_sync.engine.fetching.visit import Visit
from apps.centralcloud.package_sync.engine.fetching.wire import Wire
from apps.centralcloud.package_sync.engine.osv.document import OsvError
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.registry import PackageMissing, RegistryError

LARGEST_FILE = 2 * 1024**3
LIMITS = Limits(silence=60.0, answer=3_600.0, first_wait=1.0)
_ACCEPT = "application/zip, application/json, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a server knows a file again (RFC 9110, section 8.8)."""

    etag: str = ""
    modified: str = ""

    @property
    def condition(self) -> dict[str, str]:
        """The headers that ask for it only if it is another one."""
        given = {"if-none-match": self.etag, "if-modified-since": self.modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Download:
    """A file, or None where it is the one that is known."""

    file: IO[bytes] | None
    stamp: Stamp


@contextmanager
def downloaded(
    url: str,
    *,
    known: Stamp,
    folder: Path,
    contact: str = "",
    limits: Limits = LIMITS,
    largest: int = LARGEST_FILE,
) -> Iterator[Download]:
    """The file behind an address, in a nameless file of ``folder`` that is gone afterwards.

    The first address may lie in a private network, as somebody here configured it; where it
    leads to may not, unless that is the same host.

    Raises:
        OsvError: it cannot be had; one line without an address.
    """
    _check(url)
    folder.mkdir(parents=True, exist_ok=True)
    wire = Wire(limits, Pace(folder / "pace", patience=limits.patience))
    headers = {"user-agent": user_agent(contact), "accept-encoding": "identity"}
    with (
        TemporaryFile(dir=folder) as file,
        httpx.Client(transport=wire, headers=headers, trust_env=False) as client,
    ):
        try:
            stamp = _attempts(client, url, known, file, limits, largest)
        except RegistryError as error:
            missing = isinstance(error, PackageMissing)
            text = "there is no such file" if missing else str(error)
            raise OsvError(text.replace("the registry", "the server")) from None
        file.seek(0)
        yield Download(file if stamp else None, stamp or known)


def _check(url: str) -> None:
    try:
        usable = bool(httpx.URL(url).host) and urlsplit(url).port != 0
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise OsvError("lies behind an address that is none")


def _attempts(
    client: httpx.Client, url: str, known: Stamp, file: IO[bytes], limits: Limits, largest: int
) -> Stamp | None:
    """As many attempts as are worth it, each from the beginning."""
    attempts = stamina.retry_context(
        on=lambda error: _worth(error, limits.patience),
        attempts=limits.attempts,
        timeout=None,
        wait_initial=limits.first_wait,
        wait_max=limits.longest_wait,
    )
    try:
        for attempt in attempts:
            with attempt:
                return _attempt(client, url, known, file, limits.redirects, largest)
    except Again as again:
        raise again.error from None
    raise AssertionError("there is at least one attempt")


def _worth(error: Exception, patience: float) -> bool | float:
    """Whether another attempt is worth it, or the seconds after which the server wants it."""
    if not isinstance(error, Again) or (error.after or 0.0) > patience:
        return False
    return error.after or True


def _attempt(
    client: httpx.Client, start: str, known: Stamp, file: IO[bytes], redirects: int, largest: int
) -> Stamp | None:
    url, place = start, Place("advisories", start)
    for _ in range(redirects + 1):
        request = client.build_request(
            "GET",
            url,
            headers={"accept": _ACCEPT, **known.condition},
            extensions={"visit": Visit(place, url, _ACCEPT)},
        )
        with closing(client.send(request, stream=True)) as response:
            if response.status_code == 304:
                return None
            if response.status_code == 200:
                _write(response, file, largest)
                named = response.headers
                return Stamp(named.get("etag", ""), named.get("last-modified", ""))
            url = led_to(url, response.headers.get("location", ""))
    raise OsvError("the server redirects again and again")


def _write(response: httpx.Response, file: IO[bytes], largest: int) -> None:
    file.seek(0)
    file.truncate()
    total = 0
    for piece in response.iter_raw():
        total += len(piece)
        if total > largest:
            raise OsvError(f"is larger than {largest / 1024**3:.3g} GiB")
        file.write(piece)
