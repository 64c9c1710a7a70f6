"""What every lane of a worker shares."""

from dataclasses import dataclass

from campana.engine.audit import Audit
from campana.engine.metrics import Metrics
from campana.engine.optouts.refusals import Refusals
from campana.engine.ports import Clock, Store, Tracing, Vault
from campana.engine.signals import Signals
from campana.engine.untraced import UNTRACED


@dataclass(frozen=True, slots=True)
class LaneTools:
    """The world as a lane sees it."""

    store: Store
    vault: Vault
    clock: Clock
    signals: Signals
    metrics: Metrics
    audit: Audit
    refusals: Refusals
    tracing: Tracing = UNTRACED
