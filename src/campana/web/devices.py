"""What browsers call themselves, in words that people know."""

import re

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""The word before a version's slash, and the browser. Most name others too: the order counts."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> str:
    """The browser behind a User-Agent; the name of the program where it is none that is known."""
    for word, name in _BROWSERS:
        if f"{word}/" in agent:
            return name
    return re.split(r"[/\s]", agent, maxsplit=1)[0][:40]


def system_of(agent: str) -> str:
    """The system it runs on; empty where it does not say."""
    return next((name for word, name in _SYSTEMS if word in agent), "")
