"""The words people write above a column of phone numbers or names, and which of them to believe first.

English, Spanish, Portuguese, French, Italian, German, Dutch, Polish, Turkish, Indonesian, Russian and Hindi.
Looks at one heading at a time, never at what stands below it.
"""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(heading: str) -> str:
    """Lower case, no accents, single spaces, CamelCase taken apart: "WhatsApp No." becomes "whatsapp no"."""
    parts = unicodedata.normalize("NFKD", _CAMEL.sub(" ", heading)).casefold()
    # Not the `w` class of `re`: it takes the vowel signs of Indian scripts for punctuation.
    letters = (
        c if unicodedata.category(c)[0] in "LNM" else " " for c in parts if not unicodedata.combining(c)
    )
    return " ".join("".join(letters).split()).replace("whats app", "whatsapp")


def _set(text: str) -> frozenset[str]:
    return frozenset(_words(word) for word in text.split())


_WHATSAPP = _set("whatsapp wa watsapp whatsap wapp wtsapp")
_MOBILE = _set(
    "mobile mobiles mob cell cellphone cellular cel movil celular telemovel cellulare handy mobil "
    "mobiltelefon mobiel portable gsm msisdn hp ponsel smartphone komorka cep мобильный मोबाइल मोबाईल"
)
_PHONE = _set(
    "phone phones ph fone telephone tel telf telef telefono telefone telefon telefoon telepon telp fon "
    "rufnummer durbhash телефон телефона फोन"
)
_CONTACT = _set("contact contacts contacto contato contatto kontakt kontak sampark संपर्क")
_NUMBER = _set(
    "number numbers no nos num nr nbr numero numeros numer nummer nomor nambar namber numar номер नंबर नम्बर"
)
_DETAILS = _set("details detail info")
_SECOND_CHOICE = _set(
    "alternate alternative alt secondary second other emergency home office work landline 2 3"
)
_NOT_A_PHONE = _set(
    "type kind status verified valid date time id model fax ext extension email mail name address nombre "
    "nome nom"
)
_COMPOUND = re.compile(r"(?P<stem>\w{2,}?)(?P<number>number|num|no|nummer|nr|numero|nomor)?\d?")

_NAME = _set("name names nombre nombres nome nomes nom namen naam nama nam imie isim имя नाम")
_FIRST = _set("first fname given vorname prenom primer primeiro firstname forename voornaam")
_WHOSE = _set(
    "full complete customer customers client clients contact person member student guest patient lead "
    "recipient subscriber buyer employee donor parent whatsapp display applicant candidate tenant "
    "attendee your of the s completo completa del de do da di du cliente clientes kunde kunden des der "
    "klient vollstandiger lengkap pelanggan grahak poora pura"
)
_PERSON = _set("customer client recipient person guest patient member student cliente kunde")

_RANKS = ((5.0, _WHATSAPP), (4.0, _MOBILE), (3.0, _PHONE))


def phone_rank(heading: str) -> float:
    """How much a heading promises phone numbers that WhatsApp knows; 0 when it promises none.

    WhatsApp comes before mobile, phone, "contact no", and last bare "number" and "contact", which often mean
    something else and count only when they stand alone.
    """
    words = _words(heading).split()
    parts = {part for word in words for part in _parts(word)}
    if not words or parts & _NOT_A_PHONE:
        return 0.0
    rank = next((rank for rank, known in _RANKS if parts & known), 0.0)
    if not rank and parts & _CONTACT and parts & _NUMBER:
        rank = 2.0
    if not rank and parts <= (_CONTACT | _NUMBER | _DETAILS):
        return 1.0
    return rank - 0.5 if rank and parts & _SECOND_CHOICE else rank


def name_rank(heading: str) -> float:
    """How much a heading promises people's names; 0 when it promises others, like a company's or a file's."""
    words = _words(heading).split()
    parts = set(words)
    if len(words) == 1 and words[0] in _NAME:
        return 5.0
    if parts & _FIRST and parts <= (_FIRST | _NAME | _WHOSE):
        return 3.0
    if parts & _NAME and parts <= (_NAME | _WHOSE):
        return 4.0
    if words == ["contact", "person"] or (len(words) == 1 and words[0] in _PERSON):
        return 2.0
    return 0.0


def _parts(word: str) -> tuple[str, ...]:
    """The word, and where it is one like "mobileno" or "Handynummer", what it is made of."""
    compound = _COMPOUND.fullmatch(word)
    if compound is None or not compound["number"]:
        return (word, compound["stem"]) if compound else (word,)
    return (word, compound["stem"], "number")
