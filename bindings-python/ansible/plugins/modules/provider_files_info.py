#!/usr/bin/python
# Copyright: (c) 2026, the iofilter-certs developers
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: provider_files_info
short_description: Find out from files why IOFilter storage providers are offline, expired or untrusted
version_added: 0.1.0
description:
  - Judges logs, certificates and support bundles that lie where the module runs, and names the root cause of certificate
    trouble between vCenter and the IOFilter storage providers as far as the files tell it.
  - Connects to nothing and writes nothing. No private key that a bundle holds is read into the result.
author:
  - The iofilter-certs developers (@iofilter-certs)
extends_documentation_fragment:
  - iofilter.certs.policy
options:
  paths:
    description:
      - Logs, packed or not, certificates, archives (C(.tgz)) that C(vc-support) or C(vm-support) made, and folders of such files.
      - What a file is, is told by the end of its path, wherever an archive or a person has put it.
    type: list
    elements: path
    required: true
requirements:
  - iofilter-certs (Python package)
attributes:
  check_mode:
    description: Can run in check mode and return the same as outside of it.
    support: full
  diff_mode:
    description: Will return details on what has changed or may need changing.
    support: none
seealso:
  - module: iofilter.certs.provider_info
    description: Asks vCenter and its ESXi hosts themselves.
"""

EXAMPLES = r"""
- name: Judge the support bundles of a case
  iofilter.certs.provider_files_info:
    paths:
      - /cases/4711/vc-support.tgz
      - /cases/4711/esx01-vm-support.tgz
  register: case

- name: Show the root causes
  ansible.builtin.debug:
    msg: "{{ item.place.name }}: {{ item.diagnostic.message }}"
  loop: "{{ case.root_causes }}"
"""

RETURN = r"""
verdict:
  description:
    - The report in one word, V(findings) or V(incomplete).
    - It is never V(healthy), because files alone do not tell that all is well.
  returned: success
  type: str
  sample: findings
incomplete:
  description: Whether something could not be told from the files, whatever was found.
  returned: success
  type: bool
  sample: true
findings:
  description: What was found, the root cause first.
  returned: success
  type: list
  elements: dict
  sample:
    - diagnostic:
        code: castore-missing-sms
        severity: critical
        message: host `esx01.example.com` does not hold the certificate that vCenter shows to it
        help: add it to the CA certificates of the host
      place: {kind: host, id: host-1, name: esx01.example.com, host: host-1}
      remedy: trust-sms-certificate
root_causes:
  description: Those of RV(findings) that no other one explains.
  returned: success
  type: list
  elements: dict
report:
  description: The whole report.
  returned: always
  type: dict
diagnostic:
  description: Why the task failed, with a stable code.
  returned: failure
  type: dict
  sample: {code: usage, severity: critical}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.iofilter.certs.plugins.module_utils import _iofilter_certs as bridge


def main():
    """Judges, and tells."""
    module = AnsibleModule(
        argument_spec={**bridge.file_arguments(), **bridge.policy_arguments()},
        supports_check_mode=True,
    )
    package = bridge.package(module)
    try:
        report = package.check_files(module.params["paths"], bridge.policy(module)).to_dict()
    except package.IofilterCertsError as error:
        bridge.fail(module, error)
    bridge.tell(module, report)


if __name__ == "__main__":
    main()
