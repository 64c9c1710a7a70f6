"""Repeatable chance: the fate of a message depends on the seed, its number and which attempt it is, not on
arrival order.
"""

import random


def dice_for(seed: int, *, key: str) -> random.Random:
    """Return a generator that is the same for the same `seed` and `key`."""
    return random.Random(f"{seed}:{key}")


def spread(dice: random.Random, seconds: float) -> float:
    """Return `seconds` give or take a half."""
    return dice.uniform(0.5, 1.5) * seconds
