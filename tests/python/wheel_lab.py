"""The lab as the wheel's own command runs it: `iofilter-certs lab`."""

import json
import pathlib
import signal
import subprocess
import sys

from iofilter_certs import SshAccess, VCenter
from lab_process import LabProcess


class WheelLab(LabProcess):
    """A lab in a process of its own; its files are the scenario's text and nothing that this repository builds."""

    def __init__(self, scenario, folder):
        super().__init__(scenario)
        self.folder = pathlib.Path(folder)

    def __enter__(self):
        file = self.folder / "scenario.toml"
        file.write_text(self.scenario)
        command = [sys.executable, "-m", "iofilter_certs", "lab", "--scenario", str(file), "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the lab ended with status {self.process.wait()} before it was ready")
        self.ready = json.loads(line)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()

    def options(self):
        """What leads to the lab's vCenter and hosts, as keyword arguments of `VCenter`."""
        ready = self.ready
        return {
            "hostname": ready["vcenter"],
            "username": ready["username"],
            "password": ready["password"],
            "ca_file": ready["ca_file"],
            "esxi_https_port": ready["hosts"][0]["https_port"],
            "provider_port": ready["hosts"][0]["provider_port"],
            "known_hosts": [ready["known_hosts"]],
            "hosts_file": ready["hosts_file"],
            "esxi_ssh": self.ssh(ready["hosts"][0]["ssh_port"]),
            "appliance_ssh": self.ssh(ready["vcenter_ssh"]["port"]),
        }

    def ssh(self, port):
        """`root`, everywhere."""
        return SshAccess("root", password=self.ready["root_password"], port=port)

    def vcenter(self, **changes):
        """The lab's vCenter; with `changes`, as it would be called wrongly."""
        return VCenter(**{**self.options(), **changes})

    def secrets(self):
        """What nobody may ever see again."""
        return [self.ready["password"], self.ready["root_password"]]
