"""Build hook: a wheel without its web assets would only be found out by the person who opens the pages."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RequireAssets(BuildHookInterface[Any]):
    """Refuses to build a wheel before tools/assets.py has run; an editable install may come first."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 -- hatchling's
        """Called by hatchling with "standard" or "editable"; raises SystemExit when assets are missing."""
        present = Path(self.root, "src/campana/web/static/vendor/versions.json").is_file()
        if version != "editable" and not present:
            raise SystemExit(
                "The web assets are missing: build with `make wheel`, or run `make assets` first."
            )
