"""What other tools made is taken over by Evenkeel and kept, and the tools do not notice."""

import json

import pytest

TOPOLOGY = "topology.yaml"


@pytest.fixture(scope="module")
def made_by_others(az, octodns):
    """Makes a zone with octoDNS and a profile with the Azure CLI."""
    az("group create --name rg-clients --location westeurope")
    octodns.sync("--doit", "--force")
    profile = "--resource-group rg-clients --name traf-by-cli"
    az(
        f"network traffic-manager profile create {profile} --routing-method Priority "
        "--unique-dns-name evenkeel-by-cli --ttl 30 --protocol HTTPS --port 443 --path /health"
    )
    create = (
        "network traffic-manager endpoint create --resource-group rg-clients "
        "--profile-name traf-by-cli --type externalEndpoints"
    )
    az(f"{create} --name weu --target weu.example.com --priority 1")
    az(f"{create} --name neu --target neu.example.com --priority 2")


def test_taken_over_and_kept(made_by_others, az, octodns, evenkeel):
    plan = json.loads(evenkeel("plan", TOPOLOGY, "--format", "json"))
    print(plan)

    evenkeel("apply", TOPOLOGY, "--yes")
    # Exit code 0 says that nothing is left to do; 2 would be changes.
    evenkeel("plan", TOPOLOGY, "--detailed-exitcode")

    profile = az("network traffic-manager profile show -g rg-clients -n traf-by-cli")
    assert [row["target"] for row in profile["endpoints"]] == ["weu.example.com", "neu.example.com"]
    assert profile["dnsConfig"]["ttl"] == 30
    assert "No changes were planned" in octodns.sync()
