"""Call sets, orders, rules and findings of small code bases whose numbers are known."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.facts import Call, FileFacts, Function
from apps.singularity.patterns.engine.mined import Mined, MinedPattern, PatternKind, Place
from apps.singularity.patterns.engine.usage import Rule, UsageMiner
from apps.singularity.patterns.engine.usage.breaks import breaks, functions_of
from apps.singularity.patterns.engine.usage.calls import usage_of, user_of
from tests.common.factories.usage import Everything, callers, function, mined, python

CALLS = ("lib.make", "lib.make!", "lib.make().a", "lib.make().b", "lib.other")
CONNECT, CLOSE, COMMIT = "sqlite3.connect", "sqlite3.connect().close", "sqlite3.connect().commit"


def of_kind(patterns: tuple[MinedPattern, ...], kind: PatternKind) -> dict[str, MinedPattern]:
    return {pattern.template: pattern for pattern in patterns if pattern.kind == kind}


def test_calls_that_occur_together_are_a_set() -> None:
    found = mined(callers(9, CONNECT, COMMIT, CLOSE)).patterns
    (one,) = of_kind(found, PatternKind.API_SET).values()
    assert one.template == f"{CONNECT} + {CLOSE} + {COMMIT}"
    assert (one.occurrences, one.files) == (9, 9)
    assert one.examples[0] == Place("000.py", 1, 10)


def test_the_order_of_calls_has_the_share_that_keeps_it() -> None:
    files = [*callers(8, CONNECT, COMMIT, CLOSE), *callers(2, CONNECT, CLOSE, COMMIT)]
    orders = of_kind(mined(files).patterns, PatternKind.API_ORDER)
    assert list(orders) == [f"{CONNECT} -> {COMMIT} -> {CLOSE}"]
    assert orders[f"{CONNECT} -> {COMMIT} -> {CLOSE}"].confidence == 0.8


def test_a_rule_has_the_numbers_counted_by_hand() -> None:
    files = [*callers(47, CONNECT, CLOSE), *callers(2, CONNECT), *callers(3, CLOSE)]
    rules = of_kind(mined(files, filler=48).patterns, PatternKind.RULE)
    rule = rules[f"who calls {CONNECT} also calls {CLOSE}"]
    assert (rule.occurrences, rule.details["applies"], rule.details["functions"]) == (47, 49, 100)
    assert rule.confidence == 47 / 49
    assert rule.details["lift"] == pytest.approx((47 / 49) / (50 / 100))


def test_breaks_of_a_strong_rule_are_found_where_the_call_is() -> None:
    files = [*callers(47, CONNECT, CLOSE), python(function("bad", "lib.a", CONNECT, line=20))]
    (finding,) = mined(files).findings
    assert (finding.place, finding.symbol) == (Place("047.py", 22, 22), "bad")
    assert finding.message == (
        f"{CONNECT}() without {CLOSE}(): 47 of 48 functions that call {CONNECT} also call {CLOSE}"
    )


def test_a_finding_names_the_signature_of_its_rule() -> None:
    result = mined([*callers(20, CONNECT, CLOSE), *callers(1, CONNECT)])
    (finding,) = result.findings
    assert finding.signature in {p.signature for p in result.patterns if p.kind == PatternKind.RULE}


def test_what_a_with_statement_closes_breaks_nothing() -> None:
    files = [*callers(20, CONNECT, CLOSE), *callers(20, f"{CONNECT}!")]
    result = mined(files)
    assert result.findings == ()
    rule = of_kind(result.patterns, PatternKind.RULE)[f"who calls {CONNECT} also calls {CLOSE}"]
    assert rule.details["applies"] == 20


def test_a_nested_function_may_close_for_the_one_around_it() -> None:
    outer = function("outer", CONNECT)
    inner = function("outer.inner", CLOSE, line=5)
    assert mined([*callers(20, CONNECT, CLOSE), python(outer, inner)]).findings == ()


def test_one_method_may_undo_what_another_did() -> None:
    pair = ("signal.pause", "signal.resume")
    set_up = function("Test.setUp", pair[0], line=1)
    tear_down = function("Test.tearDown", pair[1], line=30)
    apart = python(set_up, tear_down)
    assert mined([*callers(40, *pair), apart]).findings == ()
    assert len(mined([*callers(40, *pair), python(set_up)]).findings) == 1


def test_what_breaks_call_instead_is_an_alternative() -> None:
    rest = callers(3, CONNECT, "contextlib.closing")
    files = [*callers(40, CONNECT, CLOSE), *callers(12, "contextlib.closing")]
    assert mined([*files, *rest]).findings == ()
    assert len(mined([*files, *callers(3, CONNECT)]).findings) == 3


def made_by_tests(count: int, *calls: str) -> list[FileFacts]:
    return [python(function("test_it", *calls, is_test=True)) for _ in range(count)]


def test_a_test_breaks_a_rule_that_is_not_quite_sure_on_purpose() -> None:
    assert mined([*made_by_tests(12, CONNECT, CLOSE), *made_by_tests(1, CONNECT)]).findings == ()
    assert (
        len(mined([*made_by_tests(40, CONNECT, CLOSE), *made_by_tests(1, CONNECT)]).findings) == 1
    )


def test_what_tests_do_is_no_measure_for_other_code() -> None:
    assert mined([*made_by_tests(40, CONNECT, CLOSE), *callers(1, CONNECT)]).findings == ()
    assert mined([*callers(40, CONNECT, CLOSE), *made_by_tests(1, CONNECT)]).findings == ()


def test_what_a_file_does_when_it_is_loaded_may_last() -> None:
    assert mined([*callers(40, CONNECT, CLOSE), python(function("", CONNECT))]).findings == ()


def test_a_chain_of_calls_is_no_duty() -> None:
    chain = python(
        Function("f", 1, 9, 0, 0, 0, calls=(Call("time.now", 3), Call("time.now().round", 3)))
    )
    result = mined([*([chain] * 40), *callers(1, "time.now")])
    assert of_kind(result.patterns, PatternKind.RULE)
    assert result.findings == ()


def test_a_promise_may_be_awaited_instead() -> None:
    assert mined([*callers(40, "fetch", "fetch().then"), *callers(1, "fetch")]).findings == ()


def test_each_call_in_front_has_to_belong_to_the_missing_one() -> None:
    files = [*callers(40, CONNECT, "int", CLOSE), *callers(40, CONNECT), *callers(40, "int")]
    result = mined([*files, *callers(1, CONNECT, "int")], filler=3000)
    assert f"who calls int and {CONNECT} also calls {CLOSE}" in of_kind(
        result.patterns, PatternKind.RULE
    )
    assert result.findings == ()


def test_calls_of_different_libraries_are_a_habit_and_no_duty() -> None:
    result = mined([*callers(30, "json.loads", "pathlib.Path"), *callers(1, "json.loads")])
    assert of_kind(result.patterns, PatternKind.RULE)
    assert result.findings == ()


def test_calls_on_one_value_have_an_order_that_may_be_broken() -> None:
    bind, listen = "socket.socket().bind", "socket.socket().listen"
    files = callers(30, "socket.socket", bind, listen)
    wrong = callers(1, "socket.socket", listen, bind)
    (finding,) = mined([*files, *wrong]).findings
    assert finding.message.startswith(f"{listen}() before {bind}(): 30 of 31 functions")


def test_two_values_of_one_call_tell_nothing_of_their_order() -> None:
    bind, listen = "socket.socket().bind", "socket.socket().listen"
    files = callers(30, "socket.socket", bind, listen)
    twice = callers(1, "socket.socket", listen, "socket.socket", bind)
    assert mined([*files, *twice]).findings == ()


def test_a_rule_and_its_reverse_are_shown_once() -> None:
    pair = ("signal.pause", "signal.resume")
    rules = of_kind(mined([*callers(30, *pair), *callers(1, pair[0])]).patterns, PatternKind.RULE)
    both = [p for p in rules.values() if not p.details["in_order"]]
    assert [p.template for p in both] == ["who calls signal.resume also calls signal.pause"]
    assert both[0].details["reverse"]["applies"] == 31


def test_a_weaker_rule_with_more_in_front_is_not_shown() -> None:
    files = [*callers(30, CONNECT, COMMIT, CLOSE), *callers(10, CONNECT, CLOSE)]
    rules = of_kind(mined(files).patterns, PatternKind.RULE)
    assert f"who calls {CONNECT} also calls {CLOSE}" in rules
    assert not [template for template in rules if " and " in template and "first" not in template]


def test_what_is_true_by_its_name_is_no_rule() -> None:
    rules = of_kind(mined(callers(30, CONNECT, CLOSE)).patterns, PatternKind.RULE)
    assert list(rules) == [f"who calls {CONNECT} also calls {CLOSE}"]


def test_chance_makes_no_rule() -> None:
    files = [*callers(90, "lib.common", "lib.rare"), *callers(10, "lib.common")]
    rules = of_kind(mined(files, filler=0).patterns, PatternKind.RULE)
    assert rules == {}


def test_copies_within_one_file_are_no_habit() -> None:
    one_file = python(*(function(f"f{at}", CONNECT, CLOSE, line=20 * at) for at in range(1, 30)))
    assert mined([one_file]).patterns == ()


def test_a_code_base_of_one_file_has_habits() -> None:
    one_file = python(*(function(f"f{at}", CONNECT, CLOSE, line=20 * at) for at in range(1, 30)))
    idle = python(*(function(f"g{at}", line=20 * at) for at in range(30, 60)))
    merged = python(*one_file.functions, *idle.functions)
    assert of_kind(mined([merged], filler=0).patterns, PatternKind.RULE)


def test_builtins_that_everybody_calls_tell_nothing() -> None:
    templates = {p.template for p in mined(callers(30, "len", CONNECT, CLOSE)).patterns}
    assert templates
    assert not [template for template in templates if "len" in template]


def test_only_names_of_libraries_take_part() -> None:
    class Sqlite:
        def knows(self, qualified: str, language: str) -> bool:
            return qualified.startswith("sqlite3.")

    miner = UsageMiner(Sqlite())
    for at, facts in enumerate(callers(40, CONNECT, "own.secret", CLOSE)):
        miner.add(f"{at}.py", facts)
    for at, facts in enumerate(callers(40, "own.other")):
        miner.add(f"b{at}.py", facts)
    assert "own" not in repr([(p.template, p.details) for p in miner.mine().patterns])


def test_own_methods_of_what_a_library_returned_do_not_leave() -> None:
    calls = ("copy.copy", "copy.copy().charge_customer", CONNECT, CLOSE)
    own = python(function("Order.charge_customer"))
    shown = repr([p.template for p in mined([own, *callers(20, *calls)]).patterns])
    assert "copy.copy" in shown
    assert "charge_customer" not in shown
    assert "close" in shown


def test_nothing_to_mine() -> None:
    miner = UsageMiner(Everything())
    assert miner.mine() == Mined()
    miner.add("a.py", python())
    miner.add("b.py", python(function("f")))
    assert miner.mine() == Mined()


def test_languages_are_mined_apart() -> None:
    ruby = [replace(facts, language="ruby") for facts in callers(8, CONNECT)]
    rules = of_kind(mined([*callers(8, CONNECT, CLOSE), *ruby]).patterns, PatternKind.RULE)
    assert [(p.language, p.details["applies"]) for p in rules.values()] == [("python", 8)]


@given(st.lists(st.lists(st.sampled_from(CALLS), max_size=6), min_size=30, max_size=60))
def test_one_function_and_all_functions_agree_on_what_breaks(bodies: list[list[str]]) -> None:
    functions = [function("f", *calls) for calls in bodies]
    users = [user_of(f"{at}.py", one, one.calls) for at, one in enumerate(functions)]
    usage = usage_of(users, 1, functions=len(users), files=len(users))
    for first, second, in_order in product(usage.names, usage.names, (True, False)):
        if first != second:
            rule = Rule((first,), second, 1, 1, len(users), 0.5, in_order=in_order)
            found = set(functions_of(usage, rule).breaking)
            assert found == {at for at, user in enumerate(users) if breaks(user, rule)}
