#!/usr/bin/env bash
# The whole job on a simulated fleet: 12 ESXi hosts in 3 clusters, seven of them in trouble.
#
#   examples/demo.sh PATH-OF-iofilter-certs
#
# Ends with status 0 only when the second check finds the fleet healthy.
set -euo pipefail
command=${1:-iofilter-certs}
folder=$(mktemp -d)
lab=
finish() {
    [ -z "$lab" ] || kill "$lab" 2>/dev/null || true
    [ -z "$lab" ] || wait "$lab" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

say() { printf '\n=== %s\n' "$*"; }

say "a lab of 12 ESXi hosts in 3 clusters"
"$command" lab --demo --json > "$folder/ready.json" 2> "$folder/lab.log" &
lab=$!
for _ in $(seq 300); do
    [ -s "$folder/ready.json" ] && break
    kill -0 "$lab" 2>/dev/null || { cat "$folder/lab.log" >&2; exit 1; }
    sleep 0.1
done
ready() { python3 -c 'import json, sys; value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): value = value[int(key) if key.isdigit() else key]
print(value)' "$folder/ready.json" "$1"; }

# As a user would: name and password in the environment, everything else as options.
export VMWARE_HOST VMWARE_USER VMWARE_PASSWORD
VMWARE_HOST=$(ready vcenter)
VMWARE_USER=$(ready username)
VMWARE_PASSWORD=$(ready password)
(umask 077; ready root_password > "$folder/root-password")
options=(
    --ca-file "$(ready ca_file)" --known-hosts "$(ready known_hosts)" --hosts-file "$(ready hosts_file)"
    --esxi-https-port "$(ready hosts.0.https_port)" --provider-port "$(ready hosts.0.provider_port)"
    --esxi-ssh-password-file "$folder/root-password" --esxi-ssh-port "$(ready hosts.0.ssh_port)"
    --appliance-ssh-password-file "$folder/root-password" --appliance-ssh-port "$(ready vcenter_ssh.port)"
    --appliance-address "$(ready vcenter_ssh.address)"
)

say "check"
status=0
"$command" check "${options[@]}" || status=$?
[ "$status" = 2 ] || { echo "demo: check ended with status $status where 2, findings, was expected" >&2; exit 1; }

say "plan"
"$command" plan "${options[@]}" || [ $? = 2 ]

say "apply"
"$command" apply --yes --step-timeout 60 --poll-seconds 1 --proof-seconds 1 --lock-dir "$folder/locks" --run-dir "$folder/run" "${options[@]}"

say "check again"
"$command" check "${options[@]}"
say "the fleet is healthy"
