"""Passwords: what a good one is, and argon2id hashes of them."""

import asyncio
import functools
import string
import unicodedata
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from campana.domain.errors import FieldProblem, InvalidInput

SHORTEST = 10
LONGEST = 1000
FEWEST_CHARACTERS = 4
"""different ones"""
_TAIL = string.digits + "!@#$._-*"
AT_ONCE = 2
"""hashes under way; each takes 64 MiB for a tenth of a second, and strangers can ask for them"""
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$NAZ+a/2U09e2cUpKeZbWzQ$FW4zwNxamtARx+klKyUEssDTYEKydzYnvE2B35RsmvA"
"""of a password that was thrown away: looking somebody up who is not there takes as long as a wrong
password"""


class Passwords:
    """Hashes and compares, beside the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """The argon2id hash to keep."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of that hash. Takes as long where there is no hash."""
        async with self._room:
            right = await asyncio.to_thread(self._verify, kept or _NOBODYS, _normal(password[:LONGEST]))
        return right and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def password_problems(password: str, *, email: str = "", field: str = "password") -> list[FieldProblem]:
    """Everything that speaks against it. `email` is whose it is to be: neither that nor a part of it will
    do."""
    told = _normal(password).casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        return [FieldProblem(field, f"a password has at least {SHORTEST} characters, and at most {LONGEST}")]
    if len(set(told)) < FEWEST_CHARACTERS:
        return [FieldProblem(field, f"use at least {FEWEST_CHARACTERS} different characters")]
    own = email.strip().casefold()
    core = told.rstrip(_TAIL)  # sunshine2024! is no better than sunshine
    if {told, core} & _commonest() or (own and {told, core} & {own, own.partition("@")[0]}):
        return [
            FieldProblem(field, "this is one of the first passwords that anybody would try; take another")
        ]
    return []


def check_password(password: str, *, email: str = "", field: str = "password") -> None:
    """Raises InvalidInput for a password that will not do."""
    if problems := password_problems(password, email=email, field=field):
        raise InvalidInput(problems)


@functools.cache
def _commonest() -> frozenset[str]:
    """Words, and rows of digits and keys, that lists of stolen passwords begin with."""
    text = files(__package__).joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split("\n"))


def _normal(password: str) -> str:
    """The same letters in the same way, however a keyboard puts them together."""
    return unicodedata.normalize("NFKC", password)
