"""What stands in the audit trail, in words for people."""

from campana.domain.audit import AuditAction, AuditEntry
from campana.web.navigation import marked

_A = AuditAction

KINDS: dict[str, str] = {
    "account": marked("Account"),
    "user": marked("People"),
    "session": marked("Signing in"),
    "api_key": marked("API keys"),
    "sender": marked("Senders"),
    "endpoint": marked("Webhooks"),
    "notice_address": marked("Notices"),
    "recipient_list": marked("Recipient lists"),
    "template": marked("Texts of templates"),
    "campaign": marked("Campaigns"),
    "suppression": marked("Opt-outs"),
    "person": marked("Privacy"),
    "audit": marked("The audit trail"),
    "secret": marked("The installation"),
}
"""The word before an action's dot."""

ACTIONS: dict[str, str] = {
    _A.ACCOUNT_ADDED: marked("Account added"),
    _A.ACCOUNT_CHANGED: marked("Account changed"),
    _A.PREFERENCES_CHANGED: marked("Words and limits changed"),
    _A.ACCOUNT_SUSPENDED: marked("Account suspended"),
    _A.ACCOUNT_REINSTATED: marked("Account reinstated"),
    _A.ACCOUNT_LET_IN: marked("Administrators let in"),
    _A.ACCOUNT_SHUT_OUT: marked("Administrators shut out"),
    _A.ACCOUNT_ENTERED: marked("Looked at by an administrator"),
    _A.USER_ADDED: marked("Joined"),
    _A.USER_INVITED: marked("Invited"),
    _A.USER_INVITATION_WITHDRAWN: marked("Invitation withdrawn"),
    _A.USER_ROLE: marked("Role changed"),
    _A.USER_REMOVED: marked("Removed from the team"),
    _A.USER_CHANGED_PASSWORD: marked("Password changed"),
    _A.USER_RESET_LINK: marked("Link for a new password made"),
    _A.USER_RESET: marked("Password set by a link"),
    _A.SECOND_FACTOR_ON: marked("Second factor turned on"),
    _A.SECOND_FACTOR_OFF: marked("Second factor turned off"),
    _A.RECOVERY_CODES_RENEWED: marked("Recovery codes made anew"),
    _A.SIGNED_IN: marked("Signed in"),
    _A.SIGN_IN_REFUSED: marked("Sign-in refused"),
    _A.SESSIONS_ENDED: marked("Session ended"),
    _A.KEY_CREATED: marked("API key made"),
    _A.KEY_REVOKED: marked("API key revoked"),
    _A.SENDER_CREATED: marked("Sender added"),
    _A.SENDER_CHANGED: marked("Sender changed"),
    _A.SENDER_CREDENTIALS: marked("Credentials replaced"),
    _A.SENDER_WEBHOOK: marked("Webhook address made anew"),
    _A.ENDPOINT_ADDED: marked("Webhook added"),
    _A.ENDPOINT_CHANGED: marked("Webhook changed"),
    _A.ENDPOINT_ROTATED: marked("Webhook's secret made anew"),
    _A.ENDPOINT_TESTED: marked("Webhook tested"),
    _A.ENDPOINT_REDELIVERED: marked("Webhook delivered again"),
    _A.ENDPOINT_DELETED: marked("Webhook deleted"),
    _A.NOTICE_ADDRESS_ADDED: marked("Address for notices added"),
    _A.NOTICE_ADDRESS_ON: marked("Notices switched on"),
    _A.NOTICE_ADDRESS_OFF: marked("Notices switched off"),
    _A.NOTICE_ADDRESS_TESTED: marked("Address for notices tried"),
    _A.NOTICE_ADDRESS_REMOVED: marked("Address for notices removed"),
    _A.LIST_UPLOADED: marked("List uploaded"),
    _A.LIST_DELETED: marked("List deleted"),
    _A.LIST_EXPIRED: marked("People of a list removed after their time"),
    _A.LIST_PROBLEMS_EXPORTED: marked("Problems of a list exported"),
    _A.TEMPLATE_KEPT: marked("Texts kept"),
    _A.TEMPLATE_FORGOTTEN: marked("Texts forgotten"),
    _A.CAMPAIGN_CREATED: marked("Campaign made"),
    _A.CAMPAIGN_CHANGED: marked("Campaign changed"),
    _A.CAMPAIGN_PAUSED: marked("Campaign paused"),
    _A.CAMPAIGN_RESUMED: marked("Campaign resumed"),
    _A.CAMPAIGN_CANCELLED: marked("Campaign cancelled"),
    _A.CAMPAIGN_ARCHIVED: marked("Messages archived"),
    _A.CAMPAIGN_RETRIED: marked("Messages sent again"),
    _A.CAMPAIGN_FAILED: marked("Campaign failed"),
    _A.CAMPAIGN_TESTED: marked("Test message sent"),
    _A.CAMPAIGN_EXPORTED: marked("Messages exported"),
    _A.REPLIES_EXPORTED: marked("Replies exported"),
    _A.SUPPRESSIONS_ADDED: marked("Opt-outs added"),
    _A.SUPPRESSIONS_IMPORTED: marked("Opt-outs imported"),
    _A.SUPPRESSIONS_EXPORTED: marked("Opt-outs exported"),
    _A.SUPPRESSION_REMOVED: marked("Opt-out removed"),
    _A.PERSON_ERASED: marked("Somebody erased"),
    _A.PERSON_EXPORTED: marked("Data about somebody handed out"),
    _A.ERASED_FORGOTTEN: marked("Erased numbers not recognised any more"),
    _A.KEY_ROTATED: marked("Secret key replaced"),
    _A.AUDIT_EXPORTED: marked("Audit trail exported"),
}

_DETAILS = {
    "rate_limit_per_s": marked("messages a second"),
    "daily_limit": marked("messages a day"),
    "credentials": marked("with credentials"),
}
"""Names of details that people would put differently; the others are words as they stand."""

_PLACES = {"campaign": "/campaigns/", "sender": "/settings/senders/", "user": "/team/"}
"""Where things that hardly ever go away can be looked at."""


def told(action: str) -> str:
    """The action in words; one that a later version has written, as it stands there."""
    return ACTIONS.get(action, action)


def detail_told(name: str) -> str:
    """What a detail is about, in words."""
    return _DETAILS.get(name, name.replace("_", " "))


def place_of(entry: AuditEntry) -> str:
    """The page of what it was done to; empty where there is none."""
    kind, thing = entry.subject.kind, entry.subject.id
    return f"{_PLACES[kind]}{thing}" if thing is not None and kind in _PLACES else ""


def choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Every kind with its name and its actions, for a form that asks for some of them."""
    return [
        (kind, name, [(action, text) for action, text in ACTIONS.items() if action.split(".")[0] == kind])
        for kind, name in KINDS.items()
    ]
