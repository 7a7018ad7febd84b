#!/bin/sh
# Plans and applies the first reference architecture against the embedded simulator, then shows that
# the second plan is empty. Needs a Rust toolchain and nothing else; writes below a temporary folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# A binary that is there already is taken where EVENKEEL names it.
evenkeel=${EVENKEEL:-}
if [ -z "$evenkeel" ]; then
    cargo build --quiet --locked --manifest-path "$root/Cargo.toml" -p evenkeel
    evenkeel=$(cd "${CARGO_TARGET_DIR:-$root/target}/debug" && pwd)/evenkeel
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$root/topologies/r1.yaml" topology.yaml

step() { printf '\n$ evenkeel %s\n' "$*"; "$evenkeel" "$@"; }

# An Azure that already holds the original app, its vault and storage, and a locked zone with a
# wrong CNAME.
export EVENKEEL_SCENARIO="$root/tests/scenarios/r1/azure.yaml"
step plan --simulator
step apply --simulator --yes
step plan --simulator --detailed-exitcode
step apply --simulator --yes
