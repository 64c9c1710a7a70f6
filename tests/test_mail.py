"""Mail, to a server that speaks SMTP and remembers what it heard."""

import pytest

from campana.domain.errors import ConfigurationError
from campana.mail import SmtpMailer
from tests.support.post_office import open_post_office
from tests.support.product import free_port


@pytest.fixture
async def office():
    async with open_post_office() as office:
        yield office


async def test_a_letter_arrives_as_it_was_written(office):
    mailer = SmtpMailer(f"smtp://127.0.0.1:{office.port}", "campana@shop.test")
    assert await mailer.send("olga@shop.test", "Grüße", "Open\nhttps://campana.test/reset?token=abc\n")
    letter = office.letter
    assert (letter["From"], letter["To"]) == ("campana@shop.test", "olga@shop.test")
    assert "https://campana.test/reset?token=abc" in letter.get_payload(decode=True).decode()


async def test_a_password_is_never_sent_in_the_clear(office):
    mailer = SmtpMailer(f"smtp://campana:swordfish@127.0.0.1:{office.port}", "campana@shop.test")
    assert not await mailer.send("olga@shop.test", "Hello", "Hello")
    assert not any("AUTH" in line.upper() or "DATA" in line.upper() for line in office.heard)


async def test_a_server_that_is_not_there_is_told_in_the_log_without_the_letter(capsys):
    mailer = SmtpMailer("smtp://campana:swordfish@127.0.0.1:1", "campana@shop.test")
    assert not await mailer.send("olga@shop.test", "Hello", "a secret link")
    told = capsys.readouterr().out
    assert "mail.failed" in told
    assert not [word for word in ("secret link", "swordfish", "olga") if word in told]


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        *(("mail.test", "a@b.test"), ("http://mail.test", "a@b.test"), ("smtp://", "a@b.test")),
        *(("smtp://mail.test:x", "a@b.test"), ("smtp://mail.test", "")),
    ],
)
def test_what_is_no_mail_server_is_refused_without_repeating_it(url, sender):
    with pytest.raises(ConfigurationError) as caught:
        SmtpMailer(url, sender)
    assert "CAMPANA_" in str(caught.value)
    assert "mail.test" not in str(caught.value)


async def test_a_server_is_tried_without_a_letter(office):
    assert await SmtpMailer(f"smtp://127.0.0.1:{office.port}", "campana@shop.test").trouble() is None
    assert not any(line.upper().startswith(("MAIL", "DATA")) for line in office.heard)
    nobody = SmtpMailer(f"smtp://olga:secret@127.0.0.1:{free_port()}", "campana@shop.test")
    assert "secret" not in (await nobody.trouble() or "secret")
