"""Which addresses of the Internet everybody may be led to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address

_PRIVATE = (
    *("localhost", "localdomain", "local", "home.arpa", "internal"),
    *("intranet", "private", "corp", "home", "lan"),
)
"""Ends of names that exist in private networks only: RFC 6761 (section 6.3), RFC 6762 (section 3
and appendix G), RFC 8375, and ``internal``, which ICANN reserved for them."""


def public(address: str) -> bool:
    """Whether an address is one of the public Internet.

    An IPv4 address inside an IPv6 one (mapped, translated, 6to4, Teredo) counts as itself.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _carried(found))


def literal(host: str) -> bool:
    """Whether a host is written as an address, in any of the ways that are understood."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return host.replace(".", "").isdigit() or host.lower().startswith("0x")
    return True


def inside(host: str) -> bool:
    """Whether a host is, as it is written, one of a private network: by its address or its name."""
    host = host.rstrip(".").lower()
    if literal(host):
        return not public(host.strip("[]"))
    return "." not in host or host.endswith(tuple(f".{end}" for end in _PRIVATE))


def _carried(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    if isinstance(address, IPv4Address):
        return (address,)
    if address in _TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        return (inner,)
    return (address, *address.teredo) if address.teredo is not None else (address,)
