"""Where providers post what becomes of messages. A post is stored before anything is made of it, and answered
when it is durable; nothing here reads it.

A plain route of Starlette's: thousands a second come in while campaigns run.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from campana.engine.services import Services

PREFIX = "/webhooks/"
MOST_BYTES = 3 * 1024 * 1024
"""WhatsApp posts up to 1,000 events together, in 3 MB at most"""


async def take(request: Request) -> Response:
    """200 for a post that is stored, 404 where the secret is nobody's. Raises StoreUnavailable."""
    services: Services = request.app.state.services
    sender_id = await services.addresses.sender_of(request.path_params["secret"])
    if sender_id is None:
        return Response(status_code=404)
    await services.intake.put(sender_id, await request.body())
    return Response(status_code=200)


route = Route(PREFIX + "bizchat/{secret}", take, methods=["POST"])
