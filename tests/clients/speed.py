#!/usr/bin/env python3
"""Times whole runs of Evenkeel against a simulator in a process of its own, and counts their requests.

    tests/clients/speed.py EVENKEEL [--millis 50] [--throttle real] [--records 1000] [--profiles 20]

A first plan, a first apply, a plan with nothing to do, a change of every tenth record. Needs nothing but Python.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import ssl
import subprocess
import tempfile
import time
import urllib.request

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


def topology(cloud, records, profiles, is_changed):
    """Returns a zone of so many records and so many profiles of five endpoints."""
    lines = ["version: 1", "name: speed", f"subscription: {SUBSCRIPTION}", "location: westeurope", cloud]
    lines += ["dns:", "  speed.example.org:", "    records:"]
    for at in range(records):
        last = 2 if is_changed and at % 10 == 0 else 1
        lines.append(f"      r{at}: {{ a: [10.{at // 200}.{at % 200}.{last}] }}")
    lines.append("trafficManager:")
    for at in range(profiles):
        lines += [f"  p{at}:", "    routing: priority", "    monitor: { protocol: https, path: /health }", "    endpoints:"]
        for end in range(5):
            lines.append(f"      e{end}: {{ host: e{end}.p{at}.example.com, location: westeurope, priority: {end + 1} }}")
    return "\n".join(lines) + "\n"


class Simulator:
    """A simulator in a process of its own, as `evenkeel simulate` starts one."""

    def __init__(self, binary, folder, millis, throttle):
        command = [binary, "simulate", "--port", "0", "--subscription", SUBSCRIPTION, "--throttle", throttle]
        if millis:
            scenario = folder / "slow.yaml"
            scenario.write_text(f"faults: {{ rules: [{{ fault: slow, millis: {millis} }}] }}\n")
            command += ["--scenario", str(scenario)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.said = {}
        while "trust" not in self.said:
            name, _, value = self.process.stdout.readline().partition("  ")
            self.said[name] = value.strip()

    def get(self, path):
        """Asks the simulator's own endpoint."""
        trusting = ssl._create_unverified_context()
        return urllib.request.urlopen(self.said["resource manager"] + path, context=trusting).read()

    def counts(self):
        """Returns how many reads and writes there were."""
        counts = json.loads(self.get("/simulator/counts"))
        return counts["reads"], counts["writes"]

    def throttled(self):
        """Returns how many requests were answered 429."""
        log = json.loads(self.get("/simulator/log"))
        return sum(1 for row in log if row["status"] == 429)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evenkeel", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--millis", type=int, default=0, help="how late every answer comes")
    parser.add_argument("--throttle", choices=["none", "real"], default="none")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--profiles", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        simulator = Simulator(args.evenkeel, folder, args.millis, args.throttle)
        try:
            measure(args, folder, simulator)
        finally:
            simulator.process.terminate()
            simulator.process.wait()


def measure(args, folder, simulator):
    said = simulator.said
    (folder / "ca.pem").write_bytes(simulator.get("/simulator/ca.pem"))
    environment = {
        **{name: value for name, value in os.environ.items() if not re.match("AZURE_|EVENKEEL_", name)},
        "SSL_CERT_FILE": str(folder / "ca.pem"),
        "AZURE_TENANT_ID": said["tenant"],
        "AZURE_CLIENT_ID": said["client ID"],
        "AZURE_CLIENT_SECRET": said["client secret"],
    }
    cloud = f"cloud: {{ resourceManager: '{said['resource manager']}', authority: '{said['authority']}' }}"
    for name, is_changed in [("topology.yaml", False), ("changed.yaml", True)]:
        (folder / name).write_text(topology(cloud, args.records, args.profiles, is_changed))
    print(f"{'':20} {'wall s':>8} {'own CPU s':>10} {'reads':>6} {'writes':>6}")
    for name, command in [
        ("first plan", ["plan", "topology.yaml"]),
        # The hosts of the endpoints are nobody's, and cannot be probed.
        ("first apply", ["apply", "--yes", "--no-probe", "topology.yaml"]),
        ("nothing to do", ["plan", "topology.yaml", "--detailed-exitcode"]),
        ("every tenth record", ["apply", "--yes", "--no-probe", "changed.yaml"]),
    ]:
        before, used, began = simulator.counts(), cpu(), time.monotonic()
        run = subprocess.run([args.evenkeel, *command], cwd=folder, env=environment, capture_output=True, text=True)
        wall, spent = time.monotonic() - began, cpu() - used
        if run.returncode:
            raise SystemExit(f"{name} ended with {run.returncode}:\n{run.stdout}\n{run.stderr}")
        reads, writes = (after - first for first, after in zip(before, simulator.counts()))
        print(f"{name:20} {wall:8.2f} {spent:10.2f} {reads:6} {writes:6}", flush=True)
    print(f"{simulator.throttled()} answers of 429")


def cpu():
    """Returns the CPU time of the processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
