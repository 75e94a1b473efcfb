#!/usr/bin/python
# Copyright: (c) 2026, the iofilter-certs developers
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: provider_info
short_description: Find out why IOFilter storage providers are offline, expired or untrusted
version_added: 0.1.0
description:
  - Looks at one vCenter and all its ESXi hosts, and names the root cause of certificate trouble between vCenter and the
    IOFilter storage providers.
  - Changes nothing.
author:
  - The iofilter-certs developers (@iofilter-certs)
extends_documentation_fragment:
  - iofilter.certs.connection
  - iofilter.certs.policy
attributes:
  check_mode:
    description: Can run in check mode and return the same as outside of it.
    support: full
  diff_mode:
    description: Will return details on what has changed or may need changing.
    support: none
"""

EXAMPLES = r"""
- name: Look at all IOFilter providers of a vCenter
  iofilter.certs.provider_info:
    hostname: vcenter.example.com
    username: administrator@vsphere.local
    password: "{{ vcenter_password }}"
    ca_file: /etc/ssl/vmca.pem
  register: providers

- name: Show the root causes
  ansible.builtin.debug:
    msg: "{{ item.place.name }}: {{ item.diagnostic.message }}"
  loop: "{{ providers.root_causes }}"
"""

RETURN = r"""
verdict:
  description:
    - The report in one word, V(healthy), V(findings) or V(incomplete).
    - V(incomplete) is not V(healthy), because something could not be asked.
  returned: success
  type: str
  sample: findings
incomplete:
  description: Whether something could not be asked, whatever was found.
  returned: success
  type: bool
  sample: false
findings:
  description: What was found, the root cause first.
  returned: success
  type: list
  elements: dict
  sample:
    - diagnostic:
        code: vp-cert-stale
        severity: high
        message: the provider of `esx03.example.com` still serves the certificate that was replaced
        help: restart the provider daemon
      place: {kind: host, id: host-3, name: esx03.example.com, host: host-3}
      remedy: restart-provider-daemon
root_causes:
  description: Those of RV(findings) that no other one explains.
  returned: success
  type: list
  elements: dict
report:
  description: The whole report. On failure it is there when a vCenter could not be asked.
  returned: always
  type: dict
diagnostic:
  description: Why the task failed, with a stable code.
  returned: failure
  type: dict
  sample: {code: vc-login-denied, severity: critical}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.iofilter.certs.plugins.module_utils import _iofilter_certs as bridge


def main():
    """Checks, and tells."""
    module = AnsibleModule(
        argument_spec={**bridge.connection_arguments(), **bridge.policy_arguments()},
        required_together=[("proxy_host", "proxy_port")],
        mutually_exclusive=[("ca_file", "thumbprint")],
        supports_check_mode=True,
    )
    package = bridge.package(module)
    try:
        report = package.check(bridge.vcenter(module), bridge.policy(module)).to_dict()
    except package.IofilterCertsError as error:
        bridge.fail(module, error)
    bridge.tell(module, report)


if __name__ == "__main__":
    main()
