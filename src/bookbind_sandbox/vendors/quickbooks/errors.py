"""The bodies with which QuickBooks refuses, in the words of its own errors."""

from typing import Any

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.faults import Fault as Breakage
from bookbind_sandbox.vendors.quickbooks.wire import JSON_TYPE, Entity, dump, exact_moment

GATEWAY_PAGE = (
    b"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
    b"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Fault(Exception):
    """A refusal with its code; the API sends it as a Fault, a batch puts it among its answers."""

    def __init__(
        self,
        code: str,
        message: str,
        detail: str,
        *,
        element: str = "",
        kind: str = "ValidationFault",
        status: int = 400,
    ) -> None:
        super().__init__(detail)
        self.content: Entity = {
            "Error": [{"Message": message, "Detail": detail, "code": code, "element": element}],
            "type": kind,
        }
        self.status = status
        self.detail = detail
        self.code = code


def answer_fault(fault: Fault, now_ms: int) -> Answer:
    body = dump({"Fault": fault.content, "time": exact_moment(now_ms)})
    return Answer(fault.status, body.encode(), JSON_TYPE, note=f"{fault.code}: {fault.detail}"[:120])


def business_rule(detail: str) -> Fault:
    message = "A business validation error has occurred while processing your request"
    return Fault("6000", message, f"Business Validation Error: {detail}")


def one_currency() -> Fault:
    """A currency was named, be it their own, in books that keep only one (2026-11, by integrators)."""
    return business_rule("Multi Currency should be enabled to perform this operation")


def missing(parameter: str) -> Fault:
    message = "Required param missing, need to supply the required value for the API"
    return Fault(
        "2020", message, f"Required parameter {parameter} is missing in the request", element=parameter
    )


def invalid_enumeration(value: object, element: str = "") -> Fault:
    return Fault("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", element=element)


def invalid_number(value: object, element: str = "") -> Fault:
    return Fault("2090", "Invalid Number", f"Invalid Number : {value}", element=element)


def invalid_date(value: object, element: str = "") -> Fault:
    return Fault("2070", "Invalid Date", f"Invalid Date : {value}", element=element)


def invalid_string(value: object, element: str = "") -> Fault:
    message = "Invalid String. The String may contain unsupported or illegal chars"
    return Fault("2040", message, f"Element contains invalid characters. {value}", element=element)


def invalid_line_code(value: object) -> Fault:
    detail = f"Invalid Line TaxCode : For US, specify TAX or NON. Supplied value:{value}"
    return Fault("6100", "Invalid Line TaxCode in the request", detail, element="TaxCodeRef")


def tax_not_allowed() -> Fault:
    detail = "TxnTaxDetail is not allowed when GlobalTaxCalculation is set to NotApplicable"
    return Fault("6170", "Invalid TxnTaxDetail Error", detail, element="TxnTaxDetail")


def batch_too_large(most: int) -> Fault:
    detail = f"The batch size exceeds the allowed limit of {most}"
    return Fault("1040", "Batch size exceeds allowed limit", detail)


def wrong_length(element: str, longest: int, length: int) -> Fault:
    message = "Invalid String. The string is either too short or too long"
    detail = (
        "String length is either shorter or longer than supported by specification."
        f" Min:0 Max:{longest} supported. Supplied length:{length}"
    )
    return Fault("2050", message, detail, element=element)


def invalid_reference(what: str, wanted: object, element: str = "") -> Fault:
    detail = f"Invalid Reference Id : {what} element id {wanted} not found"
    return Fault("2500", "Invalid Reference Id", detail, element=element)


def not_found() -> Fault:
    detail = (
        "Object Not Found : Something you're trying to use has been made inactive."
        " Check the fields with accounts, customers, items, vendors or employees."
    )
    return Fault("610", "Object Not Found", detail)


def stale(editor: str) -> Fault:
    detail = (
        f"Stale Object Error : You and {editor} were working on this at the same time."
        f" {editor} finished before you did, so your work was not saved."
    )
    return Fault("5010", "Stale Object Error", detail)


def duplicate_name(taken_by: str) -> Fault:
    detail = f"The name supplied already exists. : Id={taken_by}"
    return Fault("6240", "Duplicate Name Exists Error", detail)


def duplicate_number(number: str, kind: str, taken_by: str) -> Fault:
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been"
        f" used. DocNumber={number} is assigned to TxnType={kind} with TxnId={taken_by}"
    )
    return Fault("6140", "Duplicate Document Number Error", detail)


def books_closed() -> Fault:
    detail = (
        "The account period has closed and the account books cannot be updated through the QBO Services API."
        " Please check the QBO Account settings."
    )
    return Fault("6210", "Account Period Closed, Cannot Update Through Services Error", detail)


def subscription_over() -> Fault:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to"
        " QuickBooks Online Plus because your trial or subscription period ended."
    )
    return Fault("6190", "Invalid Company Status", detail)


def unsupported(operation: str) -> Fault:
    return Fault("500", "Unsupported Operation", f"Operation {operation} is not supported.")


def unreadable_query(detail: str) -> Fault:
    return Fault("4000", "Error parsing query", f"QueryParserError: {detail}")


def wrong_query(detail: str) -> Fault:
    return Fault("4001", "Invalid query", f"QueryValidationError: {detail}")


def unreadable_body(detail: str) -> Fault:
    return Fault("2010", "Request has invalid or unsupported property", detail)


def no_longer_admin() -> Fault:
    return Fault(
        "120",
        "Authorization Failure",
        "The person who connected the app is no longer an administrator of this company.",
        kind="AuthorizationFault",
        status=403,
    )


def throttled() -> Fault:
    return Fault(
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "The request limit was reached.",
        kind="SERVICE",
        status=429,
    )


def system_failure() -> Fault:
    message = "An application error has occurred while processing your request"
    detail = "System Failure Error: An unexpected error happened. Please try again."
    return Fault("10000", message, detail, kind="SystemFault", status=500)


def unauthenticated(detail: str, now_ms: int) -> Answer:
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    fault = {"error": [_gateway_error(message, "3200", detail)], "type": "AUTHENTICATION"}
    answer = _gateway_answer(401, fault, now_ms, detail)
    return answer.with_headers(**{"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'})


def foreign_realm(now_ms: int) -> Answer:
    """The token is for another company; integrators' logs show no detail, and this type (2026-11)."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    fault = {"error": [_gateway_error(message, "3100", None)], "type": "SERVICE"}
    return _gateway_answer(403, fault, now_ms, "not authorised for this company")


def gone(now_ms: int) -> Answer:
    """The company is there no more: its gateway refuses every call, reads too (2026-11)."""
    message = (
        "message=Subscription for company has lapsed or Invalid destination URL is used. Sandbox company"
        " works with Sandbox URL and Production company works with Production URL.;"
        " errorCode=007001; statusCode=400"
    )
    fault = {"error": [_gateway_error(message, "7001", None)], "type": "SERVICE"}
    return _gateway_answer(400, fault, now_ms, "the company is gone")


def _gateway_error(message: str, code: str, detail: str | None) -> Entity:
    return {"message": message, "detail": detail, "code": code, "element": None}


def _gateway_answer(status: int, fault: Entity, now_ms: int, note: str) -> Answer:
    """The gateway refuses in a shape of its own, all in lower case."""
    content: dict[str, Any] = {
        "warnings": None,
        "intuitObject": None,
        "fault": fault,
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": now_ms,
        "status": None,
        "cdcresponse": [],
    }
    return Answer(status, dump(content).encode(), JSON_TYPE, note=note)


def break_as(breakage: Breakage, now_ms: int) -> Answer:
    """An outage in QuickBooks' words; its gateway speaks HTML, and nothing says when to come again."""
    retry = {"Retry-After": str(breakage.retry_after)} if breakage.retry_after is not None else {}
    if breakage.kind == "503":
        return Answer(503, GATEWAY_PAGE, "text/html", retry)
    if breakage.kind in {"429", "500"}:
        fault = throttled() if breakage.kind == "429" else system_failure()
        return answer_fault(fault, now_ms).with_headers(**retry)
    return breakage.answer()
