# Every task of a developer, a line each: `just test`. Without `just`, type the command behind the name.

# Lists the tasks.
default:
    @just --list

# Runs the tests of one crate, or of all: `just test planner`.
test crate="":
    cargo test {{ if crate == "" { "" } else { "-p " + crate } }}

# Finds what the compiler lets pass.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Formats the code.
fmt:
    cargo fmt --all

# Tells whether the code is formatted.
fmt-check:
    cargo fmt --all --check

# Approves the output of the tests as it is now; read the difference before you commit it.
bless:
    INSTA_UPDATE=always cargo test

# Measures parse, expand, diff and order of generated topologies.
bench:
    cargo bench --profile ci --workspace

# Builds the documentation of the code.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Builds the book in docs/ into target/book.
book:
    .ci/book

# Plans, applies and re-plans the first reference architecture against the simulator.
quickstart:
    sh docs/quickstart.sh

# Opens the HTML reports in headless Chromium: `just browser plan.png` keeps a screenshot.
browser *picture:
    tests/browser/run.sh {{ picture }}

# Installs the Azure CLI, the Azure SDK for Python and octoDNS, and tries them on the simulator.
clients *words:
    tests/clients/run.sh {{ words }}

# Checks the recipes for pipelines: schemas, workflows, their shell, the Dockerfile.
ci-recipes:
    .ci/recipes.sh

# Runs what CI runs.
ci:
    .ci/run
