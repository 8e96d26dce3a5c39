"""The operator's configuration, read once from the environment and checked before anything starts."""

import json
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
MODES = ("demo", "test", "production")


class ConfigurationInvalid(ValueError):
    """Bookbind can't start with this configuration."""


@dataclass(frozen=True)
class Config:
    """Everything the operator decides. `sandbox_url` is empty in production; `keys` is `name:base64,…`.

    `confirm_minutes`: how long a password counts before a connection is changed or ended; 0 never asks.
    """

    mode: str
    data: Path
    url: str
    port: int
    sandbox_url: str
    secret_key: str
    keys: str
    database_url: str
    mail_url: str
    mail_from: str
    operator_mail: str
    confirm_minutes: int

    @property
    def is_demo(self) -> bool:
        """Whether demo people, skip ahead and the sandbox's mail page exist."""
        return self.mode in ("demo", "test")


def read_config(environ: dict[str, str]) -> Config:
    """Read the environment; a `NAME_FILE` variable names a file that holds the value of `NAME`."""
    mode = environ.get("BOOKBIND_MODE", "production")
    if mode not in MODES:
        raise ConfigurationInvalid(f"BOOKBIND_MODE is {mode!r}; it must be one of {', '.join(MODES)}.")
    data = data_folder(environ)
    port = _port(environ, "PORT", 8000)
    sandbox_port = _port(environ, "SANDBOX_PORT", 8100)
    generated = {} if mode == "production" else _generated_secrets(data)
    return Config(
        mode=mode,
        data=data,
        port=port,
        url=environ.get("BOOKBIND_URL", f"http://localhost:{port}").rstrip("/"),
        sandbox_url=environ.get("BOOKBIND_SANDBOX_URL", _default_sandbox(mode, sandbox_port)).rstrip("/"),
        secret_key=secret(environ, "BOOKBIND_SECRET_KEY") or generated.get("secret_key", ""),
        keys=secret(environ, "BOOKBIND_KEYS") or generated.get("keys", ""),
        database_url=secret(environ, "DATABASE_URL"),
        mail_url=secret(environ, "BOOKBIND_MAIL_URL"),
        mail_from=environ.get("BOOKBIND_MAIL_FROM", "Bookbind <bookbind@localhost>"),
        operator_mail=environ.get("BOOKBIND_OPERATOR_MAIL", ""),
        confirm_minutes=_minutes(environ, "BOOKBIND_CONFIRM_MINUTES", 15),
    )


def data_folder(environ: dict[str, str]) -> Path:
    """Where this installation keeps its files, and its database unless that is elsewhere."""
    return Path(environ.get("BOOKBIND_DATA") or ROOT / "var").resolve()


def secret(environ: dict[str, str], name: str) -> str:
    """The value of `name`, or the content of the file that `name_FILE` points to."""
    file_name = environ.get(f"{name}_FILE", "")
    if not file_name:
        return environ.get(name, "")
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationInvalid(f"{name}_FILE names {file_name}, which can't be read: {error}.") from error


def database_settings(url: str, data: Path) -> dict[str, object]:
    """Django's database entry: SQLite in the data folder, or PostgreSQL from a URL."""
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise ConfigurationInvalid(
                "DATABASE_URL must begin with postgresql://. Without it, SQLite is used."
            )
        return {
            "ENGINE": "bookbind.tenancy.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "bookbind.sqlite3",
        "OPTIONS": {
            # A transaction takes the write lock when it begins, so it never fails half-way for want of it.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: a committed token pair or delivery must survive a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        # The usual in-memory test database is invisible to other processes.
        "TEST": {"NAME": data / "test.sqlite3"},
    }


def _port(environ: dict[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigurationInvalid(f"{name} is {text!r}; it must be a port number such as {default}.")
    return int(text)


def _minutes(environ: dict[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit():
        raise ConfigurationInvalid(
            f"{name} is {text!r}; it must be minutes such as {default}, or 0 for never."
        )
    return int(text)


def _default_sandbox(mode: str, port: int) -> str:
    return "" if mode == "production" else f"http://127.0.0.1:{port}"


def _generated_secrets(data: Path) -> dict[str, str]:
    """Keys of this demo alone, made at its first start, so that no default key exists anywhere."""
    path = data / "demo-keys.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": f"demo-{secrets.token_urlsafe(48)}",
            "keys": f"demo1:{b64encode(secrets.token_bytes(32)).decode()}",
        }
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(made), encoding="utf-8")
        partial.chmod(0o600)
        try:
            # Linking fails when another process was first; then its keys are the ones.
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content
