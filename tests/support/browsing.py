"""A browser as the server sees one: it keeps cookies and sends forms back with the token of the page.

Tests may take any part of that away."""

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from tests.support.house import Answer, House

PASSWORD = "a rather long secret"


@dataclass
class Surfer:
    """Somebody with a browser of their own."""

    house: House
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    set_cookies: list[str] = field(default_factory=list)
    """of the last answer"""

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """A request with the cookies there are; redirects are not followed."""
        headers = {"Accept": "text/html"} | options.pop("headers", {})
        if self.cookies and "Cookie" not in headers:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        assert self.house.session is not None
        async with self.house.session.request(
            method, self.house.url + path, headers=headers, allow_redirects=False, **options
        ) as got:
            answer = Answer(got.status, dict(got.headers), await got.read())
            self._keep(got.headers.getall("Set-Cookie", []))
        found = re.search(rb'name="csrf-token" content="([0-9a-f]*)"', answer.body)
        if found:
            self.token = found.group(1).decode()
        return answer

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, fields: dict[str, str] | None = None, **options: Any) -> Answer:
        """A form of the last page, sent back."""
        return await self.ask("POST", path, data={"csrf_token": self.token} | (fields or {}), **options)

    async def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> Answer:
        """Open the page and send it back."""
        await self.get("/sign-in")
        return await self.post("/sign-in", {"email": email, "password": password} | fields)

    @property
    def session(self) -> str:
        """The session's cookie."""
        return self.cookies["campana-session"]

    def _keep(self, headers: list[str]) -> None:
        self.set_cookies = headers
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


async def arrived(house: House, who: str) -> Surfer:
    """Somebody of the cast, signed in without a password: hashing takes its time."""
    headers = await house.session_headers(who)
    name, _, value = headers["Cookie"].partition("=")
    return Surfer(house, {name: value}, headers["X-CSRF-Token"])


async def with_passwords(house: House) -> House:
    """The same house, whose people can sign in."""
    hashed = await house.services.accounts.passwords.hashed(PASSWORD)
    for user in await house.store.users():
        await house.store.set_password(user.id, hashed)
    return house
