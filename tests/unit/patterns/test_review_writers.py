"""Reviews as text, JSON and SARIF."""

import json
from typing import Any

from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.review import (
    Evidence,
    Level,
    Remark,
    RemarkKind,
    as_json,
    as_sarif,
    as_text,
)

BREAK = Remark(
    kind=RemarkKind.BREAKS_RULE,
    level=Level.WARNING,
    place=Place("src/größe x.py", 5, 5),
    symbol="copy",
    message="a() without b()",
    signature="rule-1-ab",
    evidence=Evidence(47, 48, (Place("src/y.py", 1, 9),)),
)
CYCLE = Remark(RemarkKind.NEW_CYCLE, Level.WARNING, Place("a.py", 2, 2), "", "a -> b -> a")
NAME = Remark(RemarkKind.UNUSUAL, Level.NOTE, Place("a.py", 7, 7), "doIt", "camelCase here")


def test_text_has_one_line_a_remark_and_a_count() -> None:
    assert as_text([BREAK, CYCLE, NAME]) == (
        "src/größe x.py:5: warning: a() without b() (copy) [breaks-rule]\n"
        "    see src/y.py:1\n"
        "a.py:2: warning: a -> b -> a [new-cycle]\n"
        "a.py:7: note: camelCase here (doIt) [unusual]\n"
        "2 warnings, 1 note\n"
    )
    assert as_text([]) == "nothing to remark\n"


def test_json_holds_everything() -> None:
    (remark, *_) = json.loads(as_json([BREAK, CYCLE]))["remarks"]
    assert remark == {
        "kind": "breaks-rule",
        "level": "warning",
        "path": "src/größe x.py",
        "start_line": 5,
        "end_line": 5,
        "symbol": "copy",
        "message": "a() without b()",
        "signature": "rule-1-ab",
        "evidence": {
            "holds": 47,
            "applies": 48,
            "places": [{"path": "src/y.py", "start_line": 1, "end_line": 9}],
        },
    }


def sarif(*remarks: Remark) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(as_sarif(remarks, version="0.1.0"))
    return log


def test_sarif_has_what_the_standard_requires() -> None:
    log = sarif(BREAK, CYCLE, NAME)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert {rule["id"] for rule in driver["rules"]} == set(RemarkKind)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        assert all(isinstance(v, str) for v in result["partialFingerprints"].values())
        for location in (*result["locations"], *result["relatedLocations"]):
            artifact = location["physicalLocation"]["artifactLocation"]
            assert artifact["uriBaseId"] in run["originalUriBaseIds"]
            assert artifact["uri"].isascii()
            assert not artifact["uri"].startswith("/")
            region = location["physicalLocation"]["region"]
            assert 1 <= region["startLine"] <= region["endLine"]


def test_sarif_paths_are_uris() -> None:
    (result,) = sarif(BREAK)["runs"][0]["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == "src/gr%C3%B6%C3%9Fe%20x.py"


def test_sarif_fingerprints_outlive_moved_lines_and_tell_twins_apart() -> None:
    def fingerprints(*remarks: Remark) -> list[str]:
        return [
            r["partialFingerprints"]["singularity/v1"]
            for r in sarif(*remarks)["runs"][0]["results"]
        ]

    moved = Remark(NAME.kind, NAME.level, Place("a.py", 70, 70), NAME.symbol, NAME.message)
    assert fingerprints(NAME) == fingerprints(moved)
    assert len(set(fingerprints(NAME, moved, CYCLE))) == 3
