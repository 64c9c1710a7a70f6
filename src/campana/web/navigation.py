"""The pages that the navigation leads to, and for whom. An entry shows once its page is there."""

from dataclasses import dataclass

from campana.domain.accounts import Principal, Role


def marked(text: str) -> str:
    """The text itself, marked for the catalogue; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Entry:
    """`role` is the least that sees it; `admin` says that only platform admins do."""

    path: str
    name: str
    icon: str
    role: Role = Role.VIEWER
    admin: bool = False

    def is_for(self, person: Principal) -> bool:
        """Whether it is shown to that person."""
        return person.admin if self.admin else person.role.includes(self.role)

    def is_at(self, path: str) -> bool:
        """Whether the page at `path` lies below it."""
        return path == self.path or (self.path != "/" and path.startswith(self.path + "/"))


NAVIGATION = (
    Entry("/", marked("Dashboard"), icon="layout-dashboard"),
    Entry("/send", marked("Send Messages"), icon="send", role=Role.OPERATOR),
    Entry("/campaigns", marked("Campaign History"), icon="history"),
    Entry("/reports", marked("Reports"), icon="chart-bar"),
    Entry("/recipients", marked("Recipients"), icon="users"),
    Entry("/opt-outs", marked("Opt-outs"), icon="hand-stop"),
    Entry("/settings", marked("Settings"), icon="settings"),
    Entry("/team", marked("Team"), icon="users-group", role=Role.OWNER),
    Entry("/admin", marked("Admin"), icon="building-skyscraper", admin=True),
)
"""in the order of the day's work"""
