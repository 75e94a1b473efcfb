"""Judges support bundles, logs and certificates that lie on disk: nothing is connected to.

    python check_files.py vc-support.tgz esx01-vm-support.tgz case-4711/
"""

import sys

from iofilter_certs import check_files

report = check_files(sys.argv[1:])
for cause in report.root_causes:
    print(f"{cause.severity}: {cause.code} at {cause.place}: {cause.message}")
for question in report.to_dict()["unanswered"]:
    missing = question["missing"]
    print(f"not known: {missing['message']}; {missing.get('help', '')}")
raise SystemExit(report.exit_code)
