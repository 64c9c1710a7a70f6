"""What the middleware leaves in a request's scope for everybody behind it, by these names."""

PRINCIPAL = "campana.principal"
"""who asks; missing where nobody is known"""
CSRF = "campana.csrf_token"
"""the token that a form of this session has to send back; missing without a session"""
ROUTE = "campana.route"
"""the template of the route the request is for; missing where there is none"""
