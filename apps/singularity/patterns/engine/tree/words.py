"""Identifiers that are words of a language rather than names of a program."""

from __future__ import annotations

_PYTHON = """
self cls __init__ __new__ __del__ __repr__ __str__ __bytes__ __format__ __lt__ __le__ __eq__ __ne__
__gt__ __ge__ __hash__ __bool__ __getattr__ __getattribute__ __setattr__ __delattr__ __dir__ __get__
__set__ __delete__ __set_name__ __slots__ __init_subclass__ __class_getitem__ __call__ __len__
__getitem__ __setitem__ __delitem__ __missing__ __iter__ __next__ __reversed__ __contains__ __add__
__sub__ __mul__ __truediv__ __floordiv__ __mod__ __pow__ __and__ __or__ __xor__ __radd__ __rsub__
__rmul__ __iadd__ __isub__ __neg__ __abs__ __invert__ __int__ __float__ __index__ __enter__ __exit__
__await__ __aiter__ __anext__ __aenter__ __aexit__ __class__ __dict__ __name__ __qualname__ __doc__
__module__ __file__ __all__ __main__ __version__ __copy__ __deepcopy__ __reduce__ __reduce_ex__
__getstate__ __setstate__ __getnewargs__ __post_init__ __wrapped__ __annotations__ __mro__ __bases__
__subclasses__ __traceback__ __cause__ __context__ __path__ __package__ __spec__ __loader__
__code__ __globals__ __closure__ __defaults__ __func__ __self__ __import__ __fspath__ __sizeof__
"""
_SCRIPT = "constructor prototype arguments exports module require default"

WORDS: dict[str, frozenset[bytes]] = {
    "python": frozenset(_PYTHON.encode().split()),
    "javascript": frozenset(_SCRIPT.encode().split()),
    "typescript": frozenset(_SCRIPT.encode().split()),
    "tsx": frozenset(_SCRIPT.encode().split()),
    "go": frozenset(b"init main _".split()),
    "rust": frozenset(b"Self main _".split()),
    "java": frozenset(b"main".split()),
    "kotlin": frozenset(b"it main".split()),
    "ruby": frozenset(b"initialize".split()),
    "php": frozenset(b"__construct __get __set __call __toString".split()),
    "elixir": frozenset(b"__MODULE__ _".split()),
    "c": frozenset(b"main NULL".split()),
    "cpp": frozenset(b"main NULL".split()),
}
"""Kept as they stand: a language gives them their meaning, no program names them."""
