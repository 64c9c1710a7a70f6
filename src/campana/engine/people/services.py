"""Everything about people in one bundle, put together."""

from dataclasses import dataclass
from typing import Self

from campana.engine.accounts import Accounts
from campana.engine.audit import Audit
from campana.engine.people.invitations import Invitations
from campana.engine.people.keys import Keys
from campana.engine.people.links import Links
from campana.engine.people.resets import PasswordResets
from campana.engine.people.second_factor import SecondFactors
from campana.engine.people.sessions import Sessions
from campana.engine.people.set_up import SetUp
from campana.engine.people.signing_in import Checks, SigningIn
from campana.engine.people.team import Team
from campana.engine.people.throttle import Throttle
from campana.engine.ports import Clock, Mailer, Store, Vault


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """Who comes in, and how."""

    sessions: Sessions
    signing_in: SigningIn
    second_factors: SecondFactors
    passwords: PasswordResets
    team: Team
    invitations: Invitations
    keys: Keys
    set_up: SetUp
    links: Links

    @classmethod
    def over(
        cls,
        store: Store,
        accounts: Accounts,
        audit: Audit,
        *,
        clock: Clock,
        vault: Vault,
        public_url: str,
        mailer: Mailer | None = None,
    ) -> Self:
        """The services on that store; without a mailer links are handed out by hand."""
        sessions = Sessions(store, clock, audit)
        second_factors = SecondFactors(store, vault, clock, audit=audit, sessions=sessions)
        links = Links(store, clock, public_url, mailer)
        invitations = Invitations(store, links, audit)
        checks = Checks(accounts.passwords, second_factors, Throttle(store, clock), links, sessions)
        return cls(
            sessions=sessions,
            signing_in=SigningIn(store, clock, audit, checks),
            second_factors=second_factors,
            passwords=PasswordResets(store, audit, checks),
            team=Team(
                store,
                links,
                accounts,
                audit=audit,
                second_factors=second_factors,
                invitations=invitations,
            ),
            invitations=invitations,
            keys=Keys(store, accounts, audit),
            set_up=SetUp(store, links, accounts),
            links=links,
        )
