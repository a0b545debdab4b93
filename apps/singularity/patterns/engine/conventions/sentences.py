"""What is measured, in words: `{}` stands for what most do."""

from __future__ import annotations

_SENTENCES = {
    "assertions": "tests check with {}",
    "async": "functions are {}",
    "caught exceptions": "a caught exception is {}",
    "constant names": "constants are named in {}",
    "docstrings": "public functions {}",
    "except clauses": "except clauses are {}",
    "file names": "files are named in {}",
    "function names": "functions are named in {}",
    "functions": "functions are written as {}",
    "import members": "imports take {}",
    "import order": "neighbouring imports are {}",
    "import placement": "imports stand {}",
    "import targets": "imports are {}",
    "log messages": "log messages are {}",
    "logging": "messages are written with {}",
    "modules": "modules are loaded with {}",
    "quotes": "strings are in {} quotes",
    "raised in handlers": "an exception raised in a handler {}",
    "result annotations": "results of functions are {}",
    "results": "results that may be failures are {}",
    "returned errors": "errors are {}",
    "string formatting": "values are put into strings with {}",
    "test files": "test files are called {}",
    "test folders": "tests stand {}",
    "test preparation": "tests are prepared with {}",
    "tests": "tests are {}",
    "type names": "types are named in {}",
    "variables": "variables are declared with {}",
}


def sentence_of(measure: str, choice: str) -> str:
    """One plain clause that says what most do."""
    return _SENTENCES[measure].format(choice)
