"""Servers that tests start end with the process that started them, however that ends."""

import ctypes
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def dies_with_parent(signal_number: int) -> Callable[[], None]:
    """For `preexec_fn`: the child gets this signal when its parent is gone."""
    set_process_control = ctypes.CDLL(
        None
    ).prctl  # looked up beforehand: after the fork one system call is left

    def set_it() -> None:
        set_process_control(_PR_SET_PDEATHSIG, signal_number)

    return set_it
