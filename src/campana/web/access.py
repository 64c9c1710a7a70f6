"""Who gets to which route: one line for each. A route without a line is reached by nobody.

The middleware `Gate` goes by it before anything of a request is read; the services ask `permit` once more.
"""

from enum import Enum

from campana.domain.permissions import Action

API = "/api/v1"


class Door(Enum):
    """Routes that no action of the permissions table stands for."""

    PUBLIC = "anybody, without being asked who it is: monitoring, files for browsers, the provider's events"
    VISITOR = "pages for somebody who is not signed in; a form is bound to a cookie, as others to a session"
    SIGNED_IN = "whoever has a key or a session, with any role and scope"


_OUTSIDE: dict[tuple[str, str], Action | Door] = {
    ("GET", "/"): Action.READ,
    ("GET", "/send"): Action.CAMPAIGN,
    ("GET", "/send/offers"): Action.CAMPAIGN,
    ("POST", "/send/recipients"): Action.UPLOAD,
    ("GET", "/send/{draft_id}"): Action.CAMPAIGN,
    ("POST", "/send/{draft_id}"): Action.CAMPAIGN,
    ("POST", "/send/{draft_id}/test"): Action.CAMPAIGN,
    ("GET", "/send/{draft_id}/confirm"): Action.CAMPAIGN,
    ("POST", "/send/{draft_id}/schedule"): Action.CAMPAIGN,
    ("POST", "/send/{draft_id}/discard"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/duplicate"): Action.CAMPAIGN,
    ("GET", "/recipients"): Action.READ,
    ("POST", "/recipients"): Action.UPLOAD,
    ("GET", "/recipients/{list_id}"): Action.READ,
    ("POST", "/recipients/{list_id}/delete"): Action.UPLOAD,
    ("GET", "/sign-in"): Door.VISITOR,
    ("POST", "/sign-in"): Door.VISITOR,
    ("GET", "/sign-in/code"): Door.VISITOR,
    ("POST", "/sign-in/code"): Door.VISITOR,
    ("POST", "/sign-out"): Door.SIGNED_IN,
    ("GET", "/set-up"): Door.VISITOR,
    ("POST", "/set-up"): Door.VISITOR,
    ("GET", "/invitation"): Door.VISITOR,
    ("POST", "/invitation"): Door.VISITOR,
    ("GET", "/reset"): Door.VISITOR,
    ("POST", "/reset"): Door.VISITOR,
    ("GET", "/healthz"): Door.PUBLIC,
    ("GET", "/readyz"): Door.PUBLIC,
    ("GET", "/metrics"): Door.PUBLIC,
    ("GET", "/static"): Door.PUBLIC,
    ("GET", "/api/docs"): Door.PUBLIC,
    ("GET", "/api/openapi.json"): Door.PUBLIC,
    ("POST", "/webhooks/bizchat/{secret}"): Door.PUBLIC,
    # --- pages: opt-outs and replies
    ("GET", "/opt-outs"): Action.READ,
    ("GET", "/opt-outs/add"): Action.SUPPRESS,
    ("POST", "/opt-outs/add"): Action.SUPPRESS,
    ("GET", "/opt-outs/import"): Action.SUPPRESS,
    ("POST", "/opt-outs/import"): Action.SUPPRESS,
    ("GET", "/opt-outs/rules"): Action.READ,
    ("POST", "/opt-outs/rules"): Action.ACCOUNT,
    ("POST", "/opt-outs/{suppression_id}/remove"): Action.SUPPRESS,
    ("GET", "/campaigns/{campaign_id}/replies"): Action.READ,
    # --- pages: settings
    ("GET", "/settings"): Action.READ,
    ("GET", "/settings/privacy"): Action.READ,
    ("POST", "/settings/privacy/retention"): Action.ACCOUNT,
    ("POST", "/settings/privacy/export"): Action.PRIVACY,
    ("POST", "/settings/privacy/erase"): Action.PRIVACY,
    ("GET", "/settings/senders"): Action.READ,
    ("GET", "/settings/senders/add"): Action.SENDERS,
    ("POST", "/settings/senders/add"): Action.SENDERS,
    ("GET", "/settings/senders/{sender_id}"): Action.READ,
    ("POST", "/settings/senders/{sender_id}"): Action.SENDERS,
    ("POST", "/settings/senders/{sender_id}/verify"): Action.VERIFY,
    ("POST", "/settings/senders/{sender_id}/webhook"): Action.SENDERS,
    ("GET", "/settings/account"): Action.READ,
    ("POST", "/settings/account/admin-access"): Action.ACCOUNT,
    ("POST", "/settings/account/admin-access/end"): Action.ACCOUNT,
    ("GET", "/team"): Action.TEAM,
    ("POST", "/team/invitations"): Action.TEAM,
    ("POST", "/team/invitations/{invitation_id}/withdraw"): Action.TEAM,
    ("GET", "/team/{user_id}"): Action.TEAM,
    ("POST", "/team/{user_id}"): Action.TEAM,
    ("POST", "/team/{user_id}/reset-link"): Action.TEAM,
    ("POST", "/team/{user_id}/second-factor-off"): Action.TEAM,
    ("POST", "/team/{user_id}/remove"): Action.TEAM,
    ("GET", "/settings/api-keys"): Action.KEYS,
    ("POST", "/settings/api-keys"): Action.KEYS,
    ("POST", "/settings/api-keys/{key_id}/revoke"): Action.KEYS,
    ("GET", "/settings/audit"): Action.AUDIT,
    ("GET", "/settings/profile"): Action.PROFILE,
    ("POST", "/settings/profile/password"): Action.PROFILE,
    ("POST", "/settings/profile/sessions/end-others"): Action.PROFILE,
    ("POST", "/settings/profile/sessions/{session_id}/end"): Action.PROFILE,
    ("GET", "/settings/profile/second-factor"): Action.PROFILE,
    ("POST", "/settings/profile/second-factor"): Action.PROFILE,
    ("POST", "/settings/profile/second-factor/confirm"): Action.PROFILE,
    ("POST", "/settings/profile/second-factor/recovery-codes"): Action.PROFILE,
    ("POST", "/settings/profile/second-factor/off"): Action.PROFILE,
}

_PAGES: dict[tuple[str, str], Action | Door] = {
    ("POST", "/practice-sender"): Action.SENDERS,
    ("GET", "/campaigns"): Action.READ,
    ("GET", "/campaigns/{campaign_id}"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/insight"): Action.READ,
    ("POST", "/campaigns/{campaign_id}/pause"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/resume"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/cancel"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/retry"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/reschedule"): Action.CAMPAIGN,
    ("GET", "/reports"): Action.READ,
}

_BELOW_API: dict[tuple[str, str], Action | Door] = {
    # --- recipient lists
    ("GET", "/recipient-lists"): Action.READ,
    ("POST", "/recipient-lists"): Action.UPLOAD,
    ("GET", "/recipient-lists/{list_id}"): Action.READ,
    ("DELETE", "/recipient-lists/{list_id}"): Action.UPLOAD,
    ("GET", "/recipient-lists/{list_id}/problems.csv"): Action.READ,
    # --- campaigns and their messages
    ("GET", "/campaigns"): Action.READ,
    ("POST", "/campaigns"): Action.CAMPAIGN,
    ("POST", "/campaigns/preview"): Action.READ,
    ("POST", "/campaigns/test"): Action.CAMPAIGN,
    ("POST", "/campaigns/estimate"): Action.READ,
    ("GET", "/campaigns/{campaign_id}"): Action.READ,
    ("PATCH", "/campaigns/{campaign_id}"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/pause"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/resume"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/cancel"): Action.CAMPAIGN,
    ("POST", "/campaigns/{campaign_id}/retry"): Action.CAMPAIGN,
    ("GET", "/campaigns/{campaign_id}/messages"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/export.csv"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/export.xlsx"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/events"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/replies"): Action.READ,
    ("GET", "/campaigns/{campaign_id}/replies.csv"): Action.READ,
    ("GET", "/events"): Action.READ,
    # --- reports over campaigns
    ("GET", "/campaigns/{campaign_id}/timeline"): Action.READ,
    ("GET", "/reports/campaigns"): Action.READ,
    ("GET", "/reports/campaigns.csv"): Action.READ,
    ("GET", "/reports/templates"): Action.READ,
    ("GET", "/reports/templates.csv"): Action.READ,
    ("GET", "/reports/days"): Action.READ,
    ("GET", "/reports/days.csv"): Action.READ,
    ("GET", "/reports/hours"): Action.READ,
    ("GET", "/reports/hours.csv"): Action.READ,
    ("GET", "/reports/reasons"): Action.READ,
    ("GET", "/reports/reasons.csv"): Action.READ,
    # --- senders
    ("GET", "/senders"): Action.READ,
    ("POST", "/senders"): Action.SENDERS,
    ("GET", "/senders/{sender_id}"): Action.READ,
    ("PATCH", "/senders/{sender_id}"): Action.SENDERS,
    ("POST", "/senders/{sender_id}/verify"): Action.VERIFY,
    ("GET", "/senders/{sender_id}/usage"): Action.READ,
    ("POST", "/senders/{sender_id}/webhook/rotate"): Action.SENDERS,
    # --- people
    ("GET", "/me"): Door.SIGNED_IN,
    ("POST", "/me/password"): Action.PROFILE,
    ("POST", "/me/second-factor"): Action.PROFILE,
    ("POST", "/me/second-factor/confirm"): Action.PROFILE,
    ("POST", "/me/second-factor/recovery-codes"): Action.PROFILE,
    ("POST", "/me/second-factor/off"): Action.PROFILE,
    ("GET", "/sessions"): Action.PROFILE,
    ("DELETE", "/sessions"): Action.PROFILE,
    ("DELETE", "/sessions/{session_id}"): Action.PROFILE,
    ("GET", "/team"): Action.TEAM,
    ("PATCH", "/team/{user_id}"): Action.TEAM,
    ("DELETE", "/team/{user_id}"): Action.TEAM,
    ("POST", "/team/{user_id}/reset-link"): Action.TEAM,
    ("DELETE", "/team/{user_id}/second-factor"): Action.TEAM,
    ("GET", "/invitations"): Action.TEAM,
    ("POST", "/invitations"): Action.TEAM,
    ("DELETE", "/invitations/{invitation_id}"): Action.TEAM,
    ("GET", "/api-keys"): Action.KEYS,
    ("POST", "/api-keys"): Action.KEYS,
    ("DELETE", "/api-keys/{key_id}"): Action.KEYS,
    # --- who sends
    ("GET", "/workers"): Action.ADMIN,
    # --- opt-outs
    ("GET", "/suppressions"): Action.READ,
    ("POST", "/suppressions"): Action.SUPPRESS,
    ("POST", "/suppressions/import"): Action.SUPPRESS,
    ("GET", "/suppressions/export.csv"): Action.READ,
    ("DELETE", "/suppressions/{suppression_id}"): Action.SUPPRESS,
    # --- audit trail
    ("GET", "/audit"): Action.AUDIT,
    ("GET", "/audit/export.csv"): Action.AUDIT,
    # --- one's own account
    ("GET", "/account"): Action.READ,
    ("PATCH", "/account"): Action.ACCOUNT,
    ("GET", "/account/standing"): Action.READ,
    ("POST", "/account/admin-access"): Action.ACCOUNT,
    ("DELETE", "/account/admin-access"): Action.ACCOUNT,
    # --- privacy
    ("POST", "/privacy/export"): Action.PRIVACY,
    ("POST", "/privacy/erase"): Action.PRIVACY,
    # --- administrators of the installation
    ("GET", "/admin/accounts"): Action.ADMIN,
    ("POST", "/admin/accounts"): Action.ADMIN,
    ("GET", "/admin/accounts/{account_id}"): Action.ADMIN,
    ("PATCH", "/admin/accounts/{account_id}"): Action.ADMIN,
    ("POST", "/admin/accounts/{account_id}/suspend"): Action.ADMIN,
    ("POST", "/admin/accounts/{account_id}/reinstate"): Action.ADMIN,
    ("GET", "/admin/accounts/{account_id}/usage"): Action.ADMIN,
    ("GET", "/admin/audit"): Action.ADMIN,
}

ACCESS = _OUTSIDE | _PAGES | {(method, API + path): door for (method, path), door in _BELOW_API.items()}
"""(method, path template) -> the action it takes, or the kind of door it is. HEAD counts as GET."""
