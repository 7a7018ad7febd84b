"""The Azure CLI, against the simulator as against any other cloud."""

import json

import pytest

from clients import AzureCli, Failed

NOT_FOUND = 3


@pytest.fixture(scope="module")
def group(az):
    az("group create --name rg-cli --location westeurope --tags purpose=clients")
    return "rg-cli"


def test_login_finds_the_subscription(az, simulator):
    account = az("account show")
    assert account["id"] == simulator.subscription
    assert account["tenantId"] == simulator.tenant
    assert account["environmentName"] == "Simulator"
    cloud = az("cloud show --name Simulator")
    assert cloud["endpoints"]["activeDirectory"] == simulator.origin


def test_wrong_secret_is_refused(simulator, tmp_path):
    stranger = AzureCli(simulator, tmp_path)
    stranger.register_cloud()
    with pytest.raises(Failed, match="AADSTS7000215"):
        stranger.log_in(secret="wrong")


def test_regions_are_listed(az):
    names = {region["name"] for region in az("account list-locations")}
    assert {"westeurope", "northeurope", "francecentral"} <= names


def test_groups(az, group):
    assert az("group exists --name RG-CLI") is True
    assert az("group exists --name rg-nobody") is False
    shown = az("group show --name", group)
    assert shown["location"] == "westeurope"
    assert shown["tags"] == {"purpose": "clients"}
    az("group update --set tags.owner=team --name", group)
    tagged = az("group list --tag owner=team")
    assert [row["name"] for row in tagged] == [group]

    az("group create --name rg-cli-short-lived --location northeurope")
    az("group delete --yes --name rg-cli-short-lived")
    with pytest.raises(Failed) as missing:
        az("group show --name rg-cli-short-lived")
    assert missing.value.exit_code == NOT_FOUND
    assert "ResourceGroupNotFound" in missing.value.stderr


def test_traffic_manager(az, group):
    profile = "--resource-group rg-cli --name traf-cli"
    endpoint = "--resource-group rg-cli --profile-name traf-cli --type externalEndpoints"
    assert az("network traffic-manager profile check-dns --name cli-evenkeel")["nameAvailable"]
    made = az(
        f"network traffic-manager profile create {profile} --routing-method Priority "
        "--unique-dns-name cli-evenkeel --ttl 30 --protocol HTTPS --port 443 --path /health"
    )["TrafficManagerProfile"]
    assert made["dnsConfig"]["fqdn"] == "cli-evenkeel.trafficmanager.net"
    assert not az("network traffic-manager profile check-dns --name cli-evenkeel")["nameAvailable"]

    create = f"network traffic-manager endpoint create {endpoint}"
    az(f"{create} --name weu --target weu.example.com --priority 1")
    az(f"{create} --name neu --target neu.example.com --priority 2")
    az(f"network traffic-manager endpoint update {endpoint} --name neu --endpoint-status Disabled")
    listed = az(
        "network traffic-manager endpoint list --resource-group rg-cli --profile-name traf-cli"
    )
    assert {row["name"]: row["endpointStatus"] for row in listed} == {
        "weu": "Enabled",
        "neu": "Disabled",
    }
    assert listed[0]["type"] == "Microsoft.Network/trafficManagerProfiles/externalEndpoints"

    az(f"network traffic-manager profile update {profile} --ttl 60")
    shown = az(f"network traffic-manager profile show {profile}")
    assert shown["dnsConfig"]["ttl"] == 60
    assert shown["monitorConfig"]["path"] == "/health"
    assert [row["name"] for row in shown["endpoints"]] == ["weu", "neu"]

    az(f"network traffic-manager endpoint delete {endpoint} --name neu")
    with pytest.raises(Failed) as missing:
        az(f"network traffic-manager endpoint show {endpoint} --name neu")
    assert missing.value.exit_code == NOT_FOUND
    assert [row["name"] for row in az("network traffic-manager profile list")] == ["traf-cli"]


def test_dns(az, group, tmp_path):
    zone = "--resource-group rg-cli --zone-name cli.example"
    made = az("network dns zone create --resource-group rg-cli --name cli.example")
    assert made["numberOfRecordSets"] == 2
    assert len(made["nameServers"]) == 4

    record_set = "network dns record-set"
    az(f"{record_set} a add-record {zone} --record-set-name www --ipv4-address 192.0.2.1")
    az(f"{record_set} a add-record {zone} --record-set-name www --ipv4-address 192.0.2.2")
    az(f"{record_set} aaaa add-record {zone} -n www --ipv6-address 2001:db8::1")
    az(f"{record_set} cname set-record {zone} -n app --cname app.example.com --ttl 300")
    az(f"{record_set} txt add-record {zone} -n @ --value v=spf1", "--value", "two words")
    az(f"{record_set} mx add-record {zone} -n @ --exchange mail.example.com --preference 10")
    az(f"{record_set} a remove-record {zone} -n www --ipv4-address 192.0.2.1")

    www = az(f"{record_set} a show {zone} --name www")
    assert [row["ipv4Address"] for row in www["ARecords"]] == ["192.0.2.2"]
    assert www["fqdn"] == "www.cli.example."
    sets = az(f"{record_set} list {zone}")
    kinds = sorted((row["name"], row["type"].rsplit("/")[-1]) for row in sets)
    assert kinds == [
        ("@", "MX"),
        ("@", "NS"),
        ("@", "SOA"),
        ("@", "TXT"),
        ("app", "CNAME"),
        ("www", "A"),
        ("www", "AAAA"),
    ]
    with pytest.raises(Failed, match="CNAME"):
        az(f"{record_set} cname set-record {zone} -n www --cname other.example.com")

    export = "network dns zone export --resource-group rg-cli --name cli.example --file-name"
    assert "www 3600 IN A 192.0.2.2" in az.text(export, tmp_path / "cli.example.zone")
    az("network dns zone delete --yes --resource-group rg-cli --name cli.example")
    assert az("network dns zone list --resource-group rg-cli") == []


def test_alias_record_follows_its_profile(az, group):
    az("network dns zone create --resource-group rg-cli --name alias.example")
    profile = az("network traffic-manager profile list --resource-group rg-cli")[0]["id"]
    made = az(
        "network dns record-set cname create --resource-group rg-cli --zone-name alias.example "
        "--name app --target-resource",
        profile,
    )
    assert made["targetResource"]["id"] == profile
    assert made["TTL"] == 60
    az("network dns zone delete --yes --resource-group rg-cli --name alias.example")


def test_storage(az, group):
    name = "stevenkeelcli"
    assert az(f"storage account check-name --name {name}")["nameAvailable"]
    made = az(
        f"storage account create --resource-group rg-cli --name {name} --location westeurope "
        "--sku Standard_GRS --kind StorageV2 --min-tls-version TLS1_2"
    )
    assert made["provisioningState"] == "Succeeded"
    assert made["secondaryLocation"] == "northeurope"
    assert made["primaryEndpoints"]["blob"] == f"https://{name}.blob.core.windows.net/"
    assert not az(f"storage account check-name --name {name}")["nameAvailable"]

    az(f"storage account update --resource-group rg-cli --name {name} --sku Standard_RAGRS")
    shown = az(f"storage account show --resource-group rg-cli --name {name}")
    assert shown["sku"]["name"] == "Standard_RAGRS"
    keys = az(f"storage account keys list --resource-group rg-cli --account-name {name}")
    assert [key["keyName"] for key in keys] == ["key1", "key2"]
    az(f"storage account delete --yes --resource-group rg-cli --name {name}")
    assert az("storage account list --resource-group rg-cli") == []


def test_web_apps(az, group):
    app = "--resource-group rg-cli --name app-evenkeel-cli"
    plan = az(
        "appservice plan create --resource-group rg-cli --name asp-cli --location westeurope "
        "--is-linux --sku P0V3"
    )
    assert plan["sku"]["name"] == "P0v3"
    made = az(f"webapp create {app} --plan asp-cli --runtime NODE|22-lts")
    assert made["defaultHostName"] == "app-evenkeel-cli.azurewebsites.net"
    assert made["state"] == "Running"

    az(f"webapp config appsettings set {app} --settings GREETING=hello SECOND=2")
    az(f"webapp config appsettings delete {app} --setting-names SECOND")
    settings = az(f"webapp config appsettings list {app}")
    assert {row["name"]: row["value"] for row in settings}["GREETING"] == "hello"
    assert "SECOND" not in {row["name"] for row in settings}
    az(f"webapp config set {app} --always-on true --min-tls-version 1.2")
    config = az(f"webapp config show {app}")
    assert config["linuxFxVersion"] == "NODE|22-lts"
    assert config["alwaysOn"] is True
    az(f"webapp update {app} --https-only true")
    assert az(f"webapp show {app}")["httpsOnly"] is True

    az(f"webapp stop {app}")
    assert az(f"webapp show {app}")["state"] == "Stopped"
    az(f"webapp start {app}")
    identity = az(f"webapp identity assign {app}")
    assert identity["type"] == "SystemAssigned"

    az("appservice plan update --resource-group rg-cli --name asp-cli --number-of-workers 2")
    assert az("appservice plan show --resource-group rg-cli --name asp-cli")["sku"]["capacity"] == 2
    assert [row["name"] for row in az("webapp list --resource-group rg-cli")] == ["app-evenkeel-cli"]
    az(f"webapp delete --keep-empty-plan {app}")
    az("appservice plan delete --yes --resource-group rg-cli --name asp-cli")
    assert az("appservice plan list --resource-group rg-cli") == []


def test_function_apps(az, group):
    az("appservice plan create -g rg-cli -n asp-func --location westeurope --is-linux --sku S1")
    az("storage account create -g rg-cli -n stevenkeelfunc --location westeurope --sku Standard_LRS")
    made = az(
        "functionapp create -g rg-cli -n func-evenkeel-cli --plan asp-func --functions-version 4 "
        "--storage-account stevenkeelfunc --runtime node --runtime-version 22 "
        "--disable-app-insights"
    )
    assert made["kind"] == "functionapp,linux"
    rows = az("functionapp config appsettings list -g rg-cli -n func-evenkeel-cli")
    settings = {row["name"]: row["value"] for row in rows}
    assert settings["FUNCTIONS_WORKER_RUNTIME"] == "node"
    assert settings["FUNCTIONS_EXTENSION_VERSION"] == "~4"
    assert "AccountName=stevenkeelfunc" in settings["AzureWebJobsStorage"]


def test_identities_and_roles(az, group):
    principal = az("identity create -g rg-cli -n id-cli")["principalId"]
    scope = az("group show -n rg-cli")["id"]
    made = az(
        "role assignment create --role Reader --assignee-principal-type ServicePrincipal "
        f"--assignee-object-id {principal} --scope {scope}"
    )
    assert made["principalId"] == principal
    listed = az(f"role assignment list --fill-principal-name false --scope {scope}")
    assert [row["id"] for row in listed] == [made["id"]]
    az(f"role assignment delete --ids {made['id']}")
    assert az(f"role assignment list --fill-principal-name false --scope {scope}") == []


def test_resource(az, group, simulator):
    kind = "Microsoft.Network/virtualNetworks"
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    made = az(
        f"resource create --resource-group rg-cli --resource-type {kind} --name vnet-cli "
        "--location westeurope --properties",
        json.dumps(properties),
    )
    assert made["id"] == simulator.id("rg-cli", kind, "vnet-cli")
    az("resource tag --tags kept=yes --ids", made["id"])
    shown = az("resource show --ids", made["id"])
    assert shown["tags"] == {"kept": "yes"}
    assert shown["properties"]["addressSpace"] == properties["addressSpace"]
    listed = az(f"resource list --resource-group rg-cli --resource-type {kind}")
    assert [row["name"] for row in listed] == ["vnet-cli"]

    az("lock create --lock-type CanNotDelete --name keep --resource", made["id"])
    with pytest.raises(Failed, match="ScopeLocked"):
        az("rest --method delete --url", f"{made['id']}?api-version=2024-05-01")
    az("lock delete --name keep --resource", made["id"])
    az("resource delete --ids", made["id"])
    with pytest.raises(Failed) as missing:
        az("resource show --ids", made["id"])
    assert missing.value.exit_code == NOT_FOUND


def test_rest(az, group, simulator):
    kind = "Microsoft.Storage/storageAccounts"
    url = f"{simulator.id('rg-cli', kind, 'stevenkeelrest')}?api-version=2025-06-01"
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    az(f"rest --method put --url {url} --body", json.dumps(body))
    # `az rest` waits for no operation.
    states = (az(f"rest --method get --url {url}")["properties"]["provisioningState"] for _ in range(99))
    assert next(state for state in states if state not in ("Creating", "ResolvingDNS")) == "Succeeded"
    az(f"rest --method delete --url {url}")
    with pytest.raises(Failed, match="ResourceNotFound"):
        az(f"rest --method get --url {url}")


def test_providers(az):
    shown = az("provider show --namespace Microsoft.Web")
    assert shown["registrationState"] == "Registered"
    assert "sites" in {row["resourceType"] for row in shown["resourceTypes"]}
