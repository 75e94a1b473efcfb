# Copyright: (c) 2026, the iofilter-certs developers
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Ansible's arguments to the package's. What is not said stays unsaid: defaults are the package's."""

from __future__ import annotations

import traceback

from ansible.module_utils.basic import env_fallback, missing_required_lib

try:
    import iofilter_certs
except ImportError:
    iofilter_certs = None
    MISSING = traceback.format_exc()
else:
    MISSING = None


def connection_arguments():
    """What every module takes, with the names of VMware's own collections."""
    return {
        "hostname": {"type": "str", "fallback": (env_fallback, ["VMWARE_HOST"])},
        "username": {"type": "str", "aliases": ["admin", "user"], "fallback": (env_fallback, ["VMWARE_USER"])},
        "password": {
            "type": "str",
            "no_log": True,
            "aliases": ["pass", "pwd"],
            "fallback": (env_fallback, ["VMWARE_PASSWORD"]),
        },
        "port": {"type": "int", "fallback": (env_fallback, ["VMWARE_PORT"])},
        "validate_certs": {"type": "bool", "fallback": (env_fallback, ["VMWARE_VALIDATE_CERTS"])},
        "ca_file": {"type": "path"},
        "thumbprint": {"type": "str"},
        "proxy_host": {"type": "str", "fallback": (env_fallback, ["VMWARE_PROXY_HOST"])},
        "proxy_port": {"type": "int", "fallback": (env_fallback, ["VMWARE_PROXY_PORT"])},
        "esxi_ssh": {"type": "dict", "options": _ssh_arguments()},
        "appliance_ssh": {"type": "dict", "options": _ssh_arguments()},
        "appliance_address": {"type": "str"},
        "known_hosts": {"type": "list", "elements": "path", "default": [], "no_log": False},
        "host_keys": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "sms_certificate": {"type": "path"},
        "hosts_file": {"type": "path"},
        "logs": {"type": "list", "elements": "path", "default": []},
        "esxi_https_port": {"type": "int"},
        "provider_port": {"type": "int"},
        "concurrency": {"type": "int"},
        "timeout_seconds": {"type": "int"},
    }


def file_arguments():
    """What is judged without a connection."""
    return {"paths": {"type": "list", "elements": "path", "required": True}}


def policy_arguments():
    """Thresholds of findings."""
    return {name: {"type": "int"} for name in POLICY}


def package(module):
    """The package, or a failure that says which Python lacks it."""
    if iofilter_certs is None:
        module.fail_json(msg=missing_required_lib("iofilter-certs"), exception=MISSING)
    return iofilter_certs


def vcenter(module):
    """The vCenter that the module's arguments name."""
    said = {name: module.params[name] for name in connection_arguments()}
    host, port = said.pop("proxy_host"), said.pop("proxy_port")
    said["proxy"] = "http://%s:%s" % (host, port) if host else None
    for name in ("esxi_ssh", "appliance_ssh"):
        said[name] = iofilter_certs.SshAccess(**said[name]) if said[name] else None
    # A missing name, user or password is the package's to tell.
    said.update({name: said[name] or "" for name in ("hostname", "username", "password")})
    return iofilter_certs.VCenter(**said)


def policy(module):
    """The policy that the module's arguments make."""
    return iofilter_certs.Policy(**{name: module.params[name] for name in POLICY})


def tell(module, report):
    """Ends the task with a report, and warns of what could not be asked."""
    for question in report["unanswered"]:
        module.warn("%s; so nobody knows about %s" % (question["missing"]["message"], ", ".join(question["codes"])))
    module.exit_json(
        changed=False,
        verdict=report["verdict"],
        incomplete=bool(report["unanswered"]),
        findings=report["findings"],
        root_causes=[finding for finding in report["findings"] if finding["follows_from"] is None],
        report=report,
    )


def fail(module, error):
    """Ends the task with the error in the package's own words."""
    report = error.report.to_dict() if error.report else None
    module.fail_json(msg=str(error), diagnostic=error.diagnostic, report=report)


def _ssh_arguments():
    return {
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "key_file": {"type": "path", "no_log": False},
        "passphrase": {"type": "str", "no_log": True},
        "port": {"type": "int"},
    }


POLICY = (
    "soft_days",
    "hard_days",
    "provider_soft_days",
    "provider_hard_days",
    "clock_warn_seconds",
    "fleet_down_percent",
)
