#!/bin/sh
# Builds the simulator into the folder that is given, from Debian's packages golang-go and golang-github-vmware-govmomi-dev.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${1:?the folder to build into is missing}
command -v go >/dev/null || { echo 'go is missing: apt-get install golang-go golang-github-vmware-govmomi-dev' >&2; exit 1; }
[ -d /usr/share/gocode/src/github.com/vmware/govmomi ] ||
    { echo 'govmomi is missing: apt-get install golang-github-vmware-govmomi-dev' >&2; exit 1; }
mkdir -p "$into"
# Built beside and moved in one act: tests that run at once must never see half a program.
cd "$here"
GO111MODULE=off GOPATH=/usr/share/gocode GOPROXY=off CGO_ENABLED=0 GOFLAGS=-p=2 go build -o "$into/vcsim.$$" main.go
mv "$into/vcsim.$$" "$into/vcsim"
