"""A stand-in for BizChat that speaks its wire format: for demos, trials and tests.

Written from BizChat's documented behaviour alone and sharing no code with the product's BizChat provider, so
that one can catch the other's mistakes.
"""

from campana.simulator.config import People, SimulatorConfig, Webhooks, changed
from campana.simulator.faults import FAULTS, Fault, parse_fault
from campana.simulator.ledger import Entry, Ledger, most_in_any_second, summarize
from campana.simulator.server import DEFAULT_PORT, Simulator, in_thread, new_loop, running, serve
from campana.simulator.templates import BUILT_IN_TEMPLATES, Template, parse_template
from campana.simulator.window import Window, parse_window

__all__ = [
    "BUILT_IN_TEMPLATES",
    "DEFAULT_PORT",
    "FAULTS",
    "Entry",
    "Fault",
    "Ledger",
    "People",
    "Simulator",
    "SimulatorConfig",
    "Template",
    "Webhooks",
    "Window",
    "changed",
    "in_thread",
    "most_in_any_second",
    "new_loop",
    "parse_fault",
    "parse_template",
    "parse_window",
    "running",
    "serve",
    "summarize",
]
