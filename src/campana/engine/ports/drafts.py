"""Drafts of campaigns, one person's each, and the texts an account keeps with its templates."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from campana.domain.drafts import SavedDraft, SavedTemplate


class Drafts(Protocol):
    """Kept as given; what was typed is for the engine to judge. A draft is found only with its user's id."""

    async def save_draft(self, draft: SavedDraft) -> bool:
        """Add the draft, or replace what was typed in it and when; False where another user has that id."""

    async def draft(self, user_id: UUID, draft_id: UUID) -> SavedDraft | None: ...
    async def drafts(self, user_id: UUID, *, limit: int) -> Sequence[SavedDraft]:
        """The user's drafts, the one changed last first."""

    async def drop_draft(self, user_id: UUID, draft_id: UUID) -> bool: ...

    async def save_template(self, template: SavedTemplate) -> None:
        """Add it, or replace the texts the account has for that template name and language."""

    async def saved_templates(self, account_id: UUID) -> Sequence[SavedTemplate]:
        """By name and language."""

    async def drop_template(self, account_id: UUID, template_id: UUID) -> bool: ...
