"""The Azure SDK for Python: management clients with their pollers."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.dns import DnsManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.mgmt.trafficmanager import TrafficManagerManagementClient

GROUP = "rg-sdk"
pytestmark = pytest.mark.usefixtures("group")


@pytest.fixture(scope="module")
def group(connect):
    """Makes the group that the tests work in."""
    groups = connect(ResourceManagementClient).resource_groups
    groups.create_or_update(GROUP, {"location": "westeurope"})


def test_profile_and_endpoints(connect):
    client = connect(TrafficManagerManagementClient)
    made = client.profiles.create_or_update(
        GROUP,
        "traf-sdk",
        {
            "location": "global",
            "properties": {
                "trafficRoutingMethod": "Weighted",
                "dnsConfig": {"relativeName": "sdk-evenkeel", "ttl": 60},
                "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/health"},
            },
        },
    )
    assert made.dns_config.fqdn == "sdk-evenkeel.trafficmanager.net"
    for name, weight in (("weu", 70), ("neu", 30)):
        client.endpoints.create_or_update(
            GROUP,
            "traf-sdk",
            "ExternalEndpoints",
            name,
            {"properties": {"target": f"{name}.example.com", "weight": weight}},
        )
    shown = client.profiles.get(GROUP, "traf-sdk")
    assert {row.name: row.weight for row in shown.endpoints} == {"weu": 70, "neu": 30}
    assert shown.id.endswith("/resourceGroups/rg-sdk/providers/Microsoft.Network"
                             "/trafficManagerProfiles/traf-sdk")

    client.endpoints.delete(GROUP, "traf-sdk", "ExternalEndpoints", "neu")
    with pytest.raises(ResourceNotFoundError):
        client.endpoints.get(GROUP, "traf-sdk", "ExternalEndpoints", "neu")
    listed = client.profiles.list_by_resource_group(GROUP)
    assert [row.name for row in listed] == ["traf-sdk"]
    client.profiles.delete(GROUP, "traf-sdk")
    with pytest.raises(ResourceNotFoundError):
        client.profiles.get(GROUP, "traf-sdk")


def test_zone_and_records(connect):
    client = connect(DnsManagementClient)
    zone = client.zones.create_or_update(GROUP, "sdk.example", {"location": "global"})
    assert zone.number_of_record_sets == 2
    sets = client.record_sets
    sets.create_or_update(
        GROUP,
        "sdk.example",
        "www",
        "A",
        {"properties": {"TTL": 300, "ARecords": [{"ipv4Address": "192.0.2.1"}]}},
    )
    www = sets.get(GROUP, "sdk.example", "www", "A")
    assert [row.ipv4_address for row in www.a_records] == ["192.0.2.1"]
    assert www.ttl == 300

    with pytest.raises(HttpResponseError) as refused:
        sets.create_or_update(GROUP, "sdk.example", "www", "A", www, if_none_match="*")
    assert refused.value.status_code == 412
    www.ttl = 600
    sets.create_or_update(GROUP, "sdk.example", "www", "A", www, if_match=www.etag)
    with pytest.raises(HttpResponseError) as stale:
        sets.create_or_update(GROUP, "sdk.example", "www", "A", www, if_match=www.etag)
    assert stale.value.status_code == 412
    client.zones.begin_delete(GROUP, "sdk.example").result()
    with pytest.raises(ResourceNotFoundError):
        client.zones.get(GROUP, "sdk.example")


def test_lists_come_in_pages(connect):
    client = connect(DnsManagementClient)
    client.zones.create_or_update(GROUP, "pages.example", {"location": "global"})
    record = client.record_sets.get(GROUP, "pages.example", "@", "SOA")
    assert record.soa_record.email
    for number in range(7):
        client.record_sets.create_or_update(
            GROUP,
            "pages.example",
            f"n{number}",
            "TXT",
            {"properties": {"TTL": 60, "TXTRecords": [{"value": ["x"]}]}},
        )
    listed = list(client.record_sets.list_by_dns_zone(GROUP, "pages.example", top=2))
    assert len(listed) == 9
    client.zones.begin_delete(GROUP, "pages.example").result()


def test_storage_account_with_its_poller(connect):
    client = connect(StorageManagementClient)
    name = "stevenkeelsdk"
    poller = client.storage_accounts.begin_create(
        GROUP,
        name,
        {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}},
    )
    account = poller.result()
    assert poller.status() == "Succeeded"
    assert account.provisioning_state == "Succeeded"
    assert account.sku.name == "Standard_ZRS"
    keys = client.storage_accounts.list_keys(GROUP, name)
    assert [key.key_name for key in keys.keys_property] == ["key1", "key2"]
    client.storage_accounts.delete(GROUP, name)
    with pytest.raises(ResourceNotFoundError):
        client.storage_accounts.get_properties(GROUP, name)


def test_group_is_deleted_with_its_poller(connect):
    client = connect(ResourceManagementClient)
    client.resource_groups.create_or_update("rg-sdk-short-lived", {"location": "westeurope"})
    assert client.resource_groups.check_existence("rg-sdk-short-lived")
    poller = client.resource_groups.begin_delete("rg-sdk-short-lived")
    poller.result()
    assert poller.done()
    assert not client.resource_groups.check_existence("rg-sdk-short-lived")
