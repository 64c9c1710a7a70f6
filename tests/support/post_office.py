"""A server that speaks SMTP and remembers what it heard."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_string
from email.message import Message


class PostOffice:
    """Takes letters in the clear; offers neither STARTTLS nor to sign in."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 office.test\r\n")
        in_letter = False
        while line := (await reader.readline()).decode():
            self.heard.append(line)
            if in_letter:
                in_letter = line != ".\r\n"
                answer = None if in_letter else b"250 taken\r\n"
            else:
                in_letter = line.upper().startswith("DATA")
                answer = b"354 go on\r\n" if in_letter else b"250 office.test\r\n"
            if line.upper().startswith("QUIT"):
                answer = b"221 bye\r\n"
            if answer:
                writer.write(answer)
        writer.close()

    @property
    def letter(self) -> Message:
        """The one letter that came."""
        (letter,) = self.letters
        return letter

    @property
    def letters(self) -> list[Message]:
        """What came between each DATA and its end."""
        heard = "".join(self.heard)
        parts = re.split(r"(?im)^DATA\r\n", heard)[1:]
        return [message_from_string(part.partition("\r\n.\r\n")[0]) for part in parts]


@asynccontextmanager
async def open_post_office() -> AsyncIterator[PostOffice]:
    """One that is open as long as the block lasts."""
    office = PostOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office
