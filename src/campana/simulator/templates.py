"""The approved templates of the stand-in account: what a message has to name exactly, and which keys it has
to fill.
"""

import re
from dataclasses import dataclass

_SPEC = re.compile(
    r"(?P<name>[a-z0-9_]+):(?P<language>[A-Za-z]{2,3}(?:_[A-Za-z]{2,4})?):(?P<fields>\d{1,3})(?::(?P<needs>[a-z0-9_+]+))?"
)


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template: `fields` body placeholders, `needs` further keys, `replies` its quick-reply
    labels.
    """

    name: str
    language: str
    fields: int
    category: str = "MARKETING"
    needs: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Every key that a message with this template has to fill."""
        return (*(f"field_{number}" for number in range(1, self.fields + 1)), *self.needs)


BUILT_IN_TEMPLATES: tuple[Template, ...] = (
    Template("hello_world", "en_US", 0, "UTILITY"),
    Template("festival_offer", "en_US", 2, replies=("Tell me more", "Not now")),
    Template("festival_offer", "hi", 2, replies=("और बताइए", "अभी नहीं")),
    Template("newsletter", "en_US", 1, replies=("Tell me more", "Stop promotions")),
    Template("order_update", "en_US", 3, "UTILITY"),
    Template("order_update", "en", 3, "UTILITY"),
    Template("appointment_reminder", "en_US", 5, "UTILITY", replies=("Confirm", "Reschedule")),
    Template("account_statement", "en_US", 8, "UTILITY"),
    Template("photo_offer", "en_US", 1, needs=("header_image",)),
    Template("video_offer", "en_US", 1, needs=("header_video",)),
    Template("invoice_ready", "en_US", 2, "UTILITY", needs=("header_document",)),
    Template("store_opening", "en_US", 1, needs=("location_latitude", "location_longitude")),
    Template("headline_offer", "en_US", 1, needs=("header_field_1",)),
    Template("parcel_tracking", "en_US", 2, "UTILITY", needs=("button_0",)),
    Template("coupon_code", "en_US", 1, needs=("copy_code",)),
)


def parse_template(spec: str) -> Template:
    """Read `NAME:LANGUAGE:FIELDS[:KEY+KEY]`, e.g. `diwali:en_US:2:header_image`; ValueError says what is
    wrong.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise ValueError(f"template {spec!r}: write it as NAME:LANGUAGE:FIELDS, e.g. diwali:en_US:2")
    needs = tuple(found["needs"].split("+")) if found["needs"] else ()
    return Template(found["name"], found["language"], int(found["fields"]), needs=needs)
