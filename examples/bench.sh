#!/usr/bin/env bash
# Figures of a check of labs of 100 to 2,000 ESXi hosts: wall time, CPU time and the largest memory of the command.
# Prints, and judges nothing. The lab runs beside it on the same machine and takes its share of the cores.
#
#   examples/bench.sh PATH-OF-iofilter-certs [COUNT...]
set -euo pipefail
command=$1
shift
[ $# -gt 0 ] || set -- 100 500 1000 2000
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
ulimit -n "$(ulimit -Hn)"

printf '%8s %10s %10s %10s %12s %14s\n' hosts "wall s" "user s" "system s" "memory MiB" "us CPU/host"
for count in "$@"; do
    printf 'seed = 1\n[[clusters]]\nname = "fleet"\ncount = %s\n' "$count" > "$folder/fleet.toml"
    rm -f "$folder/ready.json"
    "$command" lab --scenario "$folder/fleet.toml" --json > "$folder/ready.json" 2> "$folder/lab.log" &
    lab=$!
    for _ in $(seq 600); do [ -s "$folder/ready.json" ] && break; sleep 0.1; done
    python3 - "$folder" "$command" "$count" <<'PYTHON'
import json, os, resource, subprocess, sys, time
folder, command, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ready = json.load(open(f"{folder}/ready.json"))
open(f"{folder}/root", "w").write(ready["root_password"] + "\n")
host = ready["hosts"][0]
arguments = [
    command, "check", "--json", "--quiet", "--ca-file", ready["ca_file"], "--known-hosts", ready["known_hosts"], "--hosts-file", ready["hosts_file"],
    "--esxi-https-port", str(host["https_port"]), "--provider-port", str(host["provider_port"]),
    "--appliance-ssh-password-file", f"{folder}/root", "--appliance-ssh-port", str(ready["vcenter_ssh"]["port"]),
    "--appliance-address", ready["vcenter_ssh"]["address"],
]
environment = dict(os.environ, VMWARE_HOST=ready["vcenter"], VMWARE_USER=ready["username"], VMWARE_PASSWORD=ready["password"])
begin = time.monotonic()
done = subprocess.run(arguments, env=environment, stdout=open(f"{folder}/report.json", "w"))
wall = time.monotonic() - begin
report = json.load(open(f"{folder}/report.json"))
assert report["hosts"] == count, (report["hosts"], done.returncode)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = (used.ru_utime + used.ru_stime) / count * 1e6
print(f"{count:8} {wall:10.2f} {used.ru_utime:10.2f} {used.ru_stime:10.2f} {used.ru_maxrss / 1024:12.1f} {cpu:14.0f}")
PYTHON
    kill "$lab"; wait "$lab" 2>/dev/null || true
done
