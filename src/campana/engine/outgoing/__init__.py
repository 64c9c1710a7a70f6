"""Outgoing webhooks: endpoints that owners look after, posts made of what happened, and the one who delivers
them."""
