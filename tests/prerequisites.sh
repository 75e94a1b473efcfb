#!/usr/bin/env bash
# Installs the Debian packages that are missing. `prerequisites.sh cc` only what a build needs.
#
# What each is for:
#   gcc                         ring has C and assembly in it
#   python3-venv                environments for the wheel, Ansible and Salt
#   openssl                     what a host's shell compares its certificate and key with
#   openssh-server              the SSH server that ESXi runs, in the tests; its service is not started
#   golang-go, govmomi-dev      vcsim, the vCenter simulator that others wrote
#   nodejs, npm                 the component under Node
set -euo pipefail
say() { echo "prerequisites: $*" >&2; }

needed=()
command -v cc >/dev/null || needed+=(gcc libc6-dev)
if [ "${1:-all}" = all ]; then
    python3 -c 'import venv, ensurepip' 2>/dev/null || needed+=(python3-venv)
    command -v openssl >/dev/null || needed+=(openssl)
    [ -x /usr/sbin/sshd ] || needed+=(openssh-server)
    command -v go >/dev/null || needed+=(golang-go)
    [ -d /usr/share/gocode/src/github.com/vmware/govmomi ] || needed+=(golang-github-vmware-govmomi-dev)
    command -v node >/dev/null || needed+=(nodejs)
    command -v npm >/dev/null || needed+=(npm)
fi
[ ${#needed[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
command -v apt-get >/dev/null || { say "these are missing, and there is no apt-get: ${needed[*]}"; exit 1; }
say "installing: ${needed[*]}"
"${as_root[@]}" apt-get update -q
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -q --no-install-recommends "${needed[@]}"
