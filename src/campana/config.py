"""Settings: from the environment or a `.env` file, prefix CAMPANA_. docs/configuration.md lists them all."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from campana.domain.archives import span_of
from campana.domain.errors import ConfigurationError
from campana.keys import SHORTEST_KEY, KeyFiles

MEBIBYTE = 1024 * 1024
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Settings(BaseSettings):
    """Every setting of Campana, checked. Rates are messages per second, times are seconds."""

    model_config = SettingsConfigDict(
        env_prefix="CAMPANA_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://…, mongodb://… or sqlite:///path; default: campana.db under DATA_DIR",
    )
    data_dir: Path = Field(
        default=Path("var"), description="where the SQLite database and the secret key are"
    )
    secret_key: SecretStr | None = Field(
        default=None, description="seals credentials; made and kept under DATA_DIR when not given"
    )
    former_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="keys that still open what they sealed, while the key is changed"
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="how browsers reach this server")
    bizchat_base_url: str = Field(default="https://bizchatapi.in/api", description="BizChat's address")
    practice_base_url: str = Field(
        default="http://127.0.0.1:8090/api",
        description="where senders of the provider 'practice' send: the simulator",
    )
    scheduler_interval_s: float = Field(
        default=60, gt=0, le=3600, description="how often everything due is looked for at the latest"
    )
    rate_limit_per_s: float = Field(default=29, gt=0, description="a new sender's rate limit")
    daily_limit: int = Field(default=1000, ge=1, description="a new sender's daily limit")
    timezone: str = Field(default="UTC", description="a new sender's time zone")
    country: str = Field(default="IN", description="a new sender's default country")
    max_upload_mb: int = Field(default=100, ge=1, description="largest recipients file, in MiB")
    smtp_url: SecretStr | None = Field(
        default=None, description="mail server: smtp://user:password@host:587, or smtps://…"
    )
    mail_from: str = Field(default="", description="address that mail is sent from")
    allowed_hosts: str = Field(
        default="", description="names besides PUBLIC_URL's that requests may be for, with commas; * for any"
    )
    trusted_proxies: str = Field(
        default="", description="addresses or networks of proxies whose X-Forwarded headers are believed"
    )
    webhooks_allow_private: bool = Field(
        default=False,
        description="whether outgoing webhooks and notices may go to private and local networks",
    )
    webhooks_keep_days: int = Field(
        default=30, ge=1, le=3650, description="how long the log of outgoing webhooks reaches back, in days"
    )
    archive_after_days: int | None = Field(
        default=None,
        description="campaigns over for so many days have their messages moved to files; 90 or more",
    )
    archive_dir: Path | None = Field(
        default=None,
        description="where those files are; default: archive under DATA_DIR; one folder for all machines",
    )
    least_disk_mb: int = Field(
        default=2000, ge=0, description="free room for DATA_DIR below which the disk is low, in MB"
    )
    log_format: Literal["console", "json"] = Field(default="console", description="how log lines look")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="the least severe log lines that are written"
    )
    otlp_endpoint: str = Field(
        default="", description="where traces go, by OTLP/HTTP: http://collector:4318; default: nowhere"
    )
    traced_share: float = Field(
        default=0.01, ge=0, le=1, description="the part of attempts and of posts that come in that is traced"
    )
    log_most_per_s: int = Field(
        default=20, ge=0, description="so many log lines of a kind are written a second; 0 for all of them"
    )

    @field_validator("former_secret_keys", mode="before")
    @classmethod
    def _separate(cls, given: object) -> object:
        return [key.strip() for key in given.split(",") if key.strip()] if isinstance(given, str) else given

    @field_validator("archive_after_days")
    @classmethod
    def _long_enough(cls, given: int | None) -> int | None:
        if given is not None:
            span_of(given)
        return given

    @model_validator(mode="after")
    def _check(self) -> Self:
        try:
            _ = self.proxies
        except ValueError as error:
            raise ValueError(f"TRUSTED_PROXIES: {error}") from None
        if not self.public_url.startswith(("http://", "https://")):
            raise ValueError("PUBLIC_URL must begin with http:// or https://")
        if self.otlp_endpoint and not self.otlp_endpoint.startswith(("http://", "https://")):
            raise ValueError("OTLP_ENDPOINT must begin with http:// or https://")
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"SECRET_KEY must have at least {SHORTEST_KEY} characters")
        if any(len(key.get_secret_value()) < SHORTEST_KEY for key in self.former_secret_keys):
            raise ValueError(f"each of FORMER_SECRET_KEYS must have at least {SHORTEST_KEY} characters")
        return self

    @property
    def store_url(self) -> str:
        """The database's URL; it may hold a password, so it is for opening only, never for showing."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'campana.db'}"

    @property
    def archive_folder(self) -> Path:
        """Where archived messages are."""
        return self.archive_dir or self.data_dir / "archive"

    @property
    def hosts(self) -> frozenset[str]:
        """ALLOWED_HOSTS, one by one."""
        return frozenset(word.strip().lower() for word in self.allowed_hosts.split(",") if word.strip())

    @property
    def proxies(self) -> tuple[Network, ...]:
        """TRUSTED_PROXIES, one by one. Raises ValueError naming what is no address and no network."""
        words = (word.strip() for word in self.trusted_proxies.split(","))
        return tuple(ipaddress.ip_network(word, strict=False) for word in words if word)

    def served_at(self, port: int) -> Self:
        """The same; where nobody set PUBLIC_URL, browsers reach us at that port of this machine."""
        if "public_url" in self.model_fields_set:
            return self
        return self.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})

    def prepare_data_dir(self) -> None:
        """Make DATA_DIR, readable by its owner only. Raises ConfigurationError when that cannot be."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"CAMPANA_DATA_DIR {str(self.data_dir)!r} cannot be used: {error.strerror}."
            ) from error

    @property
    def key_files(self) -> KeyFiles | None:
        """Where the secret key is kept; None where CAMPANA_SECRET_KEY gives it."""
        return None if self.secret_key is not None else KeyFiles(self.data_dir)

    def keys(self) -> Sequence[str]:
        """The key that seals, and behind it those that still open what they sealed. Read anew at each call.

        Raises ConfigurationError.
        """
        given = [key.get_secret_value() for key in self.former_secret_keys]
        if self.secret_key is not None:
            return [self.secret_key.get_secret_value(), *given]
        self.prepare_data_dir()
        files = KeyFiles(self.data_dir)
        return [files.present(), *files.former(), *given]

    def key(self) -> str:
        """The key that seals: from the setting, or from DATA_DIR/secret_key, made there at first use."""
        return self.keys()[0]


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError naming every one that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = []
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            problems.append(f"CAMPANA_{name}: {problem['msg']}" if name else problem["msg"])
        raise ConfigurationError("; ".join(problems)) from None
