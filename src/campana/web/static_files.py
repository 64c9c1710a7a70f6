"""Files for browsers: packed small, kept by the browser for as long as their content stays what it is."""

import gzip
import os
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_PACKED = (".css", ".js", ".svg")


def url_of(name: str) -> str:
    """The address of a file below static/, with its content's digest in it. Raises FileNotFoundError."""
    path = FOLDER / name
    return f"{PREFIX}/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


class PackedFiles(StaticFiles):
    """Like StaticFiles, with gzip for what takes it, and lifetimes by the digest in the address."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, packed where the browser takes that; or 304."""
        path = Path(full_path)
        response = super().file_response(full_path, stat_result, scope, status_code)
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if path.suffix in _PACKED and takes_gzip and not isinstance(response, NotModifiedResponse):
            response = _in_gzip(response, _packed(path, stat_result.st_mtime_ns))
        wanted = QueryParams(scope["query_string"]).get("v")
        known = wanted == _digest(path, stat_result.st_mtime_ns)
        response.headers["Cache-Control"] = FOR_EVER if known else ASK_AGAIN
        response.headers["Vary"] = "Accept-Encoding"
        return response


def _in_gzip(plain: Response, content: bytes) -> Response:
    kept = {name: plain.headers[name] for name in ("ETag", "Last-Modified")}
    return Response(
        content,
        plain.status_code,
        media_type=plain.media_type,
        headers={**kept, "Content-Encoding": "gzip"},
    )


@lru_cache(maxsize=256)
def _digest(path: Path, _changed_ns: int) -> str:
    return blake2b(path.read_bytes(), digest_size=8).hexdigest()


@lru_cache(maxsize=256)
def _packed(path: Path, _changed_ns: int) -> bytes:
    """Packed at the build where that takes long (tools/assets.py), else now, once; kept, as it is little."""
    made = path.with_name(path.name + ".gz")
    return made.read_bytes() if made.is_file() else gzip.compress(path.read_bytes(), mtime=0)
