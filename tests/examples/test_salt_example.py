"""The Salt example in a real `salt-call --local`; run with build/venv-salt, see bindings-python/salt/build.sh."""

import json
import pathlib
import subprocess
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


def test_the_state_fails_and_tells_the_cause(troubled, tmp_path):
    ready = troubled.ready
    vcenter = {"hostname": ready["vcenter"], "username": ready["username"], "password": ready["password"]}
    minion = {
        "root_dir": str(tmp_path),
        "id": "minion1",
        "file_client": "local",
        "log_file": str(tmp_path / "log"),
        "file_roots": {"base": [str(EXAMPLES / "salt")]},
        "iofilter_certs": {"vcenter": {**vcenter, "ca_file": ready["ca_file"]}},
    }
    (tmp_path / "minion").write_text(json.dumps(minion))
    command = [pathlib.Path(sys.executable).parent / "salt-call", "--local", "--config-dir", tmp_path, "--out", "json"]
    ended = subprocess.run([*command, "state.apply", "check"], capture_output=True, text=True)
    (state,) = json.loads(ended.stdout)["local"].values()
    assert state["result"] is False and state["changes"] == {}
    assert state["comment"].startswith("findings; ") and " on port 9080, " in state["comment"], state
