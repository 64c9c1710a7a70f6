"""The pages: each route asks services and shows a template. A form answers with 303 to the page to look at
next, or with itself and what is wrong."""

from fastapi import APIRouter

from campana.web.pages import (
    account,
    admin,
    admin_accounts,
    api_keys,
    audit,
    campaigns,
    dashboard,
    endpoints,
    links,
    notices,
    optouts,
    privacy,
    profile,
    recipients,
    replies,
    reports,
    second_factor,
    send,
    send_form,
    sender_settings,
    settings,
    sign_in,
    steering,
    team,
)

router = APIRouter(include_in_schema=False)
for part in (dashboard.router, campaigns.router, steering.router, optouts.router, replies.router):
    router.include_router(part)
for part in (
    reports.router,
    endpoints.router,
    notices.router,
    sign_in.router,
    links.router,
    send_form.router,
    send.router,
    recipients.router,
):
    router.include_router(part)
for part in (
    *(settings.router, sender_settings.router, account.router, api_keys.router),
    *(profile.router, second_factor.router, team.router, audit.router, privacy.router),
    *(admin.router, admin_accounts.router),
):
    router.include_router(part)
