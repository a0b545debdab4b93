"""Mining against the database: what is stored, what a change costs, what a broken run leaves."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.shared.core.jobs import JobCancelled, job_cancel
from apps.shared.core.models import Job
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from apps.singularity.ingestion.services.removal import codebase_delete
from apps.singularity.patterns import services, tasks
from apps.singularity.patterns.models import (
    ArchitecturePattern,
    CodePattern,
    FileFacts,
    Finding,
    Framework,
    Mining,
    ModuleGraph,
    PatternSupport,
)
from apps.singularity.patterns.services import MiningError, codebase_mine
from tests.common.learning import learned, read_and_mine, repeated
from tests.common.trees import SMALL, write_tree

pytestmark = pytest.mark.django_db


def idioms(codebase: Any) -> str:
    rows = CodePattern.objects.filter(codebase=codebase, kind="idiom", withdrawn_at=None)
    return "\n\n".join(rows.values_list("template", flat=True))


def test_what_repeats_is_learned_and_nothing_local_shows(tmp_path: Path) -> None:
    codebase, report = read_and_mine(write_tree(tmp_path, repeated(12)))
    assert report.files == 13
    assert report.patterns == CodePattern.objects.filter(codebase=codebase).count() > 0
    found = idioms(codebase)
    assert "json.load($" in found
    assert "sqlite3.connect($" in found
    for local in ("stream_", "path_", "connection_", "INSERT", "settings", "module_"):
        assert local not in found
    usage = CodePattern.objects.filter(codebase=codebase, kind="api_set")
    assert any("sqlite3.connect().cursor" in one.template for one in usage)


def test_support_counts_occurrences_and_files(tmp_path: Path) -> None:
    codebase, _ = read_and_mine(write_tree(tmp_path, repeated(12)))
    (row,) = [
        one
        for one in CodePattern.objects.filter(codebase=codebase, kind="idiom")
        if one.template.startswith("with open(") or "executemany" in one.template
    ][:1]
    assert (row.occurrences, row.files) == (12, 12)
    assert {place["path"] for place in row.examples} <= {f"app/module_{n}.py" for n in range(12)}
    (point,) = PatternSupport.objects.filter(pattern=row)
    assert (point.occurrences, point.files, point.revision) == (12, 12, 1)


def test_a_second_run_reads_nothing_and_changes_nothing(tmp_path: Path) -> None:
    codebase, _ = read_and_mine(write_tree(tmp_path, repeated(8)))
    before = learned(codebase)
    again = codebase_mine(codebase=codebase, workers=0)
    assert (again.unchanged, again.read) == (True, 0)
    assert learned(codebase) == before
    forced = codebase_mine(codebase=codebase, workers=0, full=True)
    assert not forced.unchanged
    assert forced.read == forced.files == 9
    assert learned(codebase) == before
    assert Mining.objects.get(codebase=codebase).revision == 1


def test_only_changed_files_are_read_again(tmp_path: Path) -> None:
    root = write_tree(tmp_path, repeated(8))
    read_and_mine(root)
    write_tree(root, {"app/module_3.py": "x = 1\n"})
    (root / "app/module_4.py").unlink()
    codebase, report = read_and_mine(root)
    assert report.read == 1
    assert report.files == 8
    assert FileFacts.objects.filter(codebase=codebase).count() == 8


def test_a_pattern_that_is_gone_is_withdrawn_and_its_course_says_so(tmp_path: Path) -> None:
    root = write_tree(tmp_path, repeated(8))
    codebase, _ = read_and_mine(root)
    row = CodePattern.objects.filter(codebase=codebase, kind="idiom").first()
    assert row is not None
    for n in range(8):
        write_tree(root, {f"app/module_{n}.py": f"x = {n}\n"})
    read_and_mine(root)
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert row.revision == 2
    assert [(one.revision, one.occurrences) for one in row.history.all()][-1] == (2, 0)


PATHS = ["app/a.py", "app/b.py", "lib/c.py", "web/d.ts", "requirements.txt", "app/module_0.py"]
TEXTS = [
    "import app.b\n\n\ndef f():\n    return app.b.g()\n",
    "import app.a\n\n\ndef g():\n    return app.a.f()\n",
    "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.CharField()\n",
    "import { x } from './e';\nexport function y() { return x(); }\n",
    "Django==5.2\n",
    "def broken(:\n",
    "",
    repeated(1)["app/module_0.py"],
]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rounds=st.lists(
        st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(TEXTS)), max_size=4),
        min_size=1,
        max_size=3,
    )
)
def test_edits_then_mining_equal_a_fresh_mining(
    rounds: list[list[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = write_tree(tmp_path_factory.mktemp("tree"), repeated(6))
    kept, _ = read_and_mine(root, name=f"kept {root}")
    for edits in rounds:
        write_tree(root, dict(edits))
        kept, _ = read_and_mine(root, name=f"kept {root}")
    fresh, _ = read_and_mine(root, name=f"fresh {root}")
    assert learned(kept) == learned(fresh)


def test_the_same_idiom_has_the_same_signature_in_two_code_bases(tmp_path: Path) -> None:
    one, _ = read_and_mine(write_tree(tmp_path / "one", repeated(8)))
    other, _ = read_and_mine(
        write_tree(
            tmp_path / "other",
            {
                path.replace("app", "elsewhere"): text.replace("stream_", "source_").replace(
                    "connection_", "db_"
                )
                for path, text in repeated(9).items()
            },
        )
    )
    for words in ("json.load(", "executemany("):
        found = [
            set(
                CodePattern.objects.filter(
                    codebase=codebase, kind="idiom", template__contains=words
                ).values_list("signature", flat=True)
            )
            for codebase in (one, other)
        ]
        assert found[0]
        assert found[0] == found[1]


def test_frameworks_come_with_their_version_and_evidence(tmp_path: Path) -> None:
    files = repeated(3) | {"app/web.py": "import requests\n\n\nrequests.get('u')\n"}
    codebase, _ = read_and_mine(write_tree(tmp_path, files))
    row = Framework.objects.get(codebase=codebase, key="requests")
    assert row.version == "2.31.0"
    assert {one["kind"] for one in row.evidence} >= {"declared", "import"}


def test_a_new_cycle_is_told_as_drift(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/a.py": "import app.b\n",
        "app/b.py": "VALUE = 1\n",
    }
    root = write_tree(tmp_path, files)
    _, first = read_and_mine(root)
    assert first.changes == []
    write_tree(root, {"app/b.py": "import app.a\n"})
    codebase, second = read_and_mine(root)
    assert any("cycle" in change for change in second.changes)
    assert ModuleGraph.objects.get(codebase=codebase).graph["cycles"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.py": "x = 1\n"},
        {"a.py": "def broken(:\n" * 200, "b.js": "function {{{" * 100},
        {"a.py": "x = " + "(" * 10_000 + "1" + ")" * 10_000 + "\n"},
        {"a.py": "import b\n", "b.py": "import a\n", "c.py": "import c\n"},
        {"main.sql": "SELECT 1;\n", "a.css": "p { color: red }\n", "x.unknown": "what\n"},
        SMALL,
    ],
    ids=["empty", "one", "syntax", "nested", "cyclic", "no-libraries", "small"],
)
def test_odd_code_bases_are_mined(tmp_path: Path, files: dict[str, str]) -> None:
    codebase, report = read_and_mine(write_tree(tmp_path, files))
    assert Mining.objects.get(codebase=codebase).mined_at is not None
    assert not report.unchanged


@override_settings(MAX_FILE_BYTES=50_000_000)
def test_a_huge_generated_file_is_counted_and_not_read(tmp_path: Path) -> None:
    files = repeated(6)
    files["app/generated.py"] = "VALUES = [\n" + "    (1, 'a', None),\n" * 300_000 + "]\n"
    codebase, report = read_and_mine(write_tree(tmp_path, files))
    assert report.files == 8
    assert "json.load($" in idioms(codebase)
    assert report.nodes < 5_000


def test_what_was_mined_goes_with_its_code_base(tmp_path: Path) -> None:
    codebase, _ = read_and_mine(write_tree(tmp_path, repeated(8)))
    codebase_delete(codebase=codebase)
    for model in (CodePattern, FileFacts, Finding, Framework, Mining, ModuleGraph, PatternSupport):
        assert not model.objects.exists()
    assert not ArchitecturePattern.objects.exists()


def test_a_code_base_deleted_meanwhile_ends_the_mining_in_one_line(tmp_path: Path) -> None:
    codebase = codebase_open(instance="alpha", path=write_tree(tmp_path, repeated(3)))
    codebase_ingest(codebase=codebase, workers=0)
    codebase.refresh_from_db()

    def delete(numbers: dict[str, Any]) -> None:
        if numbers["read"]:
            Mining.objects.filter(codebase=codebase).delete()

    with pytest.raises(MiningError, match="was deleted"):
        codebase_mine(codebase=codebase, workers=0, progress=delete)
    assert not CodePattern.objects.exists()


def test_a_cancelled_mining_stores_nothing_and_goes_on_later(tmp_path: Path) -> None:
    codebase = codebase_open(instance="alpha", path=write_tree(tmp_path, repeated(8)))
    codebase_ingest(codebase=codebase, workers=0)
    codebase.refresh_from_db()

    def cancel(_numbers: dict[str, Any]) -> None:
        for job in Job.objects.filter(kind="mine", state=Job.State.RUNNING):
            job_cancel(job_id=job.pk, instance="alpha")

    with pytest.raises(JobCancelled):
        services.mine_run(codebase=codebase, progress=cancel)
    assert not CodePattern.objects.exists()
    assert services.mine_run(codebase=codebase).patterns > 0


def test_damaged_facts_are_told_and_read_again(tmp_path: Path) -> None:
    codebase, _ = read_and_mine(write_tree(tmp_path, repeated(3)))
    before = learned(codebase)
    FileFacts.objects.filter(codebase=codebase).update(packed=b"garbage")
    Mining.objects.filter(codebase=codebase).update(codebase_revision=0)
    with pytest.raises(MiningError, match=r"app/\w+\.py is damaged .* --full"):
        codebase_mine(codebase=codebase, workers=0)
    assert learned(codebase) == before
    codebase_mine(codebase=codebase, workers=0, full=True)
    assert learned(codebase) == before


def test_a_wrong_definition_names_file_and_field(tmp_path: Path) -> None:
    codebase = codebase_open(instance="alpha", path=write_tree(tmp_path / "code", repeated(1)))
    codebase_ingest(codebase=codebase, workers=0)
    folder = tmp_path / "definitions"
    write_tree(
        folder, {"frameworks/mine.yaml": "category: web\nrules:\n- key: mine\n  nme: Mine\n"}
    )
    with (
        override_settings(DEFINITIONS_DIR=folder),
        pytest.raises(MiningError, match=r"mine\.yaml.*nme"),
    ):
        codebase_mine(codebase=codebase, workers=0)


def test_own_definitions_count_and_make_a_mining_due(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path / "code", {"a.py": "import acme_web\n", "requirements.txt": "acme-web==1.2\n"}
    )
    codebase, _ = read_and_mine(root)
    assert not services.mining_due(codebase=codebase)
    folder = tmp_path / "definitions"
    rule = (
        "category: web\nrules:\n- key: acme\n  name: Acme Web\n"
        "  packages: ['pkg:pypi/acme-web']\n  imports: {python: [acme_web]}\n"
    )
    write_tree(folder, {"frameworks/acme.yaml": rule})
    with override_settings(DEFINITIONS_DIR=folder):
        assert services.mining_due(codebase=codebase)
        codebase_mine(codebase=codebase, workers=0)
    assert Framework.objects.get(codebase=codebase, key="acme").version == "1.2"


@override_settings(INSTANCE_ID="alpha")
def test_beat_queues_what_has_changed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.mine, "delay", sent.append)
    mined, _ = read_and_mine(write_tree(tmp_path / "one", repeated(1)))
    due = codebase_open(instance="alpha", path=write_tree(tmp_path / "two", repeated(1)))
    codebase_ingest(codebase=due, workers=0)
    codebase_open(instance="alpha", path=write_tree(tmp_path / "never-read", repeated(1)))
    tasks.mine_all()
    (job,) = Job.objects.filter(kind="mine", state=Job.State.QUEUED)
    assert (job.label, sent) == (due.name, [job.pk])
    tasks.mine(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert CodePattern.objects.filter(codebase=due).exists() or job.result["files"] == 2
    assert not services.mining_due(codebase=mined)
