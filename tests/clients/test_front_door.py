"""Front Door by `az afd` and by azure-mgmt-cdn, from the first write to the last delete."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.cdn import CdnManagementClient

from clients import Failed

GROUP = "--resource-group rg-afd"
PROFILE = f"{GROUP} --profile-name edge"
WAF = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies"


@pytest.fixture(scope="module")
def edge(az_afd):
    """Makes a profile with an endpoint and a group of two origins."""
    az_afd("group create --name rg-afd --location westeurope")
    az_afd(f"afd profile create {PROFILE} --sku Standard_AzureFrontDoor")
    az_afd(f"afd endpoint create {PROFILE} --endpoint-name front --enabled-state Enabled")
    az_afd(
        f"afd origin-group create {PROFILE} --origin-group-name web --enable-health-probe true "
        "--probe-request-type HEAD --probe-protocol Https --probe-interval-in-seconds 30 "
        "--probe-path /health --sample-size 4 --successful-samples-required 3 "
        "--additional-latency-in-milliseconds 50"
    )
    for priority, name in enumerate(("weu", "neu"), start=1):
        az_afd(
            f"afd origin create {PROFILE} --origin-group-name web --origin-name {name} "
            f"--host-name {name}.example.net --origin-host-header {name}.example.net "
            f"--priority {priority} --weight 500 --enabled-state Enabled"
        )
    return az_afd


def test_walk(edge, simulator):
    assert {row["currentValue"] for row in edge(f"afd profile usage {PROFILE}")} == {0, 1}
    edge(f"afd rule-set create {PROFILE} --rule-set-name secure")
    edge(
        f"afd rule create {PROFILE} --rule-set-name secure --rule-name redirect --order 1 "
        "--match-variable RequestScheme --operator Equal --match-values HTTP "
        "--action-name UrlRedirect --redirect-protocol Https --redirect-type Moved"
    )
    rule = edge(
        f"afd rule action add {PROFILE} --rule-set-name secure --rule-name redirect "
        "--action-name ModifyResponseHeader --header-action Overwrite --header-name X-A "
        "--header-value b"
    )
    assert len(rule["actions"]) == 2
    edge(
        f"afd custom-domain create {PROFILE} --custom-domain-name www --host-name "
        "www.example.com --minimum-tls-version TLS12 --certificate-type ManagedCertificate"
    )
    domain = edge(f"afd custom-domain show {PROFILE} --custom-domain-name www")
    assert domain["domainValidationState"] == "Pending"
    assert domain["validationProperties"]["validationToken"]
    edge(f"afd custom-domain regenerate-validation-token {PROFILE} --custom-domain-name www")
    edge(
        f"afd route create {PROFILE} --endpoint-name front --route-name web --origin-group web "
        "--supported-protocols Http Https --https-redirect Enabled --forwarding-protocol "
        "HttpsOnly --link-to-default-domain Enabled --rule-sets secure --custom-domains www "
        "--patterns-to-match /*"
    )
    route = edge(
        f"afd route update {PROFILE} --endpoint-name front --route-name web --enable-caching "
        "true --query-string-caching-behavior IgnoreQueryString"
    )
    assert route["cacheConfiguration"]["queryStringCachingBehavior"] == "IgnoreQueryString"
    edge(f"afd endpoint purge {PROFILE} --endpoint-name front --content-paths /*")

    policy = simulator.id("rg-afd", WAF, "waf")
    body = '{"location": "Global", "sku": {"name": "Standard_AzureFrontDoor"}, "properties": {}}'
    url = f"{simulator.origin}{policy}?api-version=2025-03-01"
    edge(f"rest --method put --url {url} --resource {simulator.origin} --body", body)
    endpoint = simulator.id("rg-afd", "Microsoft.Cdn/profiles", "edge/afdEndpoints/front")
    secured = f"afd security-policy create {PROFILE} --security-policy-name waf --waf-policy"
    edge(f"{secured} {policy} --domains {endpoint}")


def test_what_is_in_use_is_kept_and_all_is_taken_down(edge):
    with pytest.raises(Failed, match="in use by"):
        edge(f"afd origin-group delete --yes {PROFILE} --origin-group-name web")
    edge(f"afd security-policy delete --yes {PROFILE} --security-policy-name waf")
    edge(f"afd route delete --yes {PROFILE} --endpoint-name front --route-name web")
    for name in ("neu", "weu"):
        edge(f"afd origin delete --yes {PROFILE} --origin-group-name web --origin-name {name}")
    edge(f"afd origin-group delete --yes {PROFILE} --origin-group-name web")
    edge(f"afd custom-domain delete --yes {PROFILE} --custom-domain-name www")
    edge(f"afd rule-set delete --yes {PROFILE} --rule-set-name secure")
    edge(f"afd endpoint delete --yes {PROFILE} --endpoint-name front")
    edge(f"afd profile delete {PROFILE}")
    assert edge(f"afd profile list {GROUP}") == []


def test_sdk(az, connect):
    az("group create --name rg-afd-sdk --location westeurope")
    client = connect(CdnManagementClient)
    where = ("rg-afd-sdk", "edge")
    profile = {"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}}
    made = client.profiles.begin_create(*where, profile).result()
    assert made.front_door_id
    endpoint = client.afd_endpoints.begin_create(*where, "front", {"location": "global"}).result()
    assert endpoint.host_name.endswith(".z01.azurefd.net")
    client.afd_origin_groups.begin_create(*where, "web", {"properties": {}}).result()
    origin = {"properties": {"hostName": "weu.example.net"}}
    client.afd_origins.begin_create(*where, "web", "weu", origin).result()
    with pytest.raises(HttpResponseError, match="Health probes"):
        client.afd_origins.begin_create(*where, "web", "neu", origin).result()
    usages = {row.name.value: row.current_value for row in client.afd_profiles.list_resource_usage(*where)}
    assert usages["originGroup"] == 1
    client.profiles.begin_delete(*where).result()
    assert list(client.profiles.list_by_resource_group("rg-afd-sdk")) == []
