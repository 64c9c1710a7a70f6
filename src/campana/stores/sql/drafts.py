"""Drafts of campaigns, and the texts kept with templates."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from campana.domain.campaigns import Template
from campana.domain.drafts import SavedDraft, SavedTemplate
from campana.stores.sql.part import Part
from campana.stores.sql.schema import drafts, saved_templates


class Drafts(Part):
    """See the port."""

    async def save_draft(self, draft: SavedDraft) -> bool:
        values = {name: getattr(draft, name) for name in SavedDraft.__slots__} | {"typed": dict(draft.typed)}
        insert = self._database.insert(drafts)
        statement = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={"typed": insert.excluded.typed, "changed_at": insert.excluded.changed_at},
            where=drafts.c.user_id == insert.excluded.user_id,
        )
        return await self._database.change(statement, values) == 1

    async def draft(self, user_id: UUID, draft_id: UUID) -> SavedDraft | None:
        query = select(drafts).where(drafts.c.id == draft_id, drafts.c.user_id == user_id)
        row = await self._database.row(query)
        return None if row is None else _draft_of(row)

    async def drafts(self, user_id: UUID, *, limit: int) -> Sequence[SavedDraft]:
        query = select(drafts).where(drafts.c.user_id == user_id)
        latest = query.order_by(drafts.c.changed_at.desc(), drafts.c.id.desc()).limit(limit)
        return [_draft_of(row) for row in await self._database.rows(latest)]

    async def drop_draft(self, user_id: UUID, draft_id: UUID) -> bool:
        statement = delete(drafts).where(drafts.c.id == draft_id, drafts.c.user_id == user_id)
        return await self._database.change(statement) == 1

    async def save_template(self, template: SavedTemplate) -> None:
        insert = self._database.insert(saved_templates)
        replaced = ("texts", "changed_at", "changed_by")
        statement = insert.on_conflict_do_update(
            index_elements=["account_id", "name", "language"],
            set_={name: getattr(insert.excluded, name) for name in replaced},
        )
        values = {
            "id": template.id,
            "account_id": template.account_id,
            "name": template.template.name,
            "language": template.template.language,
            "texts": dict(template.texts),
            "changed_at": template.changed_at,
            "changed_by": template.changed_by,
        }
        await self._database.change(statement, values)

    async def saved_templates(self, account_id: UUID) -> Sequence[SavedTemplate]:
        query = select(saved_templates).where(saved_templates.c.account_id == account_id)
        ordered = query.order_by(saved_templates.c.name, saved_templates.c.language)
        return [_template_of(row) for row in await self._database.rows(ordered)]

    async def drop_template(self, account_id: UUID, template_id: UUID) -> bool:
        mine = saved_templates.c.account_id == account_id
        return (
            await self._database.change(
                delete(saved_templates).where(saved_templates.c.id == template_id, mine)
            )
            == 1
        )


def _draft_of(row: Row[Any]) -> SavedDraft:
    return SavedDraft(
        id=row.id,
        account_id=row.account_id,
        user_id=row.user_id,
        typed=row.typed,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _template_of(row: Row[Any]) -> SavedTemplate:
    return SavedTemplate(
        id=row.id,
        account_id=row.account_id,
        template=Template(row.name, row.language),
        texts=row.texts,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
