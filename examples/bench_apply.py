"""How near a repair comes to the critical path of its plan: a lab of many ESXi hosts in many clusters, all in the same trouble.

The critical path is made of nothing but the lab's own delays: the tasks that the journal tells of, along the order of its
plan. The canary comes before all others, the hosts of a cluster one after the other, the clusters side by side, and what is
done on the vCenter before and after them. What the run itself takes comes on top: looking, deciding, writing, and three
surveys of the fleet. Prints, and judges nothing.

    python3 examples/bench_apply.py PATH-OF-iofilter-certs [HOSTS [CLUSTERS [TASK_SECONDS]]]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time

COMMAND = sys.argv[1]
HOSTS, CLUSTERS, SECONDS = (list(map(int, sys.argv[2:])) + [200, 20, 5][len(sys.argv) - 2 :])[:3]


def scenario():
    """Certificates to renew, and providers that a synchronisation brings back: two tasks a host, and a command between."""
    text = f"seed = 1\n[delays]\ntask_queued = 0\ntask_running = {SECONDS * 1000}\n"
    text += "[switches]\nsync_updates_cached_certificate = true\n"
    for cluster in range(CLUSTERS):
        text += f'[[clusters]]\nname = "c{cluster}"\ncount = {HOSTS // CLUSTERS}\ntroubles = ["host-cert-expiring-hard"]\n'
    return text


def arguments(ready, folder):
    """The options that lead to the lab."""
    with open(f"{folder}/root", "w") as file:
        file.write(ready["root_password"] + "\n")
    host = ready["hosts"][0]
    return [
        *("--hostname", ready["vcenter"], "--username", ready["username"], "--ca-file", ready["ca_file"]),
        *("--known-hosts", ready["known_hosts"], "--esxi-https-port", str(host["https_port"])),
        # As quick as a name service that knows the hosts.
        *("--hosts-file", ready["hosts_file"]),
        *("--provider-port", str(host["provider_port"]), "--appliance-ssh-password-file", f"{folder}/root"),
        *("--appliance-ssh-port", str(ready["vcenter_ssh"]["port"])),
        *("--appliance-address", ready["vcenter_ssh"]["address"], "--esxi-ssh-password-file", f"{folder}/root"),
        *("--esxi-ssh-port", str(ready["vcenter_ssh"]["port"])),
    ]


def critical_path(journal):
    """Seconds that tasks of the lab take, along the order of the plan."""
    entries = [json.loads(line)["entry"]["event"] for line in open(journal)]
    entries = [entry for entry in entries if isinstance(entry, dict)]
    (plan,) = (entry["begun"]["plan"] for entry in entries if "begun" in entry)
    begun = [entry["task_begun"]["step"] for entry in entries if "task_begun" in entry]

    def of(steps):
        return SECONDS * sum(begun.count(step["id"]) for step in steps)

    def is_canary(host):
        return host["host"] == plan.get("canary")

    canary = sum(of(host["steps"]) for lane in plan["lanes"] for host in lane["hosts"] if is_canary(host))
    lanes = [sum(of(host["steps"]) for host in lane["hosts"] if not is_canary(host)) for lane in plan["lanes"]]
    return of(plan["first"]) + canary + max(lanes) + of(plan["last"])


def main():
    """Cures the fleet, and prints what it took."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/fleet.toml", "w") as file:
            file.write(scenario())
        lab = subprocess.Popen(
            [COMMAND, "lab", "--scenario", f"{folder}/fleet.toml", "--json"], stdout=subprocess.PIPE, text=True
        )
        try:
            ready = json.loads(lab.stdout.readline())
            limits = ["--yes", "--quiet", "--json", "--proof-seconds", "0", "--poll-seconds", "1"]
            limits += ["--clusters-at-once", str(CLUSTERS), "--run-dir", f"{folder}/run", "--lock-dir", f"{folder}/locks"]
            begin = time.monotonic()
            done = subprocess.run(
                [COMMAND, "apply", *limits, *arguments(ready, folder)],
                env=dict(os.environ, VMWARE_PASSWORD=ready["password"]),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            wall = time.monotonic() - begin
            path = critical_path(f"{folder}/run/journal.jsonl")
        finally:
            lab.terminate()
            lab.wait()
        outcome = json.loads(done.stdout)
        ending = outcome.get("ending", outcome.get("verdict", outcome.get("error")))
        acted = sum(step["status"] == "succeeded" for step in outcome.get("steps", []))
        print(f"{'hosts':>8} {'clusters':>8} {'steps':>8} {'wall s':>10} {'path s':>10} {'ratio':>8}  ending")
        print(f"{HOSTS:8} {CLUSTERS:8} {acted:8} {wall:10.1f} {path:10.1f} {wall / path:8.2f}  {ending}")


main()
