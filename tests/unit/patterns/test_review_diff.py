"""Which lines of which files a diff makes new."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.patterns.engine.review import ChangedLines, Diff, DiffError, parse_diff

MODIFIED = """diff --git a/src/a.py b/src/a.py
index 1..2 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,4 +1,5 @@ def a():
 one
-two
+TWO
+and a half
 three
 four
@@ -20,3 +21,2 @@
 x
-y
 z
"""


def test_added_and_removed_lines() -> None:
    changed = ChangedLines(added=((2, 3),), removed=(1, 21))
    assert parse_diff(MODIFIED) == Diff({"src/a.py": changed})


def test_what_a_change_touches() -> None:
    changed = parse_diff(MODIFIED).changed["src/a.py"]
    assert changed.holds(2)
    assert not changed.holds(4)
    assert changed.touches(3, 9)
    assert changed.touches(15, 22)
    assert not changed.touches(5, 20)
    assert not changed.touches(22, 30)
    assert changed.share(1, 4) == 0.5


def test_new_deleted_and_renamed_files() -> None:
    text = """diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+one
+two
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-gone
diff --git a/here.py b/there.py
similarity index 100%
rename from here.py
rename to there.py
diff --git a/from.py b/to.py
similarity index 90%
rename from from.py
rename to to.py
--- a/from.py
+++ b/to.py
@@ -5 +5 @@
-a
+b
"""
    diff = parse_diff(text)
    assert diff.changed == {
        "new.py": ChangedLines(added=((1, 2),)),
        "there.py": ChangedLines(),
        "to.py": ChangedLines(added=((5, 5),), removed=(4,)),
    }
    assert diff.removed == ("old.py", "here.py", "from.py")


def test_marks_of_a_missing_newline_are_no_lines() -> None:
    text = """--- a/a.py
+++ b/a.py
@@ -1 +1 @@
-a
\\ No newline at end of file
+b
\\ No newline at end of file
"""
    assert parse_diff(text).changed["a.py"] == ChangedLines(((1, 1),), (0,))


def test_windows_line_ends() -> None:
    assert parse_diff(MODIFIED.replace("\n", "\r\n")) == parse_diff(MODIFIED)


def test_quoted_paths_time_stamps_and_other_prefixes() -> None:
    text = """--- "a/gr\\303\\266\\303\\237e \\"x\\".py"
+++ "b/gr\\303\\266\\303\\237e \\"x\\".py"
@@ -1 +1 @@
-a
+b
--- plain.py\t2026-01-01 00:00:00.000000000 +0000
+++ plain.py\t2026-01-02 00:00:00.000000000 +0000
@@ -1 +1 @@
-a
+b
--- i/index.py
+++ w/index.py
@@ -1 +1 @@
-a
+b
--- a/none.py
+++ a/none.py
@@ -1 +1 @@
-a
+b
"""
    assert list(parse_diff(text).changed) == ['größe "x".py', "plain.py", "index.py", "a/none.py"]


def test_binary_files_are_left_out() -> None:
    text = """diff --git a/x.png b/x.png
index 1..2 100644
Binary files a/x.png and b/x.png differ
diff --git a/y.bin b/z.bin
similarity index 60%
rename from y.bin
rename to z.bin
GIT binary patch
literal 10
Rcmb

"""
    assert parse_diff(text).changed == {}


def test_lines_that_look_like_headers_are_content() -> None:
    text = """--- a/a.sql
+++ b/a.sql
@@ -1,2 +1,2 @@
--- a comment
-- b
+++ c
+@@ -1 +1 @@
"""
    assert parse_diff(text).changed["a.sql"] == ChangedLines(((1, 2),), (0,))


def test_text_before_and_after_a_diff_is_no_part_of_it() -> None:
    text = f"From 1 Mon\nSubject: a change\n---\n a | 2 +-\n\n{MODIFIED}-- \n2.40\n"
    assert parse_diff(text) == parse_diff(MODIFIED)


def test_no_text_is_no_change() -> None:
    assert parse_diff("") == parse_diff("\n\n") == Diff()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello\nworld\n", "no unified diff"),
        (
            "--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n a\n",
            "line 5 of the diff: a line inside|ends inside",
        ),
        ("--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\nxyz\n", "line 5 of the diff"),
        ("--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-a\n-b\n+c\n", "other lines than its header"),
        ("--- a/a\n+++ b/a\n@@ nonsense @@\n", "no hunk header"),
        ("@@ -1 +1 @@\n-a\n+b\n", "before any line that names its file"),
        ("diff --cc a\n@@@ -1,2 -1,2 +1,3 @@@\n", "one parent"),
    ],
)
def test_bad_diffs_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(DiffError, match=says):
        parse_diff(text)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "c", "", "+x", "-- y", "\f"]), max_size=12),
    st.lists(st.sampled_from(["a", "b", "d", "", "+x", "-- y"]), max_size=12),
)
def test_new_lines_are_those_that_git_added(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    for name, lines in (("old.py", old), ("new.py", new)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    changed = parse_diff(git_diff(folder)).changed.get("new.py", ChangedLines())
    kept = [line for at, line in enumerate(new, 1) if not changed.holds(at)]
    rest = iter(old)
    assert all(line in rest for line in kept)  # what is not new stood there in this order
    assert len(changed.removed) <= len(old)


def git_diff(folder: Path) -> str:
    command = ["git", "diff", "--no-index", "--no-color", "--no-prefix", "old.py", "new.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.stdout.decode()
