"""The audit trail: who did what to what, when, and how they came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from campana.domain.accounts import Account, Principal, User, Way
from campana.domain.campaigns import Campaign
from campana.domain.recipients import RecipientList
from campana.domain.senders import Sender

Detail = str | int | float | bool | None


class AuditAction(StrEnum):
    """What can stand in the trail; the word before the dot is the kind of thing it was done to."""

    ACCOUNT_ADDED = "account.added"
    PREFERENCES_CHANGED = "account.preferences_changed"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_REINSTATED = "account.reinstated"
    ACCOUNT_LET_IN = "account.admin_access_given"
    ACCOUNT_SHUT_OUT = "account.admin_access_ended"
    ACCOUNT_ENTERED = "account.entered_by_admin"
    USER_ADDED = "user.added"
    USER_INVITED = "user.invited"
    USER_INVITATION_WITHDRAWN = "user.invitation_withdrawn"
    USER_ROLE = "user.role_changed"
    USER_REMOVED = "user.removed"
    USER_CHANGED_PASSWORD = "user.password_changed"  # noqa: S105
    USER_RESET_LINK = "user.reset_link_made"
    USER_RESET = "user.password_reset"
    SECOND_FACTOR_ON = "user.second_factor_on"
    SECOND_FACTOR_OFF = "user.second_factor_off"
    RECOVERY_CODES_RENEWED = "user.recovery_codes_renewed"
    SIGNED_IN = "session.opened"
    SIGN_IN_REFUSED = "session.refused"
    SESSIONS_ENDED = "session.ended"
    KEY_CREATED = "api_key.created"
    KEY_REVOKED = "api_key.revoked"
    SENDER_CREATED = "sender.created"
    SENDER_CHANGED = "sender.changed"
    SENDER_CREDENTIALS = "sender.credentials_replaced"
    SENDER_WEBHOOK = "sender.webhook_rotated"
    ENDPOINT_ADDED = "endpoint.added"
    ENDPOINT_CHANGED = "endpoint.changed"
    ENDPOINT_ROTATED = "endpoint.secret_rotated"
    ENDPOINT_TESTED = "endpoint.tested"
    ENDPOINT_REDELIVERED = "endpoint.delivered_again"
    ENDPOINT_DELETED = "endpoint.deleted"
    NOTICE_ADDRESS_ADDED = "notice_address.added"
    NOTICE_ADDRESS_ON = "notice_address.switched_on"
    NOTICE_ADDRESS_OFF = "notice_address.switched_off"
    NOTICE_ADDRESS_TESTED = "notice_address.tested"
    NOTICE_ADDRESS_REMOVED = "notice_address.removed"
    LIST_UPLOADED = "recipient_list.uploaded"
    LIST_DELETED = "recipient_list.deleted"
    LIST_EXPIRED = "recipient_list.expired"
    LIST_PROBLEMS_EXPORTED = "recipient_list.problems_exported"
    TEMPLATE_KEPT = "template.kept"
    TEMPLATE_FORGOTTEN = "template.forgotten"
    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_CHANGED = "campaign.changed"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_RESUMED = "campaign.resumed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    CAMPAIGN_RETRIED = "campaign.retried"
    CAMPAIGN_FAILED = "campaign.failed"
    CAMPAIGN_TESTED = "campaign.tested"
    CAMPAIGN_ARCHIVED = "campaign.archived"
    CAMPAIGN_EXPORTED = "campaign.exported"
    REPLIES_EXPORTED = "campaign.replies_exported"
    SUPPRESSIONS_ADDED = "suppression.added"
    SUPPRESSIONS_IMPORTED = "suppression.imported"
    SUPPRESSIONS_EXPORTED = "suppression.exported"
    SUPPRESSION_REMOVED = "suppression.removed"
    PERSON_ERASED = "person.erased"
    PERSON_EXPORTED = "person.exported"
    ERASED_FORGOTTEN = "account.erased_numbers_forgotten"
    KEY_ROTATED = "secret.rotated"
    AUDIT_EXPORTED = "audit.exported"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a user with the e-mail address of that moment, or one of those below."""

    user_id: UUID | None
    name: str
    way: Way
    address: str = ""

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """The person who asks."""
        return cls(principal.user_id, principal.email, principal.way, principal.address)


COMMAND_LINE = Actor(None, "command line", Way.COMMAND)
"""whoever has a shell on the machine, where a command names no user"""
ENGINE = Actor(None, "engine", Way.ENGINE)
"""Campana itself, with the reason in the details"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What it was done to, by the name of that moment: the thing may be gone later."""

    kind: str
    id: UUID | None
    name: str = ""


def subject_of(thing: Account | Campaign | RecipientList | Sender | User) -> Subject:
    """The thing as the trail names it."""
    match thing:
        case RecipientList():
            return Subject("recipient_list", thing.id, thing.filename)
        case User():
            return Subject("user", thing.id, thing.email)
        case _:
            return Subject(type(thing).__name__.lower(), thing.id, thing.name)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the trail, never changed. `account_id` is whose trail it stands in, None for nobody's.

    Holds no secret and no whole phone number, neither in names nor in details.
    """

    id: UUID
    account_id: UUID | None
    created_at: datetime
    actor: Actor
    action: str
    subject: Subject
    details: Mapping[str, Detail] = field(default_factory=dict)
