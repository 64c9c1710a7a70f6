"""BizChat: everything Campana assumes about that provider stands in this package (shared knowledge:
bizchat.md).

Where this package and a real account disagree, the account is right and this package is what has to
change.
"""

from campana.providers.bizchat.client import BizChat
from campana.providers.bizchat.codes import explain
from campana.providers.bizchat.transport import Timeouts
from campana.providers.bizchat.webhook import parse as parse_webhook

__all__ = ["BizChat", "Timeouts", "explain", "parse_webhook"]
