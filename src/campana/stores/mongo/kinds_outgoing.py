"""Kinds of records of outgoing webhooks and of notices (see kinds)."""

from campana.stores.mongo.fields import fields
from campana.stores.mongo.kinds import Documents

OUTGOING = (
    Documents(
        "endpoints",
        "endpoints",
        fields(
            "id account_id url events sealed created_at enabled off_reason failures failing_since "
            "rests_until",
            absent={"off_reason": "", "failures": 0},
        ),
        frozenset({"accounts"}),
    ),
    Documents("outbox", "outbox", fields("id account_id campaign_id type at rows")),
    Documents(
        "deliveries",
        "deliveries",
        fields(
            "id account_id endpoint_id created_at news status tries tried_at answered took_ms said",
            absent={"said": ""},
        ),
        frozenset({"endpoints"}),
    ),
    Documents(
        "notice_addresses",
        "noticeAddresses",
        fields(
            "id account_id route label whole sealed created_at enabled off_reason memory tried_at "
            "failing_since problem",
            absent={"off_reason": "", "memory": "", "problem": ""},
        ),
        frozenset({"accounts"}),
    ),
)
