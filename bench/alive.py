"""Asks a server whether it is alive, a hundred times a second, until standard input ends.

`python -m bench.alive URL` prints a line when it has begun, and at its end one of JSON: how many answers,
and how long they took, in seconds."""

import json
import sys
import threading
import time
from urllib.request import urlopen

PAUSE_S = 0.01
PATIENCE_S = 60


def main() -> None:
    """Ask, and say how it went."""
    ended = threading.Event()
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    ask(sys.argv[1])
    print("begun", flush=True)
    took = []
    while not ended.wait(PAUSE_S):
        began = time.perf_counter()
        ask(sys.argv[1])
        took.append(time.perf_counter() - began)
    took.sort()
    print(json.dumps({"asked": len(took), "median_s": took[len(took) // 2], "worst_s": took[-1]}))


def _watch(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def ask(url: str) -> None:
    """One question. Raises OSError where there is no good answer."""
    with urlopen(f"{url}/healthz", timeout=PATIENCE_S) as answer:
        answer.read()


if __name__ == "__main__":
    main()
