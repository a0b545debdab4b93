"""What may leave is decided by pure functions: whatever they are given, the mark stays here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.shared.contracts.payloads import CodePatternFact
from apps.shared.contracts.revisions import next_revision
from apps.shared.contracts.signatures import signature_of
from apps.singularity.patterns.engine.changed import ChangedPattern, KnownArchitecture
from apps.singularity.patterns.engine.conventions.sentences import sentence_of
from apps.singularity.patterns.engine.definitions import load_definitions
from apps.singularity.patterns.engine.names.libraries import libraries_of
from apps.singularity.publishing.engine.architecture import OwnWords
from apps.singularity.publishing.engine.code import pattern_fact
from apps.singularity.publishing.engine.conventions import check_convention
from apps.singularity.publishing.engine.names import NamePolicy
from apps.singularity.publishing.engine.own_words import own_words
from apps.singularity.publishing.engine.packages import OwnPackage, PackagePolicy
from apps.singularity.publishing.engine.refusal import Reason, Refused
from apps.singularity.publishing.engine.requirements import requirement_told, version_told
from apps.singularity.publishing.engine.secret_lines import Secrets
from apps.singularity.publishing.engine.splitting import LARGEST_DATA, split
from apps.singularity.publishing.engine.text_scan import suspicious

MARK = "qzmark"
SEEN = datetime(2026, 1, 5, tzinfo=UTC)
CANONICAL = (
    "(with_statement\twith\t\t:\t\n(with_clause>with_item\t\n(call\t\t\n:open\n$1\n;\n$2\n$;"
)
POLICY = NamePolicy(
    libraries_of(declared=["pkg:pypi/requests", "pkg:pypi/pytest", "pkg:pypi/django"], paths=[]),
    lambda purl: Reason.EXCLUDED if "requests" in purl else None,
)


def row(kind: str, template: str, **details: Any) -> ChangedPattern:
    """A stored pattern whose signature is right."""
    form = details.get("canonical", template)
    return ChangedPattern(
        signature_of(kind, "python", form), kind, "python", template, 12, 4, 0.9, details, SEEN,
        withdrawn=False,
    )  # fmt: skip


def refusal(pattern: ChangedPattern) -> Reason | None:
    """Why it does not leave, None where it does."""
    try:
        pattern_fact(pattern, POLICY.check)
    except Refused as error:
        return error.reason
    return None


@st.composite
def marked_patterns(draw: st.DrawFn) -> ChangedPattern:
    """Patterns with the mark at any place of their texts, whatever the other parts say.

    But not in a member of a library: what members it has nobody here knows.
    """
    kind = draw(st.sampled_from(["idiom", "api_set", "api_order", "rule", "convention"]))
    template = draw(st.sampled_from(["with open($A):\n    $$$BODY", "print + open", "$STR"]))
    at = draw(st.integers(0, len(template)))
    inserted = draw(st.sampled_from([MARK, MARK.upper(), f" {MARK} ", f"${MARK}", f"'{MARK}'"]))
    canonical = draw(st.sampled_from([CANONICAL, "=self", ":open", "'STR", "(call\t\t\n$1\n$2"]))
    cut = draw(st.integers(0, len(canonical)))
    where = draw(st.sampled_from(["template", "canonical", "both"]))
    if where != "canonical":
        template = template[:at] + inserted + template[at:]
    if where != "template":
        canonical = canonical[:cut] + inserted + canonical[cut:]
    details: Mapping[str, Any] = {
        "canonical": canonical,
        "calls": template.split(" + "),
        "antecedent": [template],
        "consequent": inserted,
        "measure": draw(st.sampled_from(["quotes", inserted])),
        "choices": [{"choice": inserted, "count": 3}],
        "total": 4,
        **dict.fromkeys(["holds", "applies", "functions"], 12),
        **dict.fromkeys(["test_holds", "test_applies", "chained"], 0),
        "expected": 0.1,
        "in_order": draw(st.booleans()),
    }
    form = canonical if kind == "idiom" else template
    return ChangedPattern(
        signature_of(kind, "python", form), kind, "python", template, 12, 4, 0.9, dict(details),
        SEEN, withdrawn=False,
    )  # fmt: skip


@settings(max_examples=500)
@given(marked_patterns())
def test_no_marked_text_passes_in_any_place(pattern: ChangedPattern) -> None:
    try:
        fact = pattern_fact(pattern, POLICY.check)
    except Refused:
        return
    assert MARK not in fact.model_dump_json().lower()


def test_an_honest_idiom_passes() -> None:
    assert refusal(row("idiom", "with open($A):\n    $$$BODY", canonical=CANONICAL)) is None


@pytest.mark.parametrize(
    ("canonical", "reason"),
    [
        ("=acme", Reason.UNKNOWN_WORD),
        ("'acme", Reason.UNKNOWN_WORD),
        ("'STR\tacme", Reason.UNKNOWN_WORD),
        ("$acme", Reason.UNKNOWN_WORD),
        ("(call\tacme\t", Reason.UNKNOWN_WORD),
        ("(acme\t", Reason.UNKNOWN_WORD),
        (",\tacme", Reason.UNKNOWN_WORD),
        ("?", Reason.UNKNOWN_WORD),
        (":acme.load", Reason.UNKNOWN_NAME),
        (":super().acme", Reason.UNKNOWN_NAME),
        (":requests.get", Reason.EXCLUDED),
        (":pytest.mark.acme", Reason.MADE_UP_NAME),
        (":django.conf.settings.ACME", Reason.MADE_UP_NAME),
        (":ctypes.CDLL().acme_open", Reason.MADE_UP_NAME),
        (":open acme", Reason.UNKNOWN_NAME),
        (":os.path.join('acme')", Reason.UNKNOWN_NAME),
        ("=self\n" * 2_000, Reason.TOO_LONG),
    ],
)
def test_each_label_is_looked_at(canonical: str, reason: Reason) -> None:
    assert refusal(row("idiom", "$A", canonical=canonical)) is reason


@pytest.mark.parametrize(
    "line", ["=self", "'STR", "$12", ":open", ":pytest.mark.skip", "(call\t\t"]
)
def test_labels_of_the_language_and_of_libraries_pass(line: str) -> None:
    assert refusal(row("idiom", "$A", canonical=line)) is None


def test_a_template_has_no_word_but_those_of_its_canonical_form() -> None:
    assert refusal(row("idiom", "open($A, acme)", canonical=CANONICAL)) is Reason.OTHER_TEXT
    assert refusal(row("idiom", "open($ACME)", canonical=CANONICAL)) is Reason.OTHER_TEXT
    assert refusal(row("idiom", "open($A) \N{SNOWMAN}", canonical=CANONICAL)) is Reason.OTHER_TEXT
    assert refusal(row("idiom", "open(1234)", canonical=CANONICAL)) is Reason.OTHER_TEXT


def test_what_is_not_told_or_not_whole_is_refused_and_never_an_error() -> None:
    assert refusal(row("clone", "12 functions are alike")) is Reason.NOT_TOLD
    assert refusal(row("idiom", "$A")) is Reason.OFF_CONTRACT
    assert refusal(row("convention", "x", measure="quotes", choices=[])) is Reason.OFF_CONTRACT
    wrong = row("api_set", "json.load + open")._replace(signature="api_set-1-" + "0" * 32)
    assert refusal(wrong) is Reason.OFF_CONTRACT


def test_conventions_say_what_most_do_without_a_count_in_words() -> None:
    details = {"measure": "quotes", "choices": [{"choice": "double", "count": 9}], "total": 12}
    pattern = row("convention", "strings are in double quotes: 75.0 % (9 of 12)", **details)
    pattern = pattern._replace(signature=signature_of("convention", "python", "quotes=double"))
    fact = pattern_fact(pattern, POLICY.check)
    assert fact.template == sentence_of("quotes", "double")
    assert (fact.occurrences, fact.opportunities, fact.files) == (9, 12, 4)
    with pytest.raises(Refused):
        check_convention("quotes", "acme")


EVERY_LIBRARY = NamePolicy(
    libraries_of(
        declared=[
            *("pkg:pypi/absl-py", "pkg:pypi/tornado", "pkg:pypi/flask", "pkg:pypi/omegaconf"),
            *("pkg:npm/ethers", "pkg:npm/react", "pkg:npm/jquery", "pkg:npm/vitest"),
            *("pkg:npm/axios", "pkg:npm/%40reduxjs/toolkit"),
            *("pkg:gem/rails", "pkg:cargo/serde_json", "pkg:composer/laravel/framework"),
        ],
        paths=[],
    ),
    lambda _: None,
)
MADE_UP = {
    "python": (
        "absl.flags.FLAGS.acme_rate tornado.options.options.acme_port flask.request.acme_tenant "
        "flask.current_app.acme_pay omegaconf.OmegaConf.load().acme_call json.load().acme_key "
        "enum.Enum().ACME_RED typing.NamedTuple().acme_x threading.Thread().acme_user "
        "logging.getLogger().acme_audit ctypes.OleDLL().acme_open"
    ),
    "typescript": (
        "super.acmeSave Error().acmeCode localStorage.acmeToken document.forms.acmeForm "
        "Array.prototype.acmeLast ethers.Contract().acmeMint react.useContext().acmeLogin "
        "jquery().acmeSlide vitest.expect().toBeAcme console.acme "
        "@reduxjs/toolkit.createApi().useAcmeQuery"
    ),
    "ruby": (
        "Rails.application().credentials().acme_key Struct.new().new().acme_x "
        "Rails.application().routes().url_helpers().acme_path JSON.parse().acme"
    ),
    "php": "json_decode().acme_key array_pop().acme_price SimpleXMLElement().acme_item",
    "swift": "Foundation.JSONDecoder().decode().acmeKey Foundation.Notification.Name.acmePaid",
    "rust": "serde_json::from_str().acme_key() std::sync::Arc::clone().acme_price",
    "go": "new().AcmePrice",
    "java": "java.util.Collections.max().acmePrice",
    "lua": "_G.acme",
    "elixir": "Application.get_env().acme",
}


@pytest.mark.parametrize(
    ("language", "name"), [(one, name) for one, names in MADE_UP.items() for name in names.split()]
)
def test_members_that_programs_make_up_are_not_a_librarys(language: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        EVERY_LIBRARY.check(name, language)
    assert refused.value.reason is Reason.MADE_UP_NAME


def test_what_stands_behind_an_address_of_a_module_is_no_name() -> None:
    with pytest.raises(Refused):
        EVERY_LIBRARY.check("axios/dist?acme=1.get", "typescript")


LIBRARYS_OWN = {
    "python": (
        "logging.getLogger().warning flask.request.args json.load().items threading.Thread().start "
        "absl.flags.FLAGS absl.flags.DEFINE_string enum.Enum collections.namedtuple()._replace"
    ),
    "typescript": (
        "Array.prototype.slice.call console.error jquery().addClass vitest.expect().toEqual "
        "axios.get super.connectedCallback ethers.Contract().connect Error().message"
    ),
    "ruby": "Rails.application().config Struct.new() String.new().empty? Array.new().sort!",
    "php": "json_decode() array_pop()",
    "rust": "serde_json::from_str().unwrap std::sync::Arc::clone()",
}


@pytest.mark.parametrize(
    ("language", "name"),
    [(one, name) for one, names in LIBRARYS_OWN.items() for name in names.split()],
)
def test_members_that_are_a_librarys_own_may_leave(language: str, name: str) -> None:
    EVERY_LIBRARY.check(name, language)


def test_words_of_the_owner_are_told_from_words_of_everybody() -> None:
    words = own_words(["AcmeShop-core", "@acme/web-server"], public=["pkg:npm/shop-tools"])
    assert words == {"acme"}
    policy = NamePolicy(libraries_of(declared=["pkg:npm/koa"], paths=[]), lambda _: None, words)
    policy.check("koa.Context", "javascript")
    for name in ("koa.acmeState", "koa.ACME_LIMIT", "koa.x.isAcme"):
        with pytest.raises(Refused):
            policy.check(name, "javascript")


class _Declared:
    def __init__(self, purl: str, requirement: str = "", *, locked: bool = False) -> None:
        self.purl, self.requirement, self.scope, self.locked = purl, requirement, "dev", locked


PRIVATE = (
    "@ git+ssh://git@git.acme.example/x.git", "file:../x", "workspace:*", "link:../x", "../x",
    "crates/x", "github:acme/x", "acme/x", "https://npm.acme.example/x.tgz", "acme-branch",
)  # fmt: skip


@pytest.mark.parametrize("requirement", PRIVATE)
def test_what_comes_from_no_registry_is_not_mentioned(requirement: str) -> None:
    rows = [_Declared("pkg:npm/x", requirement), _Declared("pkg:npm/x@1.0.0", "1.0.0", locked=True)]
    assert PackagePolicy(rows, [], ()).refusal("pkg:npm/x") is Reason.PRIVATE


PUBLIC = (
    "", "^1.2.3", "~> 7.1", ">=1.0,<2", ">= 1.0 and < 2.0", "1.x || >=2.5.0 || 5.0.0 - 7.2.3",
    "[1.0,2.0)", "==2.*", "latest", "*", "==1.0rc1", "^5.0.0-beta.2", "v0.9.1", "<0.42.0,>=0.40.0",
    "v0.0.0-20240101000000-0123456789ab", "2.0.0-alpha.1", "==2.1.0+cu118", "~=3.4", "=1.0",
)  # fmt: skip


@pytest.mark.parametrize("requirement", PUBLIC)
def test_requirements_of_registries_are_told_as_they_are(requirement: str) -> None:
    assert requirement_told(requirement) == requirement
    assert PackagePolicy([_Declared("pkg:npm/x", requirement)], [], ()).refusal("pkg:npm/x") is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_requirement_or_version_says_anything_else(before: str, after: str) -> None:
    for text in (before + MARK + after, f"1.0-{MARK}", f"1.0+{MARK}.1"):
        assert requirement_told(text) == ""
        assert version_told(text) == ""


def test_own_packages_and_those_of_the_same_owner_are_not_mentioned() -> None:
    own = [OwnPackage("npm", "@acme/web"), OwnPackage("pypi", "Acme_Shop")]
    policy = PackagePolicy([], own, ("Secret.*", "@corp/*"))
    reasons = {
        "pkg:npm/%40acme/client": Reason.OWN,
        "pkg:pypi/acme-shop": Reason.OWN,
        "pkg:pypi/secret-lib": Reason.EXCLUDED,
        "pkg:npm/%40corp/x": Reason.EXCLUDED,
        "pkg:golang/git.corp.example/x": Reason.PRIVATE,
        "pkg:golang/github.com/pkg/errors": None,
        "pkg:npm/lodash": None,
    }
    assert {purl: policy.refusal(purl) for purl in reasons} == reasons


def test_only_the_products_own_words_are_told_of_architecture() -> None:
    words = OwnWords(load_definitions(None))
    definition = words.definitions.patterns[0]
    met = tuple(one.text for one in definition.indicators.values())
    fact = words.architecture_fact(KnownArchitecture(definition.key, 0.9, (*met, "src/acme"), SEEN))
    assert fact.name == definition.name
    assert set(fact.evidence) <= set(
        type(next(iter(definition.indicators.values()))).__struct_fields__
    )
    with pytest.raises(Refused):
        words.architecture_fact(KnownArchitecture("acme_pattern", 0.9, (), SEEN))


def test_the_last_look_finds_what_should_never_have_come_so_far() -> None:
    texts = [
        "open($A)",
        "x person@acme.example.com",
        "see https://acme.example",
        'open("/srv/acme/file")',
        "token = 'ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'",
        "@functools.wraps($A)\ndef $B($C):",
        "a / b",
    ]
    found = dict(suspicious(texts, Secrets()))
    assert found == {
        1: Reason.LITERAL, 2: Reason.LITERAL, 3: Reason.LITERAL, 4: Reason.SECRET,
    }  # fmt: skip


facts = st.builds(
    lambda number, size: CodePatternFact(
        kind="api_set",
        language="python",
        signature=signature_of("api_set", "python", "é\n" * size + str(number)),
        template="é\n" * size + str(number),
        occurrences=1,
        files=1,
        first_seen_at=SEEN,
    ),
    st.integers(0, 10_000),
    st.sampled_from([1, 50, 3_900]),
)


@given(
    st.lists(facts, max_size=60),
    st.lists(st.text("abc", min_size=1, max_size=70), max_size=30),
    st.integers(1, 20),
    st.integers(1, 10),
)
def test_parts_fit_and_make_up_the_whole(
    given_facts: list[CodePatternFact], gone: list[str], most: int, most_gone: int
) -> None:
    parts = list(split(given_facts, gone, facts_limit=most, withdrawn_limit=most_gone))
    assert [fact for part in parts for fact in part.facts] == given_facts
    assert [key for part in parts for key in part.withdrawn] == gone
    assert all(len(part.facts) <= most and len(part.withdrawn) <= most_gone for part in parts)
    for part in parts:
        texts = [fact.model_dump_json(exclude_defaults=True) for fact in part.facts]
        assert sum(len(text.encode()) + 1 for text in texts) <= LARGEST_DATA


def test_revisions_only_grow() -> None:
    assert next_revision(now=SEEN, last=0) == int(SEEN.timestamp()) * 1_000_000
    later = 9_999_999_999_999_999
    assert next_revision(now=SEEN, last=later) == later + 1
