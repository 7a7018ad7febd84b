"""octoDNS with its Azure provider: plain records, and dynamic ones made of profiles."""

import pytest

ZONE = "octodns.example."


@pytest.fixture(scope="module")
def group(az):
    az("group create --name rg-clients --location westeurope")
    return "rg-clients"


@pytest.fixture(scope="module")
def zone(octodns, group):
    """Makes the zone; octoDNS never makes the resource group."""
    planned = octodns.sync(ZONE)
    applied = octodns.sync(ZONE, "--doit", "--force")
    return planned, applied


def test_plan_of_a_new_zone_creates_every_record(zone):
    planned, _ = zone
    assert "Summary: Creates=4" in planned


def test_second_plan_is_empty(zone, octodns):
    assert "No changes were planned" in octodns.sync(ZONE)


def test_azure_cli_sees_what_octodns_made(zone, az):
    listed = az("network dns record-set list --resource-group rg-clients --zone-name octodns.example")
    kinds = {(row["name"], row["type"].rsplit("/")[-1]) for row in listed}
    assert kinds >= {("@", "MX"), ("@", "TXT"), ("www", "A"), ("app", "CNAME")}
    app = next(row for row in listed if row["name"] == "app")
    root = app["targetResource"]["id"]
    profile = az("network traffic-manager profile show --ids", root)
    assert profile["trafficRoutingMethod"] == "Geographic"
    nested = profile["endpoints"]
    assert {row["type"].rsplit("/")[-1] for row in nested} == {"nestedEndpoints"}
    assert {geo for row in nested for geo in row["geoMapping"]} == {"GEO-EU", "WORLD"}


def test_change_behind_its_back_is_planned_and_repaired(zone, az, octodns):
    az(
        "network dns record-set a add-record --resource-group rg-clients "
        "--zone-name octodns.example --record-set-name www --ipv4-address 192.0.2.9"
    )
    assert "Summary: Creates=0, Updates=1, Deletes=0" in octodns.sync(ZONE)
    octodns.sync(ZONE, "--doit")
    assert "No changes were planned" in octodns.sync(ZONE)
