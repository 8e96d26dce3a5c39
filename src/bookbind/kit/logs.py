"""Logs: one JSON object a line, from which whatever could be a secret is removed before it is written."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

REMOVED = "[removed]"
_DEEPEST = 6

_SECRET_NAMES = re.compile(
    r"^(authori[sz]ation|proxy-authorization|cookie|set-cookie|x-csrftoken|password|passwd|secret|client_secret"
    r"|.*_token|token|tokens|code|state|code_verifier|assertion|session|sessionid|.*cookie|api_?key|.*_key)$",
    re.IGNORECASE,
)
_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {REMOVED}"),
    # A signed token is recognised wherever it stands: three parts, the first of them JSON.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), REMOVED),
    (
        re.compile(
            r"(?i)\b(code|state|[a-z]*_?token|[a-z_]*secret|password|code_verifier|assertion|session[a-z]*)"
            r"(=|%3D|\\?[\"']\s*:\s*\\?[\"'])(?!\[)[^&\s\"'\\,;}]+"
        ),
        rf"\1\2{REMOVED}",
    ),
    # user:password@ in the address of a database or a mail server.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^/\s:@]*):[^@\s/]+@"), rf"\1:{REMOVED}@"),
)


def remove_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The processor that every line passes last before it is written."""
    return {name: _cleaned(name, value, 0) for name, value in event.items()}


def clean_line(text: str) -> str:
    """The text without anything that looks like a credential."""
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def configure_structlog() -> None:
    """Let structlog's loggers end where the standard library's do, so that one format holds for all."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings() -> dict[str, Any]:
    """The configuration for the standard library's logging: JSON lines on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    *_shared_processors(),
                    # Only these: a request among the extras would carry its whole query.
                    structlog.stdlib.ExtraAdder(allow=("reference", "path", "why", "status_code")),
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    remove_secrets,
                    structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=True),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # These write whole addresses, queries and all, at their chattier levels.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            "django.db.backends": {"level": "INFO"},
            # Django's own handlers are replaced by the root's.
            "django": {"level": "INFO", "handlers": [], "propagate": True},
            "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        },
    }


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]


def _cleaned(name: str, value: Any, depth: int) -> Any:
    if _SECRET_NAMES.match(name):
        return REMOVED
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, int | float | None):
        return value
    if depth >= _DEEPEST:
        return REMOVED
    if isinstance(value, Mapping):
        return {str(key): _cleaned(str(key), inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned("", inner, depth + 1) for inner in value]
    return clean_line(repr(value))
