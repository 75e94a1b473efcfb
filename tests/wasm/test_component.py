"""The component in wasmtime: it imports nothing, plays every vector, outlives its instance, and answers mistakes."""

import base64
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wasmtime import Engine
from wasmtime.component import Component

from conftest import CASES, COMPONENT, JUDGED, SURVEYS, case_of, name
from host import Detector, Fault, Survey, answer
from play import play

HERE = Path(__file__).parent
JOB = json.dumps({"vcenter": "vc.lab.test:443", "user": "reader", "trust": "host_roots"})


def test_it_imports_nothing(engine: Engine, component: Component) -> None:
    assert list(component.type.imports(engine)) == []


def test_there_are_vectors_of_both_kinds() -> None:
    assert JUDGED
    assert SURVEYS


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_every_vector_gives_the_report_that_it_expects(detector: Detector, folder: Path) -> None:
    case = case_of(folder)
    if case["kind"] == "judge":
        report = detector.judge_facts(json.dumps(case["facts"]), json.dumps(case["policy"]))
    else:
        report = play(detector, case)
    assert report == (folder / "expect.json").read_text()


@pytest.mark.parametrize("folder", SURVEYS, ids=name)
def test_a_survey_goes_on_in_a_fresh_instance_after_every_step(
    engine: Engine, component: Component, folder: Path
) -> None:
    moves = 0

    def move(survey: Survey, _: dict[str, Any]) -> Survey:
        nonlocal moves
        moves += 1
        return Detector(engine, component).restore(survey.snapshot())

    case = case_of(folder)
    assert play(Detector(engine, component), case, move) == (folder / "expect.json").read_text()
    assert moves > len(case["exchanges"]), "it was not moved at every rest"


def test_a_survey_goes_on_in_a_fresh_process(detector: Detector) -> None:
    folder = SURVEYS[0]
    case = case_of(folder)
    kept: list[dict[str, Any]] = []

    def keep(survey: Survey, position: dict[str, Any]) -> Survey:
        kept.append({"snapshot": base64.b64encode(survey.snapshot()).decode(), "position": copy.deepcopy(position)})
        return survey

    play(detector, case, keep)
    half = kept[len(kept) // 2]
    given = json.dumps({"component": str(COMPONENT), "case": case, **half})
    done = subprocess.run([sys.executable, HERE / "play.py"], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (folder / "expect.json").read_text()


def test_misuse_is_answered_and_changes_nothing(detector: Detector) -> None:
    survey = detector.start(JOB, 0)
    survey.handle(0, "wake")
    with pytest.raises(Fault, match="polled to rest") as fault:
        survey.handle(0, "wake")
    assert fault.value.tag == "misuse"
    with pytest.raises(Fault, match="polled to rest"):
        survey.snapshot()
    asked = to_rest(survey)
    before = survey.snapshot()
    no_answer = {"failed": {"kind": "refused", "message": "nothing listens there"}}
    with pytest.raises(Fault, match="request `4096` is not open"):
        survey.handle(1, *answer(4096, no_answer))
    chunk = {"response": {"chunk": {"bytes": "", "end": True}}}
    with pytest.raises(Fault, match=f"request `{asked['peek']}` asked for a TLS peek, but the answer is of another"):
        survey.handle(1, *answer(asked["peek"], chunk))
    with pytest.raises(Fault, match="the survey is not done"):
        survey.report("{}")
    assert survey.snapshot() == before
    survey.handle(1, *answer(asked["peek"], no_answer))


def to_rest(survey: Survey) -> dict[str, int]:
    """Polls to rest; the last request of each kind by its id."""
    asked = {}
    while (output := survey.poll()).tag not in ("wait", "done"):
        if output.tag == "request":
            asked[output.payload.look.tag] = output.payload.id
    return asked


def test_a_person_can_stop_a_survey(detector: Detector) -> None:
    survey = detector.start(JOB, 0)
    survey.handle(0, "wake")
    to_rest(survey)
    survey.handle(1, "stop")
    while (output := survey.poll()).tag not in ("wait", "done"):
        assert output.tag != "request", "it asks although it was stopped"


DAMAGED = {
    "nothing": "",
    "no object": "[]",
    "another version": '{"schema": "iofilter-certs/facts/99"}',
    "too deep": "[" * 100_000,
    "half": '{"schema": "iofilter-certs/facts/1", "hosts": {',
    "a number too large": '{"schema": 1e999}',
    "no text": '{"schema": "\\ud800"}',
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_document_is_a_fault(detector: Detector, text: str) -> None:
    for call in (
        lambda: detector.judge_facts(text, "{}"),
        lambda: detector.judge_facts(json.dumps(case_of(JUDGED[0])["facts"]), text),
        lambda: detector.start(text, 0),
    ):
        with pytest.raises(Fault) as fault:
            call()
        assert fault.value.tag == "bad-document"
        assert "\n" not in str(fault.value)
    with pytest.raises(Fault) as fault:
        detector.restore(text.encode())
    assert fault.value.tag == "bad-snapshot"
    # The instance is alive still.
    assert json.loads(detector.call("judge", "rules"))


WRONG = [None, -1, 2**63 - 1, -(2**63), 2**64, 1e300, "", "\u0000", "9" * 40, [], {}, [[]], {"seen": {}}, True]


def test_no_hostile_facts_trap(detector: Detector) -> None:
    """Every place that facts of any case have is broken in every way; each answer is a report or a fault, never a trap."""
    reports = faults = 0
    for path, folder in places().items():
        case = case_of(folder)
        policy = json.dumps(case["policy"])
        for wrong in WRONG:
            hostile = copy.deepcopy(case["facts"])
            put(hostile, path, wrong)
            try:
                json.loads(detector.judge_facts(json.dumps(hostile), policy))
                reports += 1
            except Fault as fault:
                assert fault.tag == "bad-document"
                faults += 1
    assert reports
    assert faults


def places() -> dict[tuple[Any, ...], Path]:
    """One way to each place of a kind, and the first case that has it: hosts, providers and entries of lists are alike."""
    first: dict[tuple[Any, ...], tuple[tuple[Any, ...], Path]] = {}
    for folder in JUDGED:
        for path in paths(case_of(folder)["facts"], ()):
            first.setdefault(kind(path), (path, folder))
    return dict(first.values())


def kind(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """A way without ids and numbers of entries."""
    above = (None, *path)
    return tuple("*" if isinstance(key, int) or before in BY_ID else key for before, key in zip(above, path, strict=False))


BY_ID = {"hosts", "providers", "other_providers"}


FIRST, LAST = 946_684_800, 7_258_118_399  # 2000-01-01T00:00:00Z and 2199-12-31T23:59:59Z


def looked_at(at: int, folder: Path) -> tuple[str, str]:
    """The facts and the policy of a case, as if somebody had looked at another time."""
    case = case_of(folder)
    case["facts"]["began_at"] = case["facts"]["ended_at"] = at
    return json.dumps(case["facts"]), json.dumps(case["policy"])


@pytest.mark.parametrize("at", [FIRST, LAST])
def test_times_at_the_ends_of_the_calendar_do_not_trap(detector: Detector, at: int) -> None:
    for folder in JUDGED:
        assert json.loads(detector.judge_facts(*looked_at(at, folder)))["checked_at"] == at


@pytest.mark.parametrize("at", [-(2**63), -1, 0, FIRST - 1, LAST + 1, 2**62, 2**63 - 1])
def test_times_when_nobody_can_have_looked_are_a_fault(detector: Detector, at: int) -> None:
    with pytest.raises(Fault, match="nobody can have looked at .*, outside the years 2000 to 2199") as fault:
        detector.judge_facts(*looked_at(at, JUDGED[0]))
    assert fault.value.tag == "bad-document"


def paths(value: Any, here: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The way to every member of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [path for key, member in inner for path in paths(member, (*here, key))]
    return [here, *below] if here else below


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


def test_rules_can_be_listed_and_explained(detector: Detector) -> None:
    rules = json.loads(detector.call("judge", "rules"))
    codes = [rule["code"] for rule in rules]
    assert codes == sorted(codes)
    for code in codes:
        assert detector.call("judge", "explain", code).startswith(f"# {code}: ")
    with pytest.raises(Fault, match="there is no rule `castore`") as fault:
        detector.call("judge", "explain", "castore")
    assert fault.value.tag == "no-such-rule"


def test_it_says_what_it_is(detector: Detector) -> None:
    versions = vars(detector.call("about", "versions"))
    assert versions["facts"] == case_of(JUDGED[0])["facts"]["schema"]
    assert json.loads((JUDGED[0] / "expect.json").read_text())["schema"] == versions["report"]
    assert json.loads(detector.call("detect", "[method]survey.facts", detector.start(JOB, 7)._handle))["began_at"] == 7


PLAIN = ["read-sps-log", "read-host-certificate", "list-host-certificate-folder"]
LINES = ["read-certificate-stores", "read-published-roots", "measure-sps-errors", "inspect-host"]


@pytest.mark.parametrize("command", PLAIN + LINES)
def test_a_command_is_one_fixed_line(detector: Detector, command: str) -> None:
    text = detector.call("about", "command-text", command)
    assert text
    assert text.isascii()
    assert text.isprintable()
    # The one name that is expanded is filled by the line itself, and is one word wherever it stands.
    assert "$" not in text.replace('"$store"', "").replace('"Store : $store"', "")
    assert "`" not in text
    if command in PLAIN:
        assert not set(text) & set("\n;&|<>*?'\"")
