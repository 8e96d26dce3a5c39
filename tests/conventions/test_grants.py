"""Sign-in uses the authorisation code alone, and vendors are never called inside a transaction."""

import re

import pytest
from django.db import transaction

from bookbind.providers.base.contract import Limits
from bookbind.providers.base.http import Call, HttpInsideTransaction, VendorHttp
from tests.conventions.source import PRODUCT, SANDBOX, python_files

FORBIDDEN_GRANTS = re.compile(
    r"grant_type[\"']?\s*[:=]\s*[\"']password|response_type[\"']?\s*[:=]\s*[\"'](token|id_token)"
    r"|ResourceOwnerPassword|ImplicitGrant|password_grant"
)


@pytest.mark.req("OAU-08")
def test_no_implicit_and_no_password_grant_anywhere() -> None:
    files = python_files(PRODUCT, SANDBOX)
    found = [path.name for path in files if FORBIDDEN_GRANTS.search(path.read_text(encoding="utf-8"))]
    assert files
    assert found == []


@pytest.mark.req("OAU-08")
@pytest.mark.parametrize("line", ['grant_type="password"', '"response_type": "token"', "ImplicitGrant()"])
def test_the_search_would_find_one(line: str) -> None:
    assert FORBIDDEN_GRANTS.search(line)


@pytest.mark.django_db(transaction=True)
def test_a_vendor_is_never_called_inside_a_transaction() -> None:
    http = VendorHttp("test", ("127.0.0.1",), limits=Limits())
    call = Call("GET", "http://127.0.0.1:9/", "test")
    with pytest.raises(HttpInsideTransaction), transaction.atomic():
        http.request(call)
