"""Secrets are gone from the text, and nothing else is."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.secrets import Scrubber, SecretFinding
from benchmarks.secrets_recall import ALNUM, PLANTS, Random, pem, pick, recall

scrubbers: list[Scrubber] = []


def scrubber() -> Scrubber:
    """One for the whole module, made when first needed: it loads its rules."""
    if not scrubbers:
        scrubbers.append(Scrubber())
    return scrubbers[0]


def test_every_planted_kind_is_found() -> None:
    assert len(PLANTS) >= 30
    assert {kind: share for kind, share in recall(scrubber()).items() if share < 0.9} == {}


@pytest.mark.parametrize("kind", PLANTS)
def test_findings_hold_kind_and_line_and_lines_stay(kind: str) -> None:
    planted, value = PLANTS[kind](Random(3))
    text = f"# größe 😀\nfirst = 1\n{planted}\nlast = 2\n"
    result = scrubber().scrub(text)
    assert value not in result.text
    assert value not in repr(result.findings)
    assert result.text.count("\n") == text.count("\n")
    assert result.text.startswith("# größe 😀\nfirst = 1\n")
    assert result.text.endswith("\nlast = 2\n")
    assert {finding.line for finding in result.findings} <= {3, 4}
    assert result.findings


def test_a_placeholder_fits_into_a_literal() -> None:
    text = f'password = "{pick(Random(1), ALNUM, 12)}"  # keep\n'
    result = scrubber().scrub(text)
    assert result.text == 'password = "<secret:password>"  # keep\n'
    assert result.findings == (SecretFinding("password", 1),)


def test_code_around_a_private_key_remains_code() -> None:
    block, _ = pem("RSA PRIVATE KEY")(Random(2))
    joined = "\n".join(f'    "{line}\\n"' for line in block.split("\n"))
    text = f"KEY = (\n{joined}\n)\nOTHER = 1\n"
    result = scrubber().scrub(text)
    tree = ast.parse(result.text)
    assert [line for line in block.split("\n")[1:-1] if line in result.text] == []
    assert len(tree.body) == 2
    assert result.findings == (SecretFinding("private-key", 3),)


def test_a_repeated_secret_goes_everywhere() -> None:
    value = pick(Random(4), ALNUM, 30)
    result = scrubber().scrub(f'api_key = "{value}"\nprint("{value}")\n')
    assert value not in result.text
    assert [finding.line for finding in result.findings] == [1, 2]


def test_a_byte_order_mark_moves_nothing() -> None:
    value = "gh" + "p_" + pick(Random(5), ALNUM, 36)
    assert scrubber().scrub(f"\ufeffx = '{value}'").text.startswith("\ufeffx = '<secret:")


CLEAN = [
    'password = ""',
    'password = "<password>"',
    "password = os.environ['PASSWORD']",
    'password = os.environ["DB_PASSWORD"]',
    "password: ${DB_PASSWORD}",
    "password = '{{ vault_password }}'",
    'password = "changeme"',
    'PASSWORD_FIELD = "password_confirm"',
    '"autocomplete": "current-password", "autofocus": true',
    "password = get_password2(user)",
    "token = next_token2",
    "password: string;",
    "token: TextGenerationStreamOutputToken",
    'api_key = "your-api-key-123456"',
    '("authtoken", "0002_auto_20160226_1747")',
    'token_type = "bearer"',
    'secret = "AES-256-GCM"',
    "postgres://user:password@localhost/db",
    "postgres://user:${PASSWORD}@localhost/db",
    "https://example.com:8080/a@b",
    "DB_PASSWORD=",
    'key = "9f86d081884c7d659a2feaa0c55ad015"',
]


@pytest.mark.parametrize("text", CLEAN)
def test_clean_code_stays_as_it_is(text: str) -> None:
    assert scrubber().scrub(text).text == text


def test_json_and_yaml_stay_readable() -> None:
    values = [pick(Random(seed), ALNUM, 20) for seed in range(2)]
    text = json.dumps({"password": values[0], "nested": {"client_secret": values[1]}})
    cleaned = json.loads(scrubber().scrub(text).text)
    assert cleaned["password"].startswith("<secret:")
    assert cleaned["nested"]["client_secret"].startswith("<secret:")


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(["password", "token", "=", ":", '"', "'", "\n", "://", "@", "-----"]),
            st.sampled_from(sorted(PLANTS)).map(lambda kind: PLANTS[kind](Random(1))[0]),
        ),
        max_size=12,
    )
)
def test_any_text_keeps_its_lines_and_is_scrubbed_once(pieces: list[str]) -> None:
    text = "".join(pieces)
    once = scrubber().scrub(text)
    assert once.text.count("\n") == text.count("\n")
    assert scrubber().scrub(once.text).text == once.text


@pytest.mark.slow  # compiles all rules
def test_rules_are_cached_where_told(tmp_path: Path) -> None:
    cache = tmp_path / "rules"
    cache.mkdir(mode=0o700)
    Scrubber(cache)
    assert list(cache.rglob("*.vscdb"))
