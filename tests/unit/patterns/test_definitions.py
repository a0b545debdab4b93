"""The product's definitions and the user's, and what the documentation says of them."""

import re
from pathlib import Path

import pytest

from apps.singularity.patterns.engine.definitions import load_definitions
from tests.common.processes import CHECKOUT
from tests.common.trees import write_tree


def documented() -> tuple[str, str]:
    text = (CHECKOUT / "docs/definitions.md").read_text()
    framework, architecture = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return framework, architecture


def test_the_documented_examples_are_definitions(tmp_path: Path) -> None:
    framework, architecture = documented()
    write_tree(tmp_path, {"frameworks/a.yaml": framework, "architecture/b.yaml": architecture})
    before, after = load_definitions(), load_definitions(tmp_path)
    assert {rule.key for rule in after.rules} - {rule.key for rule in before.rules} == {
        "acme-web",
        "acme-core",
    }
    assert {one.key for one in after.patterns} - {one.key for one in before.patterns} == {
        "screaming"
    }


def test_the_digest_follows_the_text(tmp_path: Path) -> None:
    framework, _ = documented()
    write_tree(tmp_path, {"frameworks/a.yaml": framework})
    first = load_definitions(tmp_path)
    write_tree(tmp_path, {"frameworks/a.yaml": framework.replace("Acme Web", "Acme Net")})
    second = load_definitions(tmp_path)
    assert len({load_definitions().digest, first.digest, second.digest}) == 3


@pytest.mark.parametrize("kind", ["frameworks", "architecture"])
def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, kind: str) -> None:
    write_tree(tmp_path, {f"{kind}/broken.yaml": "a: [\n"})
    with pytest.raises(ValueError, match=r"broken\.yaml"):
        load_definitions(tmp_path)
