"""`campana doctor`: looks at everything a campaign needs, and says of each whether it is in order."""

import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass

from campana.bootstrap import Campana, mailer_of
from campana.domain.errors import CampanaError
from campana.domain.outcomes import CheckVerdict
from campana.engine.archiving.files import Folder
from campana.engine.credentials import open_credentials
from campana.engine.faults.kinds import Fault
from campana.engine.faults.looking import faults

SENDERS_ASKED = 20
_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


WELL = {
    Fault.CAMPAIGN_FAILED: "none within a day",
    Fault.CAMPAIGN_PAUSED: "none by the engine",
    Fault.CAMPAIGN_OVERDUE: "none",
    Fault.NO_WORKER: "somebody works, or nothing is to be done",
    Fault.LANE_WITHOUT_OWNER: "every sender with work has somebody who sends for it",
    Fault.PROVIDER_SLOW: "no host asks to send slower",
    Fault.ERROR_RATE: "few or none in the campaigns that run",
    Fault.QUEUE_STANDS: "what waits is leaving, or nothing waits",
    Fault.INBOX_STANDS: "what providers posted is worked off",
    Fault.WEBHOOK_SILENCE: "every sender that is busy is heard of, or has no webhook address",
    Fault.PUBLIC_URL: "can be reached by the provider, or need not be",
    Fault.DISK_LOW: "room enough",
    Fault.CLOCK_OFF: "as BizChat's",
    Fault.MAIL_FAILS: "the server takes letters, or none is set",
}
"""What is said of each fault that there is not."""


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
    yield _archive(campana)
    async for finding in _senders(campana):
        yield finding
    async for fault, sights in faults(campana.scene(post=mailer_of(campana.settings))):
        for sight in sights:
            yield Finding(fault, False, sight.text)
        if not sights:
            yield Finding(fault, True, WELL[fault])


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
                check = await campana.outside.providers[sender.provider].check(credentials)
            except (CampanaError, KeyError) as error:
                yield Finding(subject, False, str(error))
                continue
            yield Finding(subject, check.verdict is CheckVerdict.OK, check.reason)
    if asked == 0:
        yield Finding(
            "senders", False, "there is none yet; add one under Settings or with POST /api/v1/senders"
        )
