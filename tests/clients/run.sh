#!/bin/sh
# Installs the Azure CLI, the Azure SDK for Python and octoDNS from PyPI, and checks that they work
# against the simulator. Further words go to pytest: `tests/clients/run.sh -k dns`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# Absolute: below, the folder is changed and the tests start programs in folders of their own.
target=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR="$target"
environments=$target/clients-venv

# Each client has an environment of its own: they want different versions of the same packages.
for client in azure-cli azure-cli-afd azure-sdk octodns; do
    environment=$environments/$client
    wanted=$here/requirements/$client.txt
    if ! cmp -s "$wanted" "$environment/installed.txt"; then
        rm -rf "$environment"
        python3 -m venv "$environment"
        "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
        cp "$wanted" "$environment/installed.txt"
    fi
done

cargo build --quiet --locked --manifest-path "$root/Cargo.toml" -p evenkeel
export EVENKEEL="${EVENKEEL:-$target/debug/evenkeel}"
cd "$here"
exec "$environments/azure-sdk/bin/python" -B -m pytest "$@"
