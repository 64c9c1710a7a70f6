"""The pages: each route asks services and shows a template. A form answers with 303 to the page to look at
next, or with itself and what is wrong."""

from fastapi import APIRouter

from campana.web.pages import dashboard, links, optouts, recipients, replies, send, send_form, sign_in

router = APIRouter(include_in_schema=False)
for part in (dashboard.router, optouts.router, replies.router, sign_in.router, links.router):
    router.include_router(part)
for part in (send_form.router, send.router, recipients.router):
    router.include_router(part)
