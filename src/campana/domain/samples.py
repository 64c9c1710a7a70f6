"""Made-up recipients for trying things out. Their numbers are real ones that nobody has.

The North American Numbering Plan keeps +1 … 555-0100 to 555-0199 for fiction in every area code: a sample
that ends up at a real provider by mistake reaches nobody.
"""

from collections.abc import Iterator

COLUMNS = ("Name", "WhatsApp number", "City", "Order no")
MOST = 10_000

_AREAS = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 "
    "240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 "
    "313 314 315 316 317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 "
    "404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 432 434 435 440 443 469 478 479 "
    "480 484 501 502"
)
_NAMES = ("Asha", "Ravi", "Meera", "Arjun", "Lakshmi", "Imran", "Priya", "Daniel", "Fatima", "Vikram", "José")
_CITIES = ("Kolkata", "Pune", "Chennai", "", "Delhi", "Kochi", "Jaipur")


def sample_recipients(count: int) -> Iterator[dict[str, str]]:
    """So many different people, by COLUMNS; some have no city. Raises ValueError beyond MOST."""
    if count > MOST:
        raise ValueError(f"there are {MOST} numbers that nobody has, not {count}")
    areas = _AREAS.split()
    for index in range(count):
        last, area = divmod(index, len(areas))
        values = (
            _NAMES[index % len(_NAMES)],
            f"+1 {areas[area]} 555 01{last:02}",
            _CITIES[index % len(_CITIES)],
            f"A-{1000 + index}",
        )
        yield dict(zip(COLUMNS, values, strict=True))
