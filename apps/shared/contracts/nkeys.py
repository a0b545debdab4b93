"""NKeys: Ed25519 keys in the text form that nats-server and its tools use.

Source of the form: NATS ADR-14 (JWT library guide), "NKeys": a prefix byte, the 32 bytes of the
key and a CRC-16/XMODEM, in base32 without padding. A seed carries two prefixes: seed and user.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from functools import lru_cache

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

_USER = 20 << 3
_SEED = 18 << 3
_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class NKeyError(ValueError):
    """The text is not an NKey of a user."""


@dataclass(frozen=True, slots=True)
class NKey:
    """A user's key pair; ``public`` starts with ``U``, the seed with ``SU``."""

    public: str
    _signing: SigningKey

    def __repr__(self) -> str:
        return f"NKey({self.public})"

    @classmethod
    def from_seed(cls, seed: str) -> NKey:
        """The pair of a seed. Raises NKeyError."""
        raw = _decoded(seed)
        if len(raw) != 2 + _KEY_BYTES or raw[0] & 0xF8 != _SEED:
            raise NKeyError("not the seed of an NKey: it starts with SU and has 58 characters")
        if (raw[0] & 0x07) << 5 | raw[1] >> 3 != _USER:
            raise NKeyError("the seed is not that of a user: it starts with SU")
        signing = SigningKey(raw[2:])
        return cls(_encoded(bytes([_USER]) + bytes(signing.verify_key)), signing)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self._signing.sign(message).signature


def seed_new() -> str:
    """A new seed, drawn from the system's randomness."""
    prefix = bytes([_SEED | _USER >> 5, (_USER & 0x1F) << 3])
    return _encoded(prefix + secrets.token_bytes(_KEY_BYTES))


def public_check(public: str) -> str:
    """The key itself. Raises NKeyError when it is not a user's public key."""
    _verifier(public)
    return public


def verified(public: str, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key has signed the message. Raises NKeyError for a wrong key."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        _verifier(public).verify(message, signature)
    except BadSignatureError:
        return False
    return True


@lru_cache(maxsize=4096)
def _verifier(public: str) -> VerifyKey:
    raw = _decoded(public)
    if len(raw) != 1 + _KEY_BYTES or raw[0] != _USER:
        raise NKeyError("not a user's public NKey: it starts with U and has 56 characters")
    return VerifyKey(raw[1:])


def _encoded(raw: bytes) -> str:
    checked = raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(checked).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (ValueError, binascii.Error):
        raise NKeyError("an NKey is base32 text of capital letters and digits") from None
    if len(raw) < 3 or binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise NKeyError("the NKey has a typing error: its check sum is wrong")
    return raw[:-2]
