#!/usr/bin/env bash
# Opens the HTML reports of a plan and of a drift in headless Chromium and uses them as a person does.
# Installs Chromium and Node.js from Debian's packages where they are missing and that is allowed.
#
#     tests/browser/run.sh [folder]      keeps pictures: 400 and 1,400 pixels wide, light and dark
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in chromium:chromium node:nodejs; do
    command -v "${tool%%:*}" > /dev/null && continue
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "skipped: ${tool%%:*} is not installed"
        exit 0
    fi
    if ! { apt-get update -qq && apt-get install -y -qq "${tool##*:}"; } > /dev/null 2>&1; then
        echo "skipped: ${tool%%:*} cannot be installed"
        exit 0
    fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --locked -q -p evenkeel
evenkeel="${CARGO_TARGET_DIR:-$PWD/target}/debug/evenkeel"
azure=(--simulator --simulator-dir "$work/azure")
topology=topologies/r1.yaml
subscription=$(sed -n 's/^subscription: //p' "$topology")

"$evenkeel" plan "$topology" "${azure[@]}" --scenario tests/scenarios/r1/azure.yaml --format html > "$work/plan.html"
"$evenkeel" apply "$topology" "${azure[@]}" --yes > /dev/null 2>&1
"$evenkeel" simulate --dir "$work/azure" --subscription "$subscription" --once \
    --scenario tests/scenarios/r1/drifts/changed-probe-path.yaml 2> /dev/null
"$evenkeel" drift "$topology" "${azure[@]}" --format html > "$work/drift.html" || [ $? = 2 ]

[ -z "${1:-}" ] || mkdir -p "$1"
for page in plan drift; do
    node tests/browser/report.mjs "$work/$page.html" ${1:+"$1/$page"}
    echo "ok: $page.html"
done
