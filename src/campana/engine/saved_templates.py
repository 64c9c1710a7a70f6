"""The texts an account uses with its templates, to be taken again in the next campaign."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from campana.domain.accounts import Principal
from campana.domain.audit import AuditAction, Subject
from campana.domain.campaigns import Template
from campana.domain.drafts import SavedTemplate, message_parts
from campana.domain.errors import FieldProblem, InvalidInput, NotFound
from campana.domain.permissions import Action, permit
from campana.engine.audit import Audit
from campana.engine.composing import told_by_field
from campana.engine.ids import new_id
from campana.engine.ports import Clock, Store
from campana.engine.template_rules import template_problems


class SavedTemplates:
    """Keeps one set of texts for each template and language of the account."""

    def __init__(self, store: Store, audit: Audit, *, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    async def keep(self, principal: Principal, typed: Mapping[str, str]) -> SavedTemplate:
        """Keep the message of a draft under its template, in place of what was kept there. Raises
        InvalidInput, by the page's fields, when it names no template."""
        permit(principal, Action.CAMPAIGN)
        template = Template(
            typed.get("template_name", "").strip(), typed.get("template_language", "").strip()
        )
        problems = told_by_field((), template_problems(template))
        if problems:
            raise InvalidInput(FieldProblem(*each) for each in problems.items())
        saved = SavedTemplate(
            id=new_id(),
            account_id=principal.account_id,
            template=template,
            texts=message_parts(typed),
            changed_at=self._clock.now(),
            changed_by=principal.user_id,
        )
        await self._store.save_template(saved)
        await self._audit.note(principal, AuditAction.TEMPLATE_KEPT, _subject(saved))
        return saved

    async def find(self, principal: Principal) -> Sequence[SavedTemplate]:
        """All of the account's, by name and language."""
        permit(principal, Action.CAMPAIGN)
        return await self._store.saved_templates(principal.account_id)

    async def over(
        self, principal: Principal, template_id: UUID, typed: Mapping[str, str]
    ) -> Mapping[str, str]:
        """What was typed, with the kept message in place of its own. Raises NotFound."""
        saved = await self._one(principal, template_id)
        if saved is None:
            raise NotFound("there is no such saved template")
        rest = {name: text for name, text in typed.items() if name not in message_parts(typed)}
        named = {"template_name": saved.template.name, "template_language": saved.template.language}
        return {**rest, **named, **saved.texts}

    async def drop(self, principal: Principal, template_id: UUID) -> None:
        """Forget the texts; those that are not there are gone already."""
        permit(principal, Action.CAMPAIGN)
        saved = await self._one(principal, template_id)
        if saved is not None and await self._store.drop_template(principal.account_id, template_id):
            await self._audit.note(principal, AuditAction.TEMPLATE_FORGOTTEN, _subject(saved))

    async def _one(self, principal: Principal, template_id: UUID) -> SavedTemplate | None:
        return next((each for each in await self.find(principal) if each.id == template_id), None)


def _subject(saved: SavedTemplate) -> Subject:
    return Subject("template", saved.id, f"{saved.template.name} {saved.template.language}")
