"""Lets ShellCheck read the shell inside `action.yml` and the pipelines."""

import pathlib
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

FILES = ["action.yml", *pathlib.Path("integrations").rglob("*.yml"), *pathlib.Path(".github").rglob("*.yml")]
KEYS = {"run", "bash", "inlineScript"}
LISTS = {"before_script", "script"}


def scripts(node):
    """Yields each script below `node`."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in KEYS and isinstance(value, str):
                yield value
            elif key in LISTS and isinstance(value, list):
                yield "\n".join(value)
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)


def main() -> int:
    """Checks every script and tells where one is found fault with."""
    shellcheck, count, failed = sys.argv[1], 0, 0
    for file in FILES:
        for script in scripts(YAML(typ="safe").load(pathlib.Path(file).read_text())):
            count += 1
            with tempfile.NamedTemporaryFile("w", suffix=".bash") as copy:
                # GitLab runs `before_script` and `script` in one shell; names come from the first.
                copy.write(script)
                copy.flush()
                options = ["--shell", "bash", "--exclude", "SC2086" if "gitlab" in str(file) else "SC1091"]
                if subprocess.run([shellcheck, *options, copy.name]).returncode:
                    print(f"in {file}")
                    failed += 1
    print(f"{count} scripts, {failed} with mistakes")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
