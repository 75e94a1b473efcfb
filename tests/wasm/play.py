"""Plays the transcript of a survey through the component, and says what it does when it rests.

As a program: goes on with a survey that another process began. It reads one JSON object with `component`, `snapshot`
(Base64), `position` and `case` (a vector) from standard input, and prints the report.
"""

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

from wasmtime import Engine
from wasmtime.component import Component

from host import Detector, Survey, answer, look

AtRest = Callable[[Survey, dict[str, Any]], Survey]


def play(detector: Detector, case: dict[str, Any], at_rest: AtRest = lambda survey, _: survey) -> str:
    """Drives a survey from its beginning, and gives its report. `at_rest` may put another survey in its place."""
    survey = detector.start(json.dumps(case["job"]), case["now"])
    survey.handle(case["now"], "wake")
    return go_on(survey, case, {"asked": 0, "open": [], "now": case["now"]}, at_rest)


def go_on(survey: Survey, case: dict[str, Any], position: dict[str, Any], at_rest: AtRest) -> str:
    """Drives a survey to its end. `position` is where the host program is: what was asked, and what is open."""
    exchanges = case["exchanges"]
    while True:
        output = survey.poll()
        if output.tag == "request":
            asked = output.payload
            expected = exchanges[position["asked"]]
            assert look(asked.look) == expected["request"], f"request {asked.id}"
            position["open"].append([asked.id, position["asked"]])
            position["asked"] += 1
        elif output.tag == "done":
            assert position["asked"] == len(exchanges), "answers are left over"
            return at_rest(survey, position).report(json.dumps(case.get("policy", {})))
        elif output.tag == "wait":
            survey = at_rest(survey, position)
            if position["open"]:
                request_id, index = position["open"].pop(0)
                exchange = exchanges[index]
                position["now"] = exchange["at"]
                survey.handle(position["now"], *answer(request_id, exchange["answer"]))
            else:
                assert output.payload is not None, "the survey is stuck"
                position["now"] = max(position["now"], output.payload)
                survey.handle(position["now"], "wake")


def main() -> None:
    given = json.load(sys.stdin)
    engine = Engine()
    detector = Detector(engine, Component.from_file(engine, given["component"]))
    survey = detector.restore(base64.b64decode(given["snapshot"]))
    # A survey that was put back is at rest already: polling it says for what it waits.
    sys.stdout.write(go_on(survey, given["case"], given["position"], lambda survey, _: survey))


if __name__ == "__main__":
    main()
