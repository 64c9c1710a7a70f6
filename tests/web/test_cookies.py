"""Cookies while the secret key is changed: nobody has to sign in anew, and what no key signed is nothing."""

from starlette.responses import Response

from campana.web.cookies import Cookies

OLD, NEW = "o" * 43, "n" * 43


def header(cookies: Cookies) -> str:
    """What a browser sends back."""
    response = Response()
    cookies.put(response, "session", "token")
    return response.headers["Set-Cookie"].partition(";")[0]


def test_a_cookie_of_the_key_before_is_still_read():
    before, during, after = (Cookies(keys, secure=True) for keys in ([OLD], [NEW, OLD], [NEW]))
    assert during.read(header(before), "session") == "token"
    assert after.read(header(before), "session") is None


def test_new_cookies_are_signed_with_the_new_key():
    during, after = Cookies([NEW, OLD], secure=True), Cookies([NEW], secure=True)
    assert after.read(header(during), "session") == "token"


def test_a_cookie_of_one_kind_is_none_of_another():
    cookies = Cookies([NEW], secure=True)
    moved = header(cookies).replace("campana-session", "campana-visitor")
    assert cookies.read(moved, "visitor") is None
