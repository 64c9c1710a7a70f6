"""Who sends to whom in the tests of providers: secrets that no outcome, error or log line may show."""

from campana.domain.campaigns import Template
from campana.domain.senders import Credentials
from campana.engine.ports import Envelope

TOKEN = "tok_4f9Zq1XhVbN7sPd2RkLw"
VENDOR = "8f14e45f-ceea-467f-9a36-dcc0b1a2c3d4"
PHONE = "+919812345678"

SENDER = Credentials(TOKEN, VENDOR)
ASHA = Envelope(PHONE, Template("hello_world", "en_US"), {"field_1": "Hi Asha"})


def assert_no_secret(shown: str) -> None:
    for secret in (TOKEN, VENDOR, PHONE.removeprefix("+"), "Hi Asha"):
        assert secret.lower() not in shown.lower()
