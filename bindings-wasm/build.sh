#!/usr/bin/env bash
# Builds the component: build/iofilter_certs_detector.wasm
#
#   bindings-wasm/build.sh            TOOLCHAIN=auto|rustup|debian
#
# rustup   rustup's compiler, when its standard library for wasm32 is there (`rustup target add wasm32-unknown-unknown`).
# debian   Debian's rustc-web, which makes the standard library from source. For machines that reach Debian's mirrors
#          and no others. Installs its packages when it is run by root.
#
# Why wasm32-unknown-unknown and not wasip2: there the standard library imports WASI, and this component imports nothing.
# Why this linker: `wasm-component-ld` comes with every Rust toolchain and writes a component straight away.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown
component=build/iofilter_certs_detector.wasm
packages=(rustc-web cargo-web rust-web-src)

say() { echo "build.sh: $*" >&2; }

# The linker is rustup's in both cases; a machine without rustup has it beside its own rustc.
sysroot=$(rustc --print sysroot)
host=$(rustc -vV | sed -n 's/^host: //p')
linkers=$sysroot/lib/rustlib/$host/bin
[ -x "$linkers/wasm-component-ld" ] || { say "there is no wasm-component-ld in $linkers; install Rust by rustup"; exit 1; }

toolchain=${TOOLCHAIN:-auto}
if [ "$toolchain" = auto ]; then
    if [ -d "$sysroot/lib/rustlib/$target/lib" ]; then toolchain=rustup; else toolchain=debian; fi
fi

# A target folder for each compiler: two in one would make each other's work anew.
export CARGO_TARGET_DIR=$PWD/build/wasm-$toolchain
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linkers/wasm-component-ld
export PATH=$linkers/gcc-ld:$linkers:$PATH # where wasm-component-ld looks for wasm-ld
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
arguments=(build --locked --profile component --target "$target" --package iofilter-certs-wasm)

case $toolchain in
rustup) cargo "${arguments[@]}" ;;
debian)
    if [ ! -e /usr/lib/rustlib/src/rust/library/std/Cargo.toml ]; then
        [ "$(id -u)" = 0 ] || { say "as root: apt-get install ${packages[*]}"; exit 1; }
        apt-get update -q && apt-get install -y -q --no-install-recommends "${packages[@]}"
    fi
    # A released compiler takes -Z flags only with RUSTC_BOOTSTRAP; it is set for this one command.
    RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 \
        /usr/bin/cargo "${arguments[@]}" -Zbuild-std=std,panic_abort
    ;;
*) say "TOOLCHAIN is auto, rustup or debian, not \`$toolchain\`"; exit 2 ;;
esac

built=$CARGO_TARGET_DIR/$target/component/iofilter_certs_wasm.wasm
# The first eight bytes of a component; a core module has 01 00 00 00 in the second half.
[ "$(od -An -tx1 -N8 "$built" | tr -d ' ')" = 0061736d0d000100 ] || { say "$built is not a component"; exit 1; }
cp "$built" "$component"
echo "$component: $(wc -c <"$component") bytes, built by $toolchain"
