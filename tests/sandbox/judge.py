"""The vendor's own OpenAPI as judge over requests and answers."""

import os
import warnings
from pathlib import Path
from typing import Any

import httpx2
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

ROOT = Path(__file__).resolve().parents[2]
HOST = "https://api.xero.com"
BASE = "/api.xro/2.0"


def specs_folder() -> Path:
    return Path(os.environ.get("BOOKBIND_SPECS") or ROOT.parent / "shared" / "specs")


class Judge:
    """Weighs every call when the spec is there, and counts them, so that a test can prove that it did."""

    def __init__(self, spec: Path) -> None:
        self.weighed = 0
        self.openapi: OpenAPI | None = None
        if spec.exists():
            content = yaml.load(spec.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            # The published file is not strictly valid itself (a boolean default written as text).
            self.openapi = OpenAPI.from_dict(content, config=Config(spec_validator_cls=None))

    def weigh(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, str],
        body: bytes | None,
        kind: str,
        response: httpx2.Response,
    ) -> None:
        """Hold an accepted call against the spec; refused requests are wrong on purpose, most of the time."""
        is_json = response.headers.get("content-type", "").startswith("application/json")
        if self.openapi is None or response.status_code != 200 or not is_json:
            return
        request = MockRequest(
            HOST, method.lower(), BASE + path, args=query, headers=dict(headers), data=body, content_type=kind
        )
        answer = MockResponse(response.content, 200, dict(response.headers), "application/json")
        with warnings.catch_warnings():
            # The spec's OAuth 2 scheme is beyond the validator; the sandbox checks tokens itself.
            warnings.filterwarnings("ignore", message="Unsupported scheme type")
            if body is None or kind == "application/json":
                # A file's bytes are no JSON value, which is what the validator takes every body for.
                self.openapi.validate_request(request)
            self.openapi.validate_response(request, answer)
        self.weighed += 1
