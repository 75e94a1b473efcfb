"""Runs the lab as a process of its own, for tests.

    with LabProcess("seed = 1") as lab:
        lab.ready["vcenter"], lab.state(), lab.calls(), lab.add_fault({...})

The program is the lab's example `serve`, as `examples_of_cargo.program` finds it.
"""

import json
import subprocess
import tempfile
import urllib.request

from examples_of_cargo import program


class LabProcess:
    """A lab made of a scenario, TOML text; it stops when the `with` block ends."""

    def __init__(self, scenario):
        self.scenario = scenario

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".toml")
        self.file.write(self.scenario)
        self.file.flush()
        command = [program("iofilter-certs-lab", "serve"), self.file.name]
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
