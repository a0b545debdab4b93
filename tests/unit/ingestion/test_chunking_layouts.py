"""Text without a grammar is cut by its headings, sections, items and paragraphs."""

from apps.singularity.ingestion.engine.chunking import Chunked, chunk_text

MARKDOWN = """\
---
title: Front matter
---
Before any heading.

# Guide

Intro.

```sh
# not a heading
make up
```

## Install ##

Text.

Usage
-----

~~~
```
# still fenced
~~~

- item
---

# Other
"""

RST = """\
=====
Guide
=====

Intro.

Install
-------

Run::

    ----
    code
    ----

Upgrade
-------

=====
Other
=====
"""


def sections(chunked: Chunked) -> list[tuple[str, int]]:
    return [(chunk.symbol, chunk.start_line) for chunk in chunked.chunks]


def test_markdown_sections_are_named_by_their_path() -> None:
    chunked = chunk_text(MARKDOWN, language="markdown")
    assert sections(chunked) == [
        ("", 1),
        ("Guide", 6),
        ("Guide > Install", 15),
        ("Guide > Usage", 19),
        ("Other", 30),
    ]
    assert [chunk.kind for chunk in chunked.chunks] == ["text", *["section"] * 4]
    assert chunked.chunks[2].signature == "Install"
    assert not chunked.has_syntax_errors


def test_a_long_section_is_cut_at_paragraphs() -> None:
    paragraphs = [f"Paragraph {number}, with words enough to count." * 3 for number in range(20)]
    chunks = chunk_text("# One\n\n" + "\n\n".join(paragraphs), language="markdown").chunks
    assert len(chunks) > 2
    assert {chunk.symbol for chunk in chunks} == {"One"}
    assert all(chunk.content.endswith("count.") for chunk in chunks)


def test_rst_levels_follow_their_first_use() -> None:
    assert sections(chunk_text(RST, language="rst")) == [
        ("Guide", 1),
        ("Guide > Install", 7),
        ("Guide > Upgrade", 16),
        ("Other", 19),
    ]


def test_toml_tables_are_sections() -> None:
    text = 'a = 1\n\n[project]\nname = "x"\nlist = [\n  [1],\n]\n\n[[tool.mypy.overrides]]\nb = 2\n'
    assert sections(chunk_text(text, language="toml")) == [
        ("", 1),
        ("project", 3),
        ("tool.mypy.overrides", 9),
    ]


def test_yaml_is_cut_where_an_item_begins() -> None:
    job = "    steps:\n      - run: make everything and then some more\n"
    text = "".join(f"job_{number}:\n{job * 3}" for number in range(12))
    chunks = chunk_text(text, language="yaml").chunks
    assert len(chunks) > 1
    assert all(chunk.content.startswith("job_") for chunk in chunks)


def test_prose_is_cut_between_paragraphs() -> None:
    text = "\n\n".join(f"{number}. " + "Some words of a sentence. " * 8 for number in range(12))
    chunks = chunk_text(text, language="text").chunks
    assert len(chunks) > 1
    assert all(chunk.content[0].isdigit() for chunk in chunks)
