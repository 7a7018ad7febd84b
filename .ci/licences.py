"""Refuses dependencies whose licence or source is not allowed. Reads the lock file; needs no network."""

import json
import subprocess
import sys

ALLOWED = {
    "MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC",
    "Unicode-3.0", "Zlib", "MIT-0", "0BSD", "BSL-1.0", "CC0-1.0", "Unlicense", "CDLA-Permissive-2.0",
    "OpenSSL", "MPL-2.0",
}
BANNED = {"openssl", "openssl-sys", "native-tls", "chrono", "serde_yml", "libyml"}
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def is_allowed(expression: str) -> bool:
    """Tells whether an SPDX expression can be satisfied; `/` is an old way to write OR."""
    text = expression.replace("/", " OR ")
    depth, clauses, current = 0, [], ""
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        depth += (word == "(") - (word == ")")
        if word == "AND" and depth == 0:
            clauses.append(current)
            current = ""
        else:
            current += f" {word}"
    clauses.append(current)

    def satisfied(clause: str) -> bool:
        clause = clause.strip()
        if clause.startswith("(") and clause.endswith(")"):
            return is_allowed(clause[1:-1])
        return any(option.strip() in ALLOWED for option in clause.split(" OR "))

    return all(satisfied(clause) for clause in clauses)


def main() -> int:
    """Checks every package of the lock file that is not ours."""
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--locked"],
            check=True, capture_output=True, text=True,
        ).stdout
    )
    problems = []
    for package in metadata["packages"]:
        if package["source"] is None:
            continue
        name = f"{package['name']} {package['version']}"
        if package["source"] != REGISTRY:
            problems.append(f"{name}: comes from {package['source']}")
        if package["name"] in BANNED:
            problems.append(f"{name}: is banned")
        licence = package["license"] or ""
        if not is_allowed(licence):
            problems.append(f"{name}: licence {licence or 'unknown'}")
    print("\n".join(problems) or f"{len(metadata['packages'])} packages, all allowed")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
