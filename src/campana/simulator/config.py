"""What a simulator can be told, and the one way to read it from plain words: commands, tests and `POST
/control` share it.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from campana.simulator.faults import Fault, check_shares, parse_fault
from campana.simulator.templates import BUILT_IN_TEMPLATES, Template, parse_template
from campana.simulator.window import Window, parse_window


def _checked_shares(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    check_shares(faults)
    return faults


Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
WebUrl = Annotated[str, Field(pattern=r"^https?://\S+$")]
OneFault = Annotated[
    Fault, BeforeValidator(lambda given: parse_fault(given) if isinstance(given, str) else given)
]
Faults = Annotated[tuple[OneFault, ...], AfterValidator(_checked_shares)]
OneTemplate = Annotated[
    Template, BeforeValidator(lambda given: parse_template(given) if isinstance(given, str) else given)
]
OneWindow = Annotated[
    Window, BeforeValidator(lambda given: parse_window(given) if isinstance(given, str) else given)
]

_STRICT = ConfigDict(frozen=True, extra="forbid")


class People(BaseModel):
    """How the recipients behave after a message went out: shares 0 to 1, times in seconds, each give or take
    a half.

    `delivered` is a share of the messages, `read` of the delivered, `reply` of the read, `stop` of the
    replies, `start` (they come back later) of those who stopped, `echo` (the business types something on its
    phone) of the messages. `pace` multiplies every time: 0 means at once.
    """

    model_config = _STRICT

    delivered: Share = 0.97
    read: Share = 0.6
    reply: Share = 0.05
    stop: Share = 0.1
    start: Share = 0.0
    echo: Share = 0.0
    sent_s: NotNegative = 0.3
    delivered_s: NotNegative = 1.5
    read_s: NotNegative = 8.0
    reply_s: NotNegative = 12.0
    failed_s: NotNegative = 2.0
    pace: NotNegative = 1.0


class Webhooks(BaseModel):
    """Where events go, and what goes wrong on the way: shares 0 to 1.

    `url` serves every vendor that `urls` does not name. `doubled` and `lost` are shares of the events,
    `shuffled` and `early` (`sent` arrives before our own answer) of the messages; `batch` is the most events
    in one post; `old_install` leaves the `message` part out.
    """

    model_config = _STRICT

    url: WebUrl | None = None
    urls: Mapping[str, WebUrl] = Field(default_factory=dict)
    doubled: Share = 0.0
    shuffled: Share = 0.0
    lost: Share = 0.0
    early: Share = 0.0
    batch: Annotated[int, Field(ge=1)] = 1
    old_install: bool = False

    def url_for(self, vendor_uid: str) -> str | None:
        """Return the URL that gets the vendor's events, or None when nobody listens."""
        return self.urls.get(vendor_uid, self.url)


class SimulatorConfig(BaseModel):
    """Everything about one simulator. Times are in milliseconds or seconds as the name says.

    `accounts` (vendor uid to token) empty accepts any UUID with any token, `from_ids` empty any sender. A
    known template must be named exactly; an unknown name passes unless `strict_templates`. `hang` holds every
    answer back until it is taken off. The same `seed` gives the same fate to the same attempt at the same
    number, in whatever order the requests come.
    """

    model_config = _STRICT

    latency_ms: NotNegative = 300.0
    jitter_ms: NotNegative = 100.0
    faults: Faults = ()
    read_faults: Faults = ()
    window: OneWindow | None = None
    hang: bool = False
    templates: tuple[OneTemplate, ...] = BUILT_IN_TEMPLATES
    strict_templates: bool = False
    accounts: Mapping[str, str] = Field(default_factory=dict, repr=False)
    from_ids: frozenset[str] = frozenset()
    people: People = Field(default_factory=People)
    webhooks: Webhooks = Field(default_factory=Webhooks)
    locale: Literal["en", "hi"] = "en"
    seed: int = 0
    ledger_file: Path | None = None

    @cached_property
    def templates_by_name(self) -> Mapping[str, Mapping[str, Template]]:
        """The approved templates, by name and then by language."""
        found: dict[str, dict[str, Template]] = {}
        for one in self.templates:
            found.setdefault(one.name, {})[one.language] = one
        return found


def changed(config: SimulatorConfig, changes: Mapping[str, Any]) -> SimulatorConfig:
    """Return `config` with `changes` applied; ValueError, in one plain line, when one of them makes no sense.

    Keys are the fields of SimulatorConfig, and `webhook` for `webhooks.url`. Plain words are read (faults as
    `KIND=SHARE`, the window as `60/60`, templates as `NAME:LANGUAGE:FIELDS`, numbers as text); finished
    objects pass. `people` and `webhooks` take a mapping of what is to change in them. Given templates are
    added to those known.
    """
    wanted = {name: getattr(config, name) for name in SimulatorConfig.model_fields} | dict(changes)
    if "webhook" in wanted:
        wanted["webhooks"] = _merged(wanted["webhooks"], {"url": wanted.pop("webhook")})
    for part in ("people", "webhooks"):
        wanted[part] = _merged(getattr(config, part), wanted[part])
    try:
        if "templates" in changes:
            wanted["templates"] = _added(config.templates, changes["templates"])
        return SimulatorConfig.model_validate(wanted)
    except ValidationError as error:
        raise ValueError("; ".join(_plain(one["loc"], one["msg"]) for one in error.errors())) from None


def _merged(known: Any, given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return (dict(known) if isinstance(known, Mapping) else known.model_dump()) | dict(given)


def _added(known: tuple[Template, ...], given: Any) -> tuple[Template, ...]:
    if isinstance(given, str):
        raise ValueError("templates: this is a list of NAME:LANGUAGE:FIELDS")
    added = [one if isinstance(one, Template) else parse_template(str(one)) for one in given]
    taken = {(one.name, one.language) for one in added}
    return (*(one for one in known if (one.name, one.language) not in taken), *added)


def _plain(where: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in where if isinstance(part, str))
    return f"{name}: {message.removeprefix('Value error, ')}"
