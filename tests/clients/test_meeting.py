"""What other tools made is taken over by Evenkeel and kept, and the tools do not notice."""

import json

import pytest

from clients import Failed

TOPOLOGY = "topology.yaml"
ZONE = "clients.example."
PROFILE = "--resource-group rg-clients --name traf-by-cli"


@pytest.fixture(scope="module")
def made_by_others(az, octodns):
    """Makes a zone with octoDNS and a profile with the Azure CLI."""
    az("group create --name rg-clients --location westeurope")
    octodns.sync(ZONE, "--doit", "--force")
    az(
        f"network traffic-manager profile create {PROFILE} --routing-method Priority "
        "--unique-dns-name evenkeel-by-cli --ttl 30 --protocol HTTPS --port 443 --path /health"
    )
    create = (
        "network traffic-manager endpoint create --resource-group rg-clients "
        "--profile-name traf-by-cli --type externalEndpoints"
    )
    az(f"{create} --name weu --target weu.example.com --priority 1")
    az(f"{create} --name neu --target neu.example.com --priority 2")


@pytest.fixture(scope="module")
def taken_over(made_by_others, evenkeel):
    """Plans and applies the topology, and returns the plan."""
    plan = json.loads(evenkeel("plan", TOPOLOGY, "--format", "json"))
    evenkeel("apply", TOPOLOGY, "--yes")
    return plan


def test_plan_adopts_and_writes_nothing_but_its_mark(taken_over):
    changes = [action for action in taken_over["actions"] if action["verb"] != "note"]
    verbs = {action["address"]: action["verb"] for action in changes}
    assert verbs == {
        "dns/clients.example": "adopt",
        "dns/clients.example/@/MX": "adopt",
        "dns/clients.example/@/TXT": "adopt",
        "dns/clients.example/www/A": "adopt",
        "trafficManager/cli": "adopt",
    }
    paths = {change["path"] for action in taken_over["actions"] for change in action["changes"]}
    assert paths == {"tags.evenkeel", "properties.metadata.evenkeel"}


def test_next_plan_is_empty(taken_over, evenkeel):
    # With this flag, a plan that is not empty ends with exit code 2.
    evenkeel("plan", TOPOLOGY, "--detailed-exitcode")


def test_azure_cli_finds_its_profile_as_it_was(taken_over, az):
    profile = az(f"network traffic-manager profile show {PROFILE}")
    targets = [row["target"] for row in profile["endpoints"]]
    assert targets == ["weu.example.com", "neu.example.com"]
    assert profile["dnsConfig"]["ttl"] == 30
    assert profile["tags"]["evenkeel"] == "clients"


def test_octodns_finds_its_zone_as_it_was(taken_over, octodns):
    assert "No changes were planned" in octodns.sync(ZONE)


def test_change_by_the_azure_cli_is_drift_and_is_repaired(taken_over, az, evenkeel):
    az(f"network traffic-manager profile update {PROFILE} --ttl 60")
    with pytest.raises(Failed) as drifted:
        evenkeel("plan", TOPOLOGY, "--detailed-exitcode")
    assert drifted.value.exit_code == 2
    evenkeel("apply", TOPOLOGY, "--yes")
    shown = az(f"network traffic-manager profile show {PROFILE}")
    assert shown["dnsConfig"]["ttl"] == 30
    evenkeel("plan", TOPOLOGY, "--detailed-exitcode")
