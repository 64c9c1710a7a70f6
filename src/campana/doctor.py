"""`campana doctor`: looks at everything a campaign needs, and says of each whether it is in order."""

import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from campana.bootstrap import Campana
from campana.domain.errors import CampanaError
from campana.domain.outcomes import CheckVerdict
from campana.engine.archiving.files import Folder
from campana.engine.credentials import open_credentials

SENDERS_ASKED = 20
CLOCK_TOLERANCE = timedelta(seconds=5)
OVERDUE_AFTER = timedelta(seconds=60)
_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    detail: str


async def examine(campana: Campana) -> AsyncIterator[Finding]:
    """Each finding as it is made. Settings and the database's form were in order, or we would not be here."""
    yield _secret_key(campana)
    kind = campana.settings.store_url.partition(":")[0]
    yield Finding("database", True, f"{kind}, in the form this version needs")
    yield await _engine(campana)
    yield _archive(campana)
    async for finding in _senders(campana):
        yield finding
    yield await _clock(campana)


def _secret_key(campana: Campana) -> Finding:
    if campana.settings.secret_key is not None:
        return Finding("secret key", True, "from CAMPANA_SECRET_KEY")
    path = campana.settings.data_dir / "secret_key"
    mode = path.stat().st_mode
    if mode & _OTHERS_MAY_READ:
        return Finding("secret key", False, f"{path} can be read by others; run: chmod 600 {path}")
    if path.stat().st_uid != os.geteuid():
        return Finding("secret key", False, f"{path} belongs to another user than the one who runs this")
    return Finding("secret key", True, f"in {path}")


async def _engine(campana: Campana) -> Finding:
    statistics = await campana.store.statistics()
    overdue = campana.tools.clock.now() - statistics.oldest_due if statistics.oldest_due else timedelta()
    if overdue > OVERDUE_AFTER:
        minutes = int(overdue.total_seconds() // 60)
        return Finding(
            "engine", False, f"a campaign is overdue by {minutes} min; run campana serve or campana worker"
        )
    return Finding("engine", True, f"nothing is overdue, {statistics.queued} messages wait to be sent")


def _archive(campana: Campana) -> Finding:
    settings = campana.settings
    if settings.archive_after_days is None:
        return Finding("archive", True, "off; CAMPANA_ARCHIVE_AFTER_DAYS moves old messages to files")
    complaint = Folder(settings.archive_folder).complaint()
    return Finding("archive", complaint is None, complaint or f"in {settings.archive_folder}")


async def _senders(campana: Campana) -> AsyncIterator[Finding]:
    asked = 0
    for account in await campana.store.accounts():
        page = await campana.store.senders(account.id, limit=SENDERS_ASKED)
        for sender in page.items:
            if asked >= SENDERS_ASKED:
                return
            asked += 1
            subject = f"sender {sender.name} of {account.name}"
            try:
                credentials = open_credentials(sender, campana.tools.vault)
                check = await campana.providers[sender.provider].check(credentials)
            except (CampanaError, KeyError) as error:
                yield Finding(subject, False, str(error))
                continue
            yield Finding(subject, check.verdict is CheckVerdict.OK, check.reason)
    if asked == 0:
        yield Finding(
            "senders", False, "there is none yet; add one under Settings or with POST /api/v1/senders"
        )


async def _clock(campana: Campana) -> Finding:
    """The provider's clock is as good as any other, and in reach whenever a campaign can be sent."""
    asked_at = campana.tools.clock.now()
    theirs = await campana.providers["bizchat"].time()
    if theirs is None:
        return Finding("clock", False, f"{asked_at:%Y-%m-%d %H:%M:%S} UTC here; BizChat could not be asked")
    off = abs(theirs - asked_at)
    if off > CLOCK_TOLERANCE:
        return Finding(
            "clock",
            False,
            f"off by {off.total_seconds():.0f} s against BizChat's; set it by NTP (timedatectl)",
        )
    return Finding("clock", True, f"{asked_at:%Y-%m-%d %H:%M:%S} UTC, as BizChat's")
