"""Runs the lab as a process of its own, for tests.

    with LabProcess("seed = 1") as lab:
        lab.ready["vcenter"], lab.state(), lab.calls(), lab.add_fault({...})

The program is `$IOFILTER_CERTS_LAB_SERVE`, or the lab's example `serve`, which cargo builds first.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class LabProcess:
    """A lab made of a scenario, TOML text; it stops when the `with` block ends."""

    def __init__(self, scenario):
        self.scenario = scenario

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".toml")
        self.file.write(self.scenario)
        self.file.flush()
        command = [program(), self.file.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the lab ended with status {self.process.wait()} before it was ready")
        self.ready = json.loads(line)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.file.close()

    def state(self):
        """The world as it is."""
        return self._control("GET", "/state")

    def calls(self):
        """Every call the lab received, in order."""
        return self._control("GET", "/calls")

    def add_fault(self, rule):
        """Has something go wrong on the wire."""
        return self._control("POST", "/faults", rule)

    def advance(self, seconds):
        """Moves the lab's clock."""
        return self._control("POST", "/advance", {"seconds": seconds})

    def sign(self, request):
        """Has the customer's authority sign a host's request; both are PEM."""
        return self._control("POST", "/sign", {"request": request})["certificate"]

    def _control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["control_url"].rstrip("/") + path, data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def program():
    """The path of the program, built if nobody says where it is."""
    given = os.environ.get("IOFILTER_CERTS_LAB_SERVE")
    if given:
        return given
    command = ["cargo", "build", "--package", "iofilter-certs-lab", "--example", "serve", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    return next(message["executable"] for message in messages if message.get("executable"))
