"""Checks a vCenter with all its ESXi hosts, and names the causes of what is wrong.

    VMWARE_HOST=vc.example.com VMWARE_USER=monitor@vsphere.local VMWARE_PASSWORD=... python check.py [roots.pem]
"""

import os
import sys

from iofilter_certs import ConnectError, VCenter, check

ca_file = sys.argv[1] if len(sys.argv) > 1 else None
vcenter = VCenter(os.environ["VMWARE_HOST"], os.environ["VMWARE_USER"], os.environ["VMWARE_PASSWORD"], ca_file=ca_file)
try:
    report = check(vcenter)
except ConnectError as error:
    sys.exit(f"{error}")
for cause in report.root_causes:
    print(f"{cause.place}: {cause.code}: {cause.message}\n  {cause.help}")
print(f"{report.hosts} hosts, {report.verdict}")
sys.exit(report.exit_code)
