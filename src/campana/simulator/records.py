"""What can be read and noted at the provider besides sending: message status, template list, contacts."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from campana.simulator.answers import Answer, as_json, failed, invalid, success
from campana.simulator.calls import Call
from campana.simulator.checks import refuse_phone
from campana.simulator.config import SimulatorConfig
from campana.simulator.ids import contact_uid
from campana.simulator.journeys import Journey

SEND = "contact/send-template-message"
UPDATE = "contact/update"
DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 100


class Records:
    """The provider's memory. `opt_outs` are (vendor uid, phone); sends do not heed them (bizchat.md,
    Webhooks).
    """

    def __init__(self) -> None:
        self.opt_outs: set[tuple[str, str]] = set()
        self._journeys: dict[str, Journey] = {}

    def keep(self, journey: Journey) -> None:
        """Remember a message, so that its status can be asked for."""
        self._journeys[journey.wamid] = journey

    def answer(self, call: Call, config: SimulatorConfig) -> Answer:
        """Answer any call but a well-addressed send."""
        start, _, last = call.path.rpartition("/")
        path = UPDATE if start == UPDATE and last else call.path
        routes: Mapping[str, tuple[str, Callable[[Call, SimulatorConfig], Answer]]] = {
            SEND: ("POST", _not_allowed),
            UPDATE: ("POST", self._update),
            "contact/message-status": ("GET", self._status),
            "contact/template-list": ("GET", _template_list),
        }
        if path not in routes or call.path == UPDATE:
            return as_json(
                404, {"message": f"The route api/{call.vendor_uid}/{call.path} could not be found."}
            )
        method, answer = routes[path]
        return answer(call, config) if call.method == method else _not_allowed(call, config)

    def _status(self, call: Call, config: SimulatorConfig) -> Answer:
        wamid = call.query.get("wamid", "")
        if not wamid:
            return invalid({"wamid": "The wamid field is required."})
        journey = self._journeys.get(wamid)
        if journey is None or journey.vendor_uid != call.vendor_uid:
            return failed("message_not_found", locale=config.locale)
        status, since = journey.status_at(call.at)
        data = {"status": status, "created_at": _stamp(journey.accepted_at), "updated_at": _stamp(since)}
        return success(data, locale=config.locale)

    def _update(self, call: Call, config: SimulatorConfig) -> Answer:
        phone = call.path.rpartition("/")[2]
        refused = refuse_phone(phone)
        if refused and refused.answer:
            return refused.answer
        if "whatsapp_opt_out" in call.body:
            wish = call.body["whatsapp_opt_out"]
            if wish not in (True, False, "0", "1"):
                return invalid({"whatsapp_opt_out": "The whatsapp opt out field must be true or false."})
            change = self.opt_outs.add if wish in (True, "1") else self.opt_outs.discard
            change((call.vendor_uid, phone))
        return success({"contact_uid": contact_uid(call.vendor_uid, phone)}, locale=config.locale)


def _template_list(call: Call, config: SimulatorConfig) -> Answer:
    size = min(MAX_PAGE_SIZE, _number(call.query.get("page_size"), default=DEFAULT_PAGE_SIZE))
    number = _number(call.query.get("page"), default=1)
    rows = [
        {"template_name": one.name, "language": one.language, "category": one.category, "status": "APPROVED"}
        for one in config.templates[(number - 1) * size : number * size]
    ]
    listed = {
        "current_page": number,
        "data": rows,
        "per_page": size,
        "last_page": max(1, -(-len(config.templates) // size)),
        "total": len(config.templates),
    }
    return success({"templateList": listed}, locale=config.locale)


def _not_allowed(call: Call, _: SimulatorConfig) -> Answer:
    return as_json(405, {"message": f"The {call.method} method is not supported for this route."})


def _number(text: str | None, *, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) else default


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
