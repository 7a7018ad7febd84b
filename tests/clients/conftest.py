"""What the tests share: one simulator, and clients that are set up as a person would do it."""

import pytest
from azure.identity import ClientSecretCredential

from clients import AzureCli, Evenkeel, Octodns, Simulator


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    """Runs one simulator for all tests, with operations that take their time."""
    with Simulator(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def az(simulator, tmp_path_factory):
    """Gives an Azure CLI that knows the simulator as its cloud and is logged in."""
    cli = AzureCli(simulator, tmp_path_factory.mktemp("azure-cli"))
    cli.register_cloud()
    cli.log_in()
    return cli


@pytest.fixture(scope="session")
def az_afd(simulator, tmp_path_factory):
    """Gives the last Azure CLI that has `az afd` without an extension, logged in as well."""
    cli = AzureCli(simulator, tmp_path_factory.mktemp("azure-cli-afd"), "azure-cli-afd")
    cli.register_cloud()
    cli.log_in()
    return cli


@pytest.fixture(scope="session")
def connect(simulator):
    """Makes management clients of the Azure SDK for the simulator."""
    ca = str(simulator.ca)
    credential = ClientSecretCredential(
        simulator.tenant,
        simulator.client_id,
        simulator.client_secret,
        authority=simulator.origin,
        disable_instance_discovery=True,
        connection_verify=ca,
    )

    def client(kind):
        return kind(
            credential,
            simulator.subscription,
            base_url=simulator.origin,
            credential_scopes=[f"{simulator.origin}/.default"],
            connection_verify=ca,
        )

    return client


@pytest.fixture(scope="session")
def octodns(simulator, tmp_path_factory):
    """Gives an octoDNS whose only target is the simulator."""
    return Octodns(simulator, tmp_path_factory.mktemp("octodns"))


@pytest.fixture(scope="session")
def evenkeel(simulator, tmp_path_factory):
    """Gives an Evenkeel that logs in with what its environment holds."""
    return Evenkeel(simulator, tmp_path_factory.mktemp("evenkeel"))


def pytest_unconfigure(config):
    """Closes with one line that a script can read."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    count = {kind: len(tests) for kind, tests in reporter.stats.items()}
    failed = count.get("failed", 0) + count.get("error", 0)
    reporter.write_line(f"{count.get('passed', 0)} passed, {failed} failed")
