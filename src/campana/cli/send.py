"""`campana send`: the main job from a shell. From a file to a campaign and, with --wait, to its end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from campana.bootstrap import Campana, built
from campana.cli.output import FAILED, WRONG_USAGE, console, errors, fail, run
from campana.cli.progress import follow
from campana.config import load_settings
from campana.domain.accounts import Principal
from campana.domain.campaigns import OnDailyLimit, Template
from campana.domain.errors import FieldProblem, InvalidInput
from campana.domain.recipients import RecipientList
from campana.domain.senders import Sender
from campana.domain.times import parse_duration
from campana.engine.ports import CampaignView
from campana.engine.requests import CampaignRequest

MOST_SENDERS = 500
PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for on the command line."""

    file: Path
    template: Template
    fields: dict[str, str]
    at: str | None
    after: str | None
    sender: str | None
    name: str
    country: str | None
    user: str | None
    on_daily_limit: OnDailyLimit
    wait: bool


def send(
    file: Annotated[
        Path,
        typer.Argument(help="Recipients: .xlsx, .xls or .csv.", dir_okay=False, exists=True, readable=True),
    ],
    *,
    template: Annotated[str, typer.Option(help="Name of the approved template.")],
    language: Annotated[str, typer.Option(help="Its language, exactly as approved, such as en_US.")],
    field: Annotated[
        list[str] | None, typer.Option(metavar="field_1='Hi {name}'", help="A field; may be repeated.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="ISO", help="When, as ISO 8601 with an offset.")] = None,
    after: Annotated[str | None, typer.Option("--in", metavar="2m", help="When, counted from now.")] = None,
    sender: Annotated[str | None, typer.Option(help="Name of the sender, if there are several.")] = None,
    name: Annotated[str | None, typer.Option(help="The campaign's name; by default the file's.")] = None,
    country: Annotated[
        str | None, typer.Option(help="Country of national numbers, such as IN; by default the sender's.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail address of the user who sends.")] = None,
    on_daily_limit: Annotated[
        OnDailyLimit, typer.Option(help="What to do when the day has no room for all.")
    ] = OnDailyLimit.FAIL,
    wait: Annotated[bool, typer.Option("--wait", help="Show progress until it has ended.")] = False,
) -> None:
    """Send a template to everybody in a file: at once, or at a time.

    Ends with status 1 when, with --wait, not everybody was sent to.
    """
    if at is not None and after is not None:
        fail("--at and --in both say when; give one of them", WRONG_USAGE)
    order = Order(
        file=file,
        template=Template(template, language),
        fields=_fields(field or []),
        at=at,
        after=after,
        sender=sender,
        name=name or file.stem,
        country=country,
        user=user,
        on_daily_limit=on_daily_limit,
        wait=wait,
    )
    if not run(_send(order)):
        raise typer.Exit(FAILED)


def _fields(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    wrong = [text for text, (_, equals, _) in zip(given, pairs, strict=True) if not equals]
    if wrong:
        fail(f"--field {wrong[0]!r} has no =; write it like --field field_1='Hi {{name}}'", WRONG_USAGE)
    return {key.strip(): value for key, _, value in pairs}


async def _send(order: Order) -> bool:
    async with built(load_settings()) as campana:
        principal = await campana.services.accounts.acting(order.user)
        sender = await _sender(campana, principal, order.sender)
        scheduled_at = _when(campana, order)
        recipients = await _import(campana, principal, order, sender)
        try:
            view = await campana.services.campaigns.create(
                principal,
                CampaignRequest(
                    name=order.name,
                    sender_id=sender.id,
                    template=order.template,
                    fields=order.fields,
                    recipient_list_id=recipients.id,
                    scheduled_at=scheduled_at,
                    on_daily_limit=order.on_daily_limit,
                ),
            )
        except InvalidInput:
            await campana.services.lists.delete(principal, recipients.id)
            raise
        _tell(view, recipients, sender)
        return await follow(campana, view, sender) if order.wait else True


def _when(campana: Campana, order: Order) -> str:
    if order.after is None:
        return order.at or "now"
    return (campana.tools.clock.now() + parse_duration(order.after)).isoformat()


async def _sender(campana: Campana, principal: Principal, name: str | None) -> Sender:
    known = (await campana.services.senders.find(principal, limit=MOST_SENDERS)).items
    found = [sender for sender in known if name is None or sender.name == name]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sender.name for sender in known) or "none yet"
    wanted = f"there is no sender {name!r}" if name else "name the sender with --sender"
    raise InvalidInput([FieldProblem("--sender", f"{wanted}; senders: {names}")])


async def _import(campana: Campana, principal: Principal, order: Order, sender: Sender) -> RecipientList:
    with order.file.open("rb") as file:
        recipients, _, problems = await campana.services.imports.add_file(
            principal, order.file.name, file, order.country or sender.country
        )
    for problem in problems[:PROBLEMS_SHOWN]:
        errors.print(f"row {problem.row}, {problem.column}: {problem.reason}", markup=False, style="yellow")
    if len(problems) > PROBLEMS_SHOWN:
        more = recipients.invalid + recipients.duplicates - PROBLEMS_SHOWN
        errors.print(f"… and {more} more rows with problems", style="yellow")
    return recipients


def _tell(view: CampaignView, recipients: RecipientList, sender: Sender) -> None:
    left_out = recipients.invalid + recipients.duplicates
    console.print(
        f"Campaign {view.campaign.id}: {recipients.valid} people"
        + (f" ({left_out} rows left out)" if left_out else "")
        + f", sender {sender.name}, at {view.campaign.scheduled_at:%Y-%m-%d %H:%M:%S} UTC",
        markup=False,
        soft_wrap=True,
    )
