"""A host program for the component, as small as one can be: wasmtime and no network.

Vectors hold requests and answers in the JSON of the core; the functions at the end turn them into the values of `wit/`
and back, so that playing a vector also proves that nothing is lost at the border.
"""

import base64
from typing import Any

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, ResourceAny, Variant

PACKAGE = "iofilter:certs/{}@0.1.0"


class Fault(Exception):
    """What the component answers to a mistake of its caller. `tag` is the case of the WIT variant `fault`."""

    def __init__(self, fault: Variant) -> None:
        super().__init__(fault.payload)
        self.tag = fault.tag


class Detector:
    """One instance of the component. A trap ends it; take another one then."""

    def __init__(self, engine: Engine, component: Component) -> None:
        self._store = Store(engine)
        # Nothing is defined in the linker: a component that imports anything fails here.
        self._instance = Linker(engine).instantiate(self._store, component)

    def call(self, interface: str, name: str, *arguments: Any) -> Any:
        """Calls a function, and raises the fault that it answers, if it does."""
        outer = self._instance.get_export_index(self._store, PACKAGE.format(interface))
        inner = self._instance.get_export_index(self._store, name, outer)
        function = self._instance.get_func(self._store, inner)
        assert function is not None, f"the component has no `{name}` in `{interface}`"
        answer = function(self._store, *arguments)
        if isinstance(answer, Variant) and answer.tag in FAULTS:
            raise Fault(answer)
        return answer

    def start(self, job: str, now: int) -> "Survey":
        return Survey(self, self.call("detect", "[static]survey.start", job, now))

    def restore(self, snapshot: bytes) -> "Survey":
        return Survey(self, self.call("detect", "[static]survey.restore", snapshot))

    def judge_facts(self, facts: str, policy: str) -> str:
        return self.call("judge", "judge-facts", facts, policy)


class Survey:
    """A survey inside an instance."""

    def __init__(self, detector: Detector, handle: ResourceAny) -> None:
        self._detector = detector
        self._handle = handle

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._detector.call("detect", f"[method]survey.{name}", self._handle, *arguments)

    def handle(self, now: int, tag: str, payload: Any = None) -> None:
        self._call("handle", now, Variant(tag, payload))

    def poll(self) -> Variant:
        return self._call("poll")

    def snapshot(self) -> bytes:
        return bytes(self._call("snapshot"))

    def facts(self) -> str:
        return self._call("facts")

    def report(self, policy: str) -> str:
        return self._call("report", policy)


FAULTS = {"bad-document", "bad-snapshot", "misuse", "no-such-rule", "execution-failed"}


def record(**members: Any) -> Record:
    """A WIT record; underscores stand for the dashes of its members."""
    made = Record()
    for name, value in members.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def answer(request_id: int, said: dict[str, Any]) -> tuple[str, Record]:
    """An exchange's answer, as the case and payload of `input`."""
    if "failed" in said:
        failure = said["failed"]
        kind = failure["kind"].replace("_", "-")
        return "failed", record(id=request_id, failure=record(kind=kind, message=failure["message"]))
    return "response", record(id=request_id, response=response(said["response"]))


def response(said: dict[str, Any]) -> Variant:
    """A response of the core's JSON."""
    ((kind, value),) = said.items()
    members = dict(value)
    for name in BYTES & members.keys():
        members[name] = base64.b64decode(members[name])
    if kind == "http":
        members["headers"] = [tuple(header) for header in members["headers"]]
    if kind == "peer":
        members["chain_der"] = [base64.b64decode(der) for der in members["chain_der"]]
    if kind == "names":
        members = {way: [record(**answered) for answered in answers] for way, answers in members.items()}
    return Variant(kind, record(**members))


BYTES = {"body", "stdout", "stderr", "bytes"}


def look(asked: Variant) -> dict[str, Any]:
    """A look in the core's JSON."""
    members = plain(asked.payload)
    if asked.tag == "http":
        members["method"] = members["method"].upper()
        members["headers"] = [{"name": h.name, "value": pieces(h.value)} for h in members["headers"]]
        members["body"] = pieces(members["body"])
        members["trust"] = word_or_object(members["trust"])
        if members["keep"] is not None:
            kept = members["keep"]
            place = getattr(kept, "from")
            members["keep"] = {"slot": kept.slot, "from": {place.tag.removesuffix("-pointer"): place.payload}}
    if asked.tag == "ssh":
        members["command"] = members["command"].replace("-", "_")
    return {asked.tag: members}


def pieces(value: list[Any]) -> list[dict[str, Any]]:
    return [{"text": part} if isinstance(part, str) else {"secret": secret(part)} for part in value]


def secret(named: Record) -> dict[str, Any]:
    return {"name": named.name, "encoding": named.encoding.replace("-", "_")}


def word_or_object(case: Variant) -> Any:
    word = case.tag.replace("-", "_")
    return word if case.payload is None else {word: case.payload}


def plain(members: Record) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in vars(members).items()}
