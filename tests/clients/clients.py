"""The programs under test, each run as its users run it: as a process with its own environment."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# The virtual environments of the clients lie beside the one that runs the tests.
ENVIRONMENTS = Path(sys.prefix).parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
EVENKEEL = Path(os.environ.get("EVENKEEL", TARGET / "debug" / "evenkeel"))


class Failed(AssertionError):
    """A program ended with another exit code than it should."""

    def __init__(self, command, done):
        super().__init__(
            f"exit code {done.returncode} of: {' '.join(command)}\n{done.stdout}{done.stderr}"
        )
        self.exit_code = done.returncode
        self.stderr = done.stderr


def run(command, env, cwd=None, timeout=300, with_log=False):
    """Runs a program and returns what it printed, with its log where that is asked for."""
    command = [str(word) for word in command]
    done = subprocess.run(
        command, env=env, cwd=cwd, timeout=timeout, text=True, capture_output=True
    )
    if done.returncode != 0:
        raise Failed(command, done)
    return done.stdout + done.stderr if with_log else done.stdout


def clean_environment(**extra):
    """Returns an environment without anything that says where somebody's Azure is."""
    ours = ("AZURE_", "ARM_", "EVENKEEL_", "REQUESTS_", "SSL_CERT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"} | extra


class Simulator:
    """`evenkeel simulate` on a free port, stopped at the end."""

    def __init__(self, folder, latency="0.02"):
        self.ca = folder / "ca.pem"
        command = [EVENKEEL, "simulate", "--dir", folder, "--port", "0", "--latency", latency]
        self.process = subprocess.Popen(
            [str(word) for word in command],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        said = {}
        while "client secret" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"the simulator ended with {self.process.wait()}")
            name, _, value = re.split(r"(\s{2,})", line.strip(), maxsplit=1)
            said[name] = value
        self.origin = said["resource manager"]
        self.subscription = said["subscription"]
        self.tenant = said["tenant"]
        self.client_id = said["client ID"]
        self.client_secret = said["client secret"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)

    def id(self, group, kind, name):
        """Returns the ID of a resource as Azure spells it."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{group}/providers/{kind}/{name}"
        )


class AzureCli:
    """The Azure CLI, with a configuration folder of its own."""

    def __init__(self, simulator, folder, environment="azure-cli"):
        self.simulator = simulator
        self.folder = folder
        self.program = ENVIRONMENTS / environment / "bin" / "az"
        # A fresh folder makes the CLI ask the internet for its newest version.
        now = time.strftime("%Y-%m-%d %H:%M:%S.000000")
        check = {"versions": {}, "update_time": now}
        (folder / "versionCheck.json").write_text(json.dumps(check))
        self.env = clean_environment(
            AZURE_CONFIG_DIR=str(folder),
            AZURE_CORE_COLLECT_TELEMETRY="false",
            AZURE_CORE_INSTANCE_DISCOVERY="false",
            AZURE_CORE_NO_COLOR="true",
            AZURE_EXTENSION_USE_DYNAMIC_INSTALL="no",
            REQUESTS_CA_BUNDLE=str(simulator.ca),
        )

    def text(self, command, *more):
        """Runs `az` with the words of `command`, then `more`, and returns what it prints."""
        words = [self.program, *command.split(), *more]
        return run([*words, "--output", "json", "--only-show-errors"], self.env)

    def __call__(self, command, *more):
        """Runs `az` in the same way and returns what it answers."""
        text = self.text(command, *more)
        return json.loads(text) if text.strip() else None

    def register_cloud(self):
        self("cloud register --name Simulator --endpoint-resource-manager", self.simulator.origin)
        self("cloud set --name Simulator")

    def log_in(self, secret=None):
        simulator = self.simulator
        who = ["--tenant", simulator.tenant, "--username", simulator.client_id]
        self("login --service-principal", *who, "--password", secret or simulator.client_secret)


class Octodns:
    """octoDNS, with the configuration and zones that lie beside this file."""

    def __init__(self, simulator, folder):
        self.folder = folder
        self.env = clean_environment(
            REQUESTS_CA_BUNDLE=str(simulator.ca),
            SIMULATOR=simulator.origin,
            SIMULATOR_SUBSCRIPTION=simulator.subscription,
            SIMULATOR_CLIENT_ID=simulator.client_id,
            SIMULATOR_CLIENT_SECRET=simulator.client_secret,
        )

    def sync(self, zone, *more):
        """Plans a zone, or with `--doit` applies it, and returns the plan as octoDNS prints it."""
        program = ENVIRONMENTS / "octodns" / "bin" / "octodns-sync"
        words = [program, "--config-file", "config.yaml", zone, *more]
        return run(words, self.env, cwd=HERE / "octodns", with_log=True)


class Evenkeel:
    """Evenkeel, told by its environment who it is."""

    def __init__(self, simulator, folder):
        self.folder = folder
        self.env = clean_environment(
            AZURE_TENANT_ID=simulator.tenant,
            AZURE_CLIENT_ID=simulator.client_id,
            AZURE_CLIENT_SECRET=simulator.client_secret,
            AZURE_SUBSCRIPTION_ID=simulator.subscription,
            SIMULATOR=simulator.origin,
            SSL_CERT_FILE=str(simulator.ca),
            NO_COLOR="1",
        )

    def __call__(self, command, topology, *more):
        words = [EVENKEEL, command, HERE / topology, "--auth", "environment", *more]
        return run(words, self.env, cwd=self.folder)
