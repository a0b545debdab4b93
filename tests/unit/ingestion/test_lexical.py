"""The lexical index: ranking, filters, revisions, damage and several writers."""

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.singularity.ingestion.engine.lexical import (
    SCHEMA_VERSION,
    LexicalDocument,
    LexicalIndex,
    PathGlobError,
    weighted_terms,
)


def chunk(chunk_id: int, content: str, **fields: object) -> LexicalDocument:
    place: dict[str, Any] = {
        "file_id": chunk_id,
        "path": f"src/file{chunk_id}.py",
        "language": "python",
        "kind": "function",
    }
    place |= {name: fields.pop(name) for name in place.keys() & fields.keys()}
    texts: dict[str, Any] = {"symbol": "", "signature": "", "documentation": ""} | fields
    terms = weighted_terms(path=place["path"], content=content, **texts)
    return LexicalDocument(chunk_id=chunk_id, terms=terms, **place)


def fill(index: LexicalIndex, *documents: LexicalDocument, codebase: int = 1) -> None:
    index.apply(codebase_id=codebase, revision=1, removed_files=[], documents=documents)


def found(index: LexicalIndex, query: str, **filters: object) -> list[int]:
    options: dict[str, object] = {"codebase_ids": [1], "limit": 100} | filters
    return [hit.chunk_id for hit in index.search(query, **options)]  # type: ignore[arg-type]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return LexicalIndex(tmp_path / "lexical")


def test_a_part_of_an_identifier_finds_it(index: LexicalIndex) -> None:
    fill(index, chunk(1, "def readHTTPHeader(): ..."), chunk(2, "def write(): ..."))
    assert found(index, "http header") == [1]
    assert found(index, "readHTTPHeader") == [1]


def test_word_forms_meet(index: LexicalIndex) -> None:
    fill(index, chunk(1, "validate_emails"), chunk(2, "parse"))
    assert found(index, "validating an email") == [1]


def test_a_name_weighs_more_than_a_body(index: LexicalIndex) -> None:
    fill(
        index,
        chunk(1, "x = parse(1); " + "pad " * 8),
        chunk(2, "return 1; " + "pad " * 8, symbol="parse"),
    )
    assert found(index, "parse") == [2, 1]


def test_rare_words_decide_over_common_ones(index: LexicalIndex) -> None:
    common = [chunk(i, "value value value") for i in range(10, 40)]
    fill(index, *common, chunk(1, "quaternion value"))
    assert found(index, "value quaternion")[0] == 1


def test_filters_never_return_less_than_there_is(index: LexicalIndex) -> None:
    crowd = [chunk(i, "needle needle needle") for i in range(500)]
    rare = [
        chunk(1000 + i, "one needle among others", language="rust", kind="method", path="a/b/x.rs")
        for i in range(5)
    ]
    fill(index, *crowd, *rare)
    expected = [1000, 1001, 1002, 1003, 1004]
    assert sorted(found(index, "needle", languages=["rust", "go"], limit=5)) == expected
    assert sorted(found(index, "needle", kinds=["method"], limit=5)) == expected
    assert sorted(found(index, "needle", path_glob="a/**/*.rs", limit=5)) == expected
    assert sorted(found(index, "needle", path_glob="a/b", limit=5)) == expected
    assert found(index, "needle", path_glob="a/b", languages=["python"]) == []


def test_code_bases_are_kept_apart(index: LexicalIndex) -> None:
    fill(index, chunk(1, "alpha"))
    fill(index, chunk(2, "alpha"), codebase=2)
    assert found(index, "alpha") == [1]
    assert sorted(found(index, "alpha", codebase_ids=[1, 2])) == [1, 2]
    assert found(index, "alpha", codebase_ids=[]) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   \n",
        "the of and",
        "🎉🎊",
        '") OR 1=1; DROP TABLE chunk; --',
        '+a -b "c d"~2 e:f [x TO y] (((( ^3 * ? \\',
        "needle " * 1500,
        " ".join(f"word{i}" for i in range(1500)),
        "x" * 10_000,
        "\x00\x01\ud800",
    ],
)
def test_any_text_is_a_valid_query(index: LexicalIndex, query: str) -> None:
    fill(index, chunk(1, "needle", path="src/plain.py"))
    assert found(index, query) == ([1] if "needle" in query else [])


def test_stop_words_alone_still_search(index: LexicalIndex) -> None:
    fill(index, chunk(1, "if not found"), chunk(2, "other"))
    assert found(index, "not if") == [1]


def test_a_huge_path_filter_is_refused_in_one_line(index: LexicalIndex) -> None:
    fill(index, chunk(1, "needle"))
    with pytest.raises(PathGlobError, match="too many wildcards"):
        found(index, "needle", path_glob="*a" * 2000)


def test_scores_of_given_chunks_equal_those_of_the_search(index: LexicalIndex) -> None:
    fill(index, *(chunk(i, "needle " * (1 + i % 4)) for i in range(50)), chunk(99, "hay"))
    scores = index.score("needle", [3, 7, 99, 12345])
    searched = {
        hit.chunk_id: hit.score for hit in index.search("needle", codebase_ids=[1], limit=100)
    }
    assert scores == {3: searched[3], 7: searched[7], 99: 0.0, 12345: 0.0}
    assert index.score("", [3]) == {3: 0.0}
    assert index.score("needle", []) == {}


def test_applying_a_step_replaces_files_and_moves_the_revision(index: LexicalIndex) -> None:
    fill(index, chunk(1, "old", file_id=7), chunk(2, "kept", file_id=8))
    index.apply(
        codebase_id=1, revision=2, removed_files=[7], documents=[chunk(3, "new", file_id=7)]
    )
    assert found(index, "old new kept") in ([2, 3], [3, 2])
    assert index.revisions() == {1: 2}


def test_reset_drops_the_code_base_and_forget_its_revision_too(index: LexicalIndex) -> None:
    fill(index, chunk(1, "alpha"))
    fill(index, chunk(2, "alpha"), codebase=2)
    index.apply(
        codebase_id=1, revision=5, removed_files=[], documents=[chunk(3, "alpha")], reset=True
    )
    assert found(index, "alpha", codebase_ids=[1, 2]) in ([2, 3], [3, 2])
    assert index.revisions() == {1: 5, 2: 1}
    index.forget(1)
    assert found(index, "alpha", codebase_ids=[1, 2]) == [2]
    assert index.revisions() == {2: 1}


def test_a_step_that_fails_half_way_leaves_nothing(index: LexicalIndex) -> None:
    fill(index, chunk(1, "alpha"))

    def broken() -> Iterator[LexicalDocument]:
        yield chunk(2, "alpha")
        raise OSError("database gone")

    with pytest.raises(OSError, match="database gone"):
        index.apply(codebase_id=1, revision=2, removed_files=[1], documents=broken())
    assert found(index, "alpha") == [1]
    assert index.revisions() == {1: 1}


def test_another_reader_sees_the_commit_at_once(index: LexicalIndex, tmp_path: Path) -> None:
    reader = LexicalIndex(tmp_path / "lexical")
    assert found(reader, "alpha") == []
    fill(index, chunk(1, "alpha"))
    assert found(reader, "alpha") == [1]


def test_a_corrupt_index_begins_empty(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, chunk(1, "alpha"))
    (tmp_path / "lexical" / f"v{SCHEMA_VERSION}" / "meta.json").write_text("{")
    reopened = LexicalIndex(tmp_path / "lexical")
    assert reopened.revisions() == {}
    fill(reopened, chunk(2, "alpha"))
    assert found(reopened, "alpha") == [2]


def test_a_truncated_segment_begins_empty(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, chunk(1, "alpha"))
    for segment in (tmp_path / "lexical" / f"v{SCHEMA_VERSION}").glob("*.store"):
        segment.write_bytes(b"")
    assert LexicalIndex(tmp_path / "lexical").revisions() == {}


def test_an_older_schema_is_removed(tmp_path: Path) -> None:
    (tmp_path / "lexical" / "v0").mkdir(parents=True)
    LexicalIndex(tmp_path / "lexical")
    assert not (tmp_path / "lexical" / "v0").exists()


def _apply_steps(folder: Path, codebase: int) -> None:
    index = LexicalIndex(folder)
    for step in range(5):
        index.apply(
            codebase_id=codebase,
            revision=step,
            removed_files=[],
            documents=[chunk(codebase * 100 + step, "alpha")],
        )


def test_writers_of_several_processes_wait_for_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    folder = tmp_path / "lexical"
    writers = [context.Process(target=_apply_steps, args=(folder, n)) for n in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    index = LexicalIndex(folder)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(found(index, "alpha", codebase_ids=[1, 2])) == 10
    assert index.revisions() == {1: 4, 2: 4}


def test_a_writer_never_keeps_readers_waiting(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, chunk(1, "alpha"))
    seen: list[list[int]] = []

    def documents() -> Iterator[LexicalDocument]:
        seen.append(found(index, "alpha"))
        seen.append(found(LexicalIndex(tmp_path / "lexical"), "alpha"))
        yield chunk(2, "alpha")

    index.apply(codebase_id=1, revision=2, removed_files=[], documents=documents())
    assert seen == [[1], [1]]


def test_alternating_writers_leave_no_files_behind(index: LexicalIndex, tmp_path: Path) -> None:
    writers = index, LexicalIndex(tmp_path / "lexical")
    for step in range(40):
        writers[step % 2].apply(
            codebase_id=1,
            revision=step,
            removed_files=[1],
            documents=[chunk(1, f"alpha step{step}")],
        )
    segments = {file.name.split(".")[0] for file in (tmp_path / "lexical").glob("v*/*.store")}
    assert len(segments) <= 10
    assert [len(found(writer, "alpha")) for writer in writers] == [1, 1]


def test_an_index_removed_under_a_running_process_begins_empty(
    index: LexicalIndex, tmp_path: Path
) -> None:
    fill(index, chunk(1, "alpha"))
    shutil.rmtree(tmp_path / "lexical" / f"v{SCHEMA_VERSION}")
    assert found(index, "alpha") == []
    assert index.revisions() == {}
    fill(index, chunk(2, "alpha"))
    assert found(index, "alpha") == [2]


def _die_while_writing(folder: Path) -> None:
    def documents() -> Iterator[LexicalDocument]:
        yield chunk(2, "alpha")
        os.kill(os.getpid(), signal.SIGKILL)

    LexicalIndex(folder).apply(
        codebase_id=1, revision=2, removed_files=[1], documents=documents(), reset=True
    )


def test_a_killed_writer_leaves_the_last_commit(index: LexicalIndex, tmp_path: Path) -> None:
    fill(index, chunk(1, "alpha"))
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_die_while_writing, args=(tmp_path / "lexical",))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert found(index, "alpha") == [1]
    assert index.revisions() == {1: 1}
    fill(index, chunk(3, "alpha"))
    assert sorted(found(index, "alpha")) == [1, 3]
