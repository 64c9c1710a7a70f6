"""Credentials on their way into the vault and out of it."""

from campana.domain.errors import ConfigurationError
from campana.domain.senders import Credentials, Sender
from campana.engine.ports import Vault


def seal_credentials(credentials: Credentials, vault: Vault) -> str:
    """What may be stored."""
    secrets = {"api_token": credentials.api_token, "vendor_uid": credentials.vendor_uid}
    if credentials.from_phone_number_id:
        secrets["from_phone_number_id"] = credentials.from_phone_number_id
    return vault.seal(secrets)


def open_credentials(sender: Sender, vault: Vault) -> Credentials:
    """The sender's credentials. Raises ConfigurationError where there are none, or they cannot be opened."""
    if sender.sealed_credentials is None:
        raise ConfigurationError(
            f"Sender {sender.name!r} has no BizChat credentials. "
            "Add its API token and vendor UID under Settings, then retry."
        )
    return Credentials(**vault.unseal(sender.sealed_credentials))
