"""Drafts of campaigns, and the texts kept with templates."""

from collections.abc import Sequence
from uuid import UUID

from campana.domain.drafts import SavedDraft, SavedTemplate
from campana.stores.mongo.documents import document_of, plain, thing_of, update_of
from campana.stores.mongo.part import Part

_REPLACED = ("texts", "changed_at", "changed_by")


class Drafts(Part):
    """See the port."""

    async def save_draft(self, draft: SavedDraft) -> bool:
        drafts = self._database["drafts"]
        await drafts.add_missing([document_of(draft)])
        mine = {"_id": str(draft.id), "userId": str(draft.user_id)}
        return await drafts.change(
            mine, {"$set": {"typed": plain(draft.typed), "changedAt": draft.changed_at}}
        )

    async def draft(self, user_id: UUID, draft_id: UUID) -> SavedDraft | None:
        found = await self._database["drafts"].find({"_id": str(draft_id), "userId": str(user_id)})
        return None if found is None else thing_of(SavedDraft, found)

    async def drafts(self, user_id: UUID, *, limit: int) -> Sequence[SavedDraft]:
        latest = [("changedAt", -1), ("_id", -1)]
        found = await self._database["drafts"].find_all({"userId": str(user_id)}, order=latest, limit=limit)
        return [thing_of(SavedDraft, one) for one in found]

    async def drop_draft(self, user_id: UUID, draft_id: UUID) -> bool:
        return await self._database["drafts"].remove({"_id": str(draft_id), "userId": str(user_id)}) == 1

    async def save_template(self, template: SavedTemplate) -> None:
        templates = self._database["savedTemplates"]
        await templates.add_missing([document_of(template)])
        this = {
            "accountId": str(template.account_id),
            "template.name": template.template.name,
            "template.language": template.template.language,
        }
        await templates.change(this, update_of({name: getattr(template, name) for name in _REPLACED}))

    async def saved_templates(self, account_id: UUID) -> Sequence[SavedTemplate]:
        order = [("template.name", 1), ("template.language", 1)]
        found = await self._database["savedTemplates"].find_all({"accountId": str(account_id)}, order=order)
        return [thing_of(SavedTemplate, one) for one in found]

    async def drop_template(self, account_id: UUID, template_id: UUID) -> bool:
        mine = {"_id": str(template_id), "accountId": str(account_id)}
        return await self._database["savedTemplates"].remove(mine) == 1
