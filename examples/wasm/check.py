"""Judges facts in the component, in wasmtime. The linker is empty: the component can reach nothing.

    python check.py [facts.json]        facts of `iofilter-certs check --save-facts`, or a case of tests/vectors
"""

import json
import sys
from pathlib import Path

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests/vectors/vp-cert-stale/older-copy-on-9080/input.json"

given = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else CASE).read_text())
engine = Engine()
store = Store(engine)
component = Component.from_file(engine, ROOT / "build/iofilter_certs_detector.wasm")
instance = Linker(engine).instantiate(store, component)
interface = instance.get_export_index(store, "iofilter:certs/judge@0.1.0")
judge_facts = instance.get_func(store, instance.get_export_index(store, "judge-facts", interface))

answer = judge_facts(store, json.dumps(given.get("facts", given)), "{}")
if not isinstance(answer, str):  # a fault
    sys.exit(f"{answer.tag}: {answer.payload}")
report = json.loads(answer)
for finding in report["findings"]:
    if finding["follows_from"] is None:
        print(f"{finding['place']['name']}: {finding['diagnostic']['code']}: {finding['diagnostic']['message']}")
print(f"{report['hosts']} hosts, {report['verdict']}")
