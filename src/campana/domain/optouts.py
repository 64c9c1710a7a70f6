"""What a person's own words say about being messaged: stop, or start again.

A message counts only when it is nothing but such a word: "don't stop" and "when does the sale end?" are
conversation. Where a word is in doubt it is in the table: one too many silences somebody who can write START,
one too few messages somebody against their will.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum

from campana.domain.errors import FieldProblem, InvalidInput

LONGEST_WORD = 60
MOST_WORDS = 100
_LONGEST_LOOKED_AT = 200


class Wish(StrEnum):
    """What a person asked for."""

    STOP = "stop"
    START = "start"


STOP_WORDS: tuple[tuple[str, str, str], ...] = (
    ("stop", "en", "CTIA's messaging principles; 47 CFR 64.1200(a)(10)"),
    ("stop all", "en", "what SMS gateways take for STOP"),
    ("quit", "en", "47 CFR 64.1200(a)(10)"),
    ("end", "en", "47 CFR 64.1200(a)(10)"),
    ("revoke", "en", "47 CFR 64.1200(a)(10)"),
    ("opt out", "en", "47 CFR 64.1200(a)(10)"),
    ("cancel", "en", "47 CFR 64.1200(a)(10)"),
    ("unsubscribe", "en", "47 CFR 64.1200(a)(10)"),
    ("unsub", "en", "short for unsubscribe"),
    ("unsubscribe me", "en", "unsubscribe, in a sentence"),
    ("remove me", "en", "usual in e-mail lists"),
    ("stop promotions", "en", "the label of WhatsApp's own opt-out button in marketing templates"),
    ("stop messages", "en", "stop, and what"),
    ("stop messaging me", "en", "stop, and what"),
    ("stop sending messages", "en", "stop, and what"),
    ("no more messages", "en", "stop, put the other way"),
    ("please stop", "en", "stop, politely"),
    ("stop please", "en", "stop, politely"),
    ("stop it", "en", "stop, less politely"),
    ("baja", "es", "Spain's word for leaving a list"),
    ("darme de baja", "es", "baja, in a sentence"),
    ("quiero darme de baja", "es", "baja, in a sentence"),
    ("dar de baja", "es", "baja, in a sentence"),
    ("dame de baja", "es", "baja, in a sentence"),
    ("alto", "es", "stop, in Mexico and Central America"),
    ("parar", "es", "stop"),
    ("basta", "es", "enough; Italian too"),
    ("cancelar", "es", "cancel; Portuguese too"),
    ("salir", "es", "leave"),
    ("desuscribir", "es", "unsubscribe"),
    ("desuscribirme", "es", "unsubscribe"),
    ("cancelar suscripción", "es", "unsubscribe"),
    ("no más mensajes", "es", "no more messages"),
    ("no quiero más mensajes", "es", "no more messages"),
    ("detener promociones", "es", "WhatsApp's opt-out button, translated"),
    ("sair", "pt", "Brazil's word for leaving a list"),
    ("pare", "pt", "stop"),
    ("para", "pt", "stop, as people say it"),
    ("descadastrar", "pt", "unsubscribe, in Brazil"),
    ("cancelar inscrição", "pt", "unsubscribe"),
    ("remover", "pt", "remove"),
    ("parar promoções", "pt", "WhatsApp's opt-out button, translated"),
    ("não quero mais mensagens", "pt", "no more messages"),
    ("ferma", "it", "stop"),
    ("fermare", "it", "stop"),
    ("cancella", "it", "cancel"),
    ("cancellami", "it", "take me off"),
    ("disiscrivi", "it", "unsubscribe"),
    ("disiscrivimi", "it", "unsubscribe"),
    ("annulla iscrizione", "it", "unsubscribe"),
    ("interrompi promozioni", "it", "WhatsApp's opt-out button, translated"),
    ("arrêt", "fr", "Canada's French STOP (CRTC)"),
    ("arrêter", "fr", "stop"),
    ("arrêtez", "fr", "stop"),
    ("désabonner", "fr", "unsubscribe"),
    ("désinscription", "fr", "unsubscribe"),
    ("se désinscrire", "fr", "unsubscribe"),
    ("me désinscrire", "fr", "unsubscribe"),
    ("stopp", "de", "stop; Swedish and Norwegian too"),
    ("abmelden", "de", "unsubscribe"),
    ("abbestellen", "de", "unsubscribe"),
    ("austragen", "de", "take off a list"),
    ("afmelden", "nl", "unsubscribe"),
    ("uitschrijven", "nl", "unsubscribe"),
    ("berhenti", "id", "stop; Malay too"),
    ("berhenti berlangganan", "id", "unsubscribe"),
    ("unreg", "id", "what Indonesian operators take"),
    ("henti", "ms", "stop"),
    ("batal", "id", "cancel; Malay too"),
    ("बंद", "hi", "off"),
    ("बंद करो", "hi", "stop it"),
    ("बन्द करो", "hi", "stop it, as it is also written"),
    ("बन्द करें", "hi", "stop it, as it is also written"),
    ("बंद करें", "hi", "stop it, politely; Nepali reads it too"),
    ("बंद कर दो", "hi", "stop it"),
    ("रोको", "hi", "stop it"),
    ("स्टॉप", "hi", "STOP in Devanagari"),
    ("मत भेजो", "hi", "do not send"),
    ("मैसेज मत भेजो", "hi", "do not send messages"),
    ("सदस्यता समाप्त करें", "hi", "unsubscribe"),
    ("प्रचार बंद करें", "hi", "WhatsApp's opt-out button, translated"),
    ("band karo", "hi-Latn", "बंद करो"),
    ("bandh karo", "hi-Latn", "बंद करो, as it is also written"),
    ("band kro", "hi-Latn", "बंद करो, as it is also written"),
    ("band kar do", "hi-Latn", "बंद कर दो"),
    ("band karein", "hi-Latn", "बंद करें"),
    ("mat bhejo", "hi-Latn", "मत भेजो"),
    ("msg mat bhejo", "hi-Latn", "मैसेज मत भेजो"),
    ("message mat bhejo", "hi-Latn", "मैसेज मत भेजो"),
    ("roko", "hi-Latn", "रोको"),
    ("बंद करा", "mr", "stop it"),
    ("थांबवा", "mr", "stop it"),
    ("બંધ કરો", "gu", "stop it"),
    ("বন্ধ করুন", "bn", "stop it"),
    ("ਬੰਦ ਕਰੋ", "pa", "stop it"),
    ("நிறுத்து", "ta", "stop"),
    ("நிறுத்தவும்", "ta", "stop, politely"),
    ("ఆపండి", "te", "stop, politely"),
    ("ఆపు", "te", "stop"),
    ("ನಿಲ್ಲಿಸಿ", "kn", "stop"),
    ("നിർത്തുക", "ml", "stop"),
    ("بند کرو", "ur", "stop it"),
    ("بند کریں", "ur", "stop it, politely"),
    ("توقف", "ar", "stop"),
    ("قف", "ar", "stop"),
    ("إيقاف", "ar", "stop"),
    ("إلغاء", "ar", "cancel"),
    ("إلغاء الاشتراك", "ar", "unsubscribe"),
    ("الغاء اشتراك", "ar", "unsubscribe"),
    ("لا ترسل", "ar", "do not send"),
    ("iptal", "tr", "cancel"),
    ("стоп", "ru", "stop; Ukrainian too"),
    ("отписаться", "ru", "unsubscribe"),
    ("הסר", "he", "remove: section 30A of Israel's communications law"),
    ("הסירו", "he", "remove"),
    ("từ chối", "vi", "refuse: Vietnam's decree 91/2020"),
    ("sitisha", "sw", "stop"),
    ("wypisz", "pl", "take me off"),
)
"""Word, language, and where it comes from. Case, accents, punctuation, spaces and emoji do not count.

Left out although they mean stop somewhere: Swahili's "acha" (Hindi: all right), Vietnam's "TC" (English:
take care), Turkish "dur" (Hindi: far).
"""

START_WORDS: tuple[tuple[str, str, str], ...] = (
    ("start", "en", "CTIA's messaging principles"),
    ("unstop", "en", "what SMS gateways take for START"),
    ("subscribe", "en", "unsubscribe's other way"),
    ("opt in", "en", "opt out's other way"),
    ("resume promotions", "en", "the other way of WhatsApp's opt-out button"),
    ("alta", "es", "baja's other way"),
    ("darme de alta", "es", "alta, in a sentence"),
    ("dame de alta", "es", "alta, in a sentence"),
    ("iniciar", "es", "start; Portuguese too"),
    ("empezar", "es", "start"),
    ("suscribirme", "es", "subscribe"),
    ("voltar", "pt", "come back"),
    ("inscrever", "pt", "subscribe"),
    ("inizia", "it", "start"),
    ("iscrivimi", "it", "subscribe"),
    ("reprendre", "fr", "resume"),
    ("s'abonner", "fr", "subscribe"),
    ("starten", "de", "start"),
    ("anmelden", "de", "subscribe"),
    ("aanmelden", "nl", "subscribe"),
    ("mulai", "id", "start"),
    ("mula", "ms", "start"),
    ("शुरू", "hi", "start"),
    ("शुरू करो", "hi", "start"),
    ("शुरू करें", "hi", "start, politely"),
    ("चालू करो", "hi", "switch on"),
    ("स्टार्ट", "hi", "START in Devanagari"),
    ("shuru karo", "hi-Latn", "शुरू करो"),
    ("chalu karo", "hi-Latn", "चालू करो"),
    ("सुरू करा", "mr", "start"),
    ("ابدأ", "ar", "start"),
    ("اشتراك", "ar", "subscribe"),
    ("başla", "tr", "start"),
    ("старт", "ru", "start; Ukrainian too"),
)
"""The same for coming back."""

_ALIKE = str.maketrans({"ı": "i", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": None})  # noqa: RUF001
"""letters that people write for each other, and the stroke that stretches Arabic words"""
_VIRAMA, _NO_MARK_OF_ITS_OWN = 9, 0


def key_of(text: str) -> str:
    """What two texts must share to be the same word: letters and digits, without case, accents and spaces."""
    # Twice: letters in fancy dress have no small form until they are undressed.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_ALIKE)
    return "".join(filter(_counts, folded))


def _counts(sign: str) -> bool:
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Mc"):
        # Accents and points go; the vowel signs of India's scripts are letters in all but name.
        return "\u0900" <= sign <= "\u0dff" and unicodedata.combining(sign) in (_NO_MARK_OF_ITS_OWN, _VIRAMA)
    return kind[0] in "LN"


_KNOWN: Mapping[str, Wish] = {
    **{key_of(word): Wish.STOP for word, _, _ in STOP_WORDS},
    **{key_of(word): Wish.START for word, _, _ in START_WORDS},
}


class Vocabulary:
    """The words of the table and those that an account adds."""

    def __init__(self, stop: Iterable[str] = (), start: Iterable[str] = ()) -> None:
        own = {key_of(word): Wish.STOP for word in stop} | {key_of(word): Wish.START for word in start}
        self._known = {**own, **_KNOWN}

    def wish_of(self, text: str) -> Wish | None:
        """What a message, or a button's label, asks for; None where it is conversation."""
        return self._known.get(key_of(text)) if len(text) <= _LONGEST_LOOKED_AT else None


def checked_words(stop: Iterable[str], start: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """An account's own words as they are kept: trimmed, each once. Raises InvalidInput with every problem."""
    problems: list[FieldProblem] = []
    stops = _checked("stop_words", stop, Wish.STOP, _KNOWN, problems)
    taken = {**_KNOWN, **{key_of(word): Wish.STOP for word in stops}}
    starts = _checked("start_words", start, Wish.START, taken, problems)
    if problems:
        raise InvalidInput(problems)
    return stops, starts


def _checked(
    field: str, words: Iterable[str], wish: Wish, taken: Mapping[str, Wish], problems: list[FieldProblem]
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        key = key_of(word)
        if not key or len(word.strip()) > LONGEST_WORD:
            message = f"must have a letter or digit, and {LONGEST_WORD} characters at most"
            problems.append(FieldProblem(f"{field}.{index}", message))
        elif taken.get(key, wish) is not wish:
            problems.append(FieldProblem(f"{field}.{index}", f"{word.strip()!r} means {taken[key]} already"))
        else:
            found.setdefault(key, word.strip())
    if len(found) > MOST_WORDS:
        problems.append(FieldProblem(field, f"{MOST_WORDS} words are the most"))
    return tuple(found.values())
