"""Tokens: made of chance, given out once, kept as digests."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token(prefix: str = "") -> str:
    """256 random bits in letters that fit a URL, a header and a cookie."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token. It has too many random bits to be guessed through a plain SHA-256, and finding
    it stays one look-up."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
