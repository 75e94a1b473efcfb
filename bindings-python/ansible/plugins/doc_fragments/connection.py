# Copyright: (c) 2026, the iofilter-certs developers
# GNU General Public License v3.0+ (see https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to get to a vCenter and its ESXi hosts."""

    DOCUMENTATION = r"""
options:
  hostname:
    description: Name or address of the vCenter. The environment variable E(VMWARE_HOST) is used when it is not given.
    type: str
  username:
    description: User, such as V(administrator@vsphere.local). The environment variable E(VMWARE_USER) is used when it is not given.
    type: str
    aliases: [admin, user]
  password:
    description: The user's password. The environment variable E(VMWARE_PASSWORD) is used when it is not given.
    type: str
    aliases: [pass, pwd]
  port:
    description: Port of the vCenter, 443 when not given. The environment variable E(VMWARE_PORT) is used when it is not given.
    type: int
  validate_certs:
    description:
      - V(false) does not judge the vCenter's certificate at all. Give O(ca_file) or O(thumbprint) instead.
      - The environment variable E(VMWARE_VALIDATE_CERTS) is used when it is not given. Certificates are validated when neither is.
    type: bool
  ca_file:
    description: PEM file with the CA of the vCenter's certificate.
    type: path
  thumbprint:
    description: SHA-256 of the vCenter's own certificate, in place of a CA.
    type: str
  proxy_host:
    description: Name or address of an HTTP proxy. The environment variable E(VMWARE_PROXY_HOST) is used when it is not given.
    type: str
  proxy_port:
    description: Port of the HTTP proxy. The environment variable E(VMWARE_PROXY_PORT) is used when it is not given.
    type: int
  esxi_ssh:
    description: How to log in to ESXi hosts. What only SSH can tell stays unknown when it is not given.
    type: dict
    suboptions: &ssh
      username:
        description: The account, V(root) when not given.
        type: str
      password:
        description: Its password.
        type: str
      key_file:
        description: Its private key.
        type: path
      passphrase:
        description: The private key's passphrase.
        type: str
      port:
        description: The port, 22 when not given.
        type: int
  appliance_ssh:
    description: How to log in to the vCenter appliance.
    type: dict
    suboptions: *ssh
  appliance_address:
    description: Name or address of the appliance for SSH, where it differs from O(hostname).
    type: str
  known_hosts:
    description: Files of known SSH hosts, as OpenSSH writes them.
    type: list
    elements: path
    default: []
  host_keys:
    description: SSH host keys that are trusted wherever they are met, as V(SHA256:...).
    type: list
    elements: str
    default: []
  sms_certificate:
    description: PEM file with the certificate that vCenter shows to ESXi hosts below 9.0, for those who exported it by hand.
    type: path
  hosts_file:
    description: File in the form of C(/etc/hosts) with the names of ESXi hosts, asked before the name service.
    type: path
  logs:
    description: Saved C(sps.log) files.
    type: list
    elements: path
    default: []
  esxi_https_port:
    description: Where ESXi hosts show their host certificate, when not 443.
    type: int
  provider_port:
    description: Where IOFilter providers listen, when not 9080.
    type: int
  concurrency:
    description: Requests that may be open at the same time, when not 64.
    type: int
  timeout_seconds:
    description: Seconds that one exchange may take, when not 60.
    type: int
requirements:
  - iofilter-certs (Python package)
"""
