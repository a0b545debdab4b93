"""Bytes of a file as text that PostgreSQL can store: no NUL, no lone surrogate."""

import codecs

# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 8192
_MAX_CONTROL_SHARE = 0.1
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\b")) + b"\x7f"


def decode(data: bytes) -> tuple[str, str] | None:
    """The text and the name of its encoding, or None if `data` is binary.

    Bytes that are wrong in the encoding become U+FFFD, and its name then ends in
    "+replaced". Without a byte order mark text is UTF-8.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding in ("utf-8", "utf-8-sig") and _looks_binary(data):
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = data.decode(encoding, "replace"), f"{encoding}+replaced"
    return None if "\0" in text else (text, encoding)


def _looks_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    control = len(sample) - len(sample.translate(None, _CONTROL))
    return b"\0" in data or control > _MAX_CONTROL_SHARE * len(sample)
