"""Recipients that come in by a page's form: a file, or what was pasted from a sheet."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request

from campana.domain.accounts import Principal
from campana.domain.consent import consent_of
from campana.domain.errors import InvalidInput
from campana.domain.permissions import Action, permit
from campana.domain.recipients import RecipientList
from campana.engine.imports import Imports

MOST_FIELDS = 400
MOST_PASTED = 8 * 1024 * 1024
PASTED = "pasted.csv"


@dataclass(frozen=True, slots=True)
class Upload:
    """What a form brought: its texts, and the file among them where one was chosen."""

    texts: Mapping[str, str] = field(repr=False)
    file: UploadFile | None

    @property
    def replaces(self) -> UUID | None:
        """The list that this one takes the place of, as when only its columns were chosen anew."""
        try:
            return UUID(self.texts.get("replaces", ""))
        except ValueError:
            return None

    def check_consent(self) -> None:
        """Raises InvalidInput where it is not said where the people agreed."""
        if not self.texts.get("consent_source", "").strip():
            raise InvalidInput.of("consent_source", "say where the people agreed to be messaged")

    async def import_into(self, imports: Imports, principal: Principal) -> RecipientList:
        """The list made of it. Raises InvalidInput with every reason, under the form's fields."""
        if self.file is not None:
            return await self._add(imports, principal, self.file.filename or "", self.file.file)
        pasted = self.texts.get("pasted", "")
        if not pasted.strip():
            raise InvalidInput.of("file", "choose a file, or paste the recipients")
        with tempfile.TemporaryFile() as made:
            made.write(pasted.encode())
            made.seek(0)
            return await self._add(imports, principal, PASTED, made)

    async def _add(self, imports: Imports, principal: Principal, name: str, file: BinaryIO) -> RecipientList:
        made = await imports.add_file(
            principal,
            name,
            file,
            self.texts.get("country", ""),
            phone_column=self.texts.get("phone_column"),
            name_column=self.texts.get("name_column"),
            sheet=self.texts.get("sheet"),
            consent=consent_of(*(self.texts.get(f"consent_{part}", "") for part in ("source", "at", "note"))),
        )
        return made.recipients


@asynccontextmanager
async def taken(request: Request, principal: Principal) -> AsyncIterator[Upload]:
    """The form of the request. Nobody who may not upload gets to send a hundred megabytes first."""
    permit(principal, Action.UPLOAD)
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_PASTED) as form:
        file = form.get("file")
        given = file if isinstance(file, UploadFile) and (file.filename or file.size) else None
        yield Upload({name: text for name, text in form.items() if isinstance(text, str)}, given)


def is_script(request: Request) -> bool:
    """Whether a script of ours asks, which wants parts of a page and problems by field."""
    return "application/json" in request.headers.get("accept", "")
