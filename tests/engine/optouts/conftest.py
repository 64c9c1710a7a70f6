"""What tests of opt-outs share: the stand-in for BizChat."""

from tests.simulator_fixture import simulator

__all__ = ["simulator"]
