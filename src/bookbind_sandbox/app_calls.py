"""A call in which an app proves itself with its secret: for a token, or to give one back."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bookbind_sandbox.answer import Answer, Refused
from bookbind_sandbox.directory import Directory, Fields
from bookbind_sandbox.faults import Fault
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.log import Call
from bookbind_sandbox.world import World


class AppCalls:
    """How one vendor answers them.

    `stranger` goes to a wrong secret; `stamp` adds the vendor's headers to each answer, and `break_as`
    words the errors that a fault puts in the true answer's place.
    """

    def __init__(
        self,
        world: World,
        directory: Directory,
        stranger: Answer,
        stamp: Callable[[Answer], Answer],
        break_as: Callable[[Fault], Answer] = Fault.answer,
    ) -> None:
        self.world = world
        self.directory = directory
        self.stranger = stranger
        self.stamp = stamp
        self.break_as = break_as

    async def answer(
        self, request: Request, operation: str, fields: Fields, respond: Callable[[Fields], Answer]
    ) -> Response:
        """Answer one; `respond` is told the app as `client_id`, and the log keeps none of the fields."""
        call = Call(
            self.directory.vendor,
            "token",
            operation,
            request.method,
            request.url.path,
            "",
            None,
            None,
            b"",
            writes=False,
        )

        def authenticate() -> Caller:
            client_id = self.directory.authenticate_app(request.headers.get("authorization", ""), fields)
            if client_id is None:
                raise Refused(self.stranger)
            return Caller(client_id, "", "")

        def answer(caller: Caller | None) -> Answer:
            assert caller is not None
            return respond({**fields, "client_id": caller.client_id})

        plan = Plan(
            answer, admit=authenticate, stamp=lambda given, _: self.stamp(given), break_as=self.break_as
        )
        return await answer_call(self.world, request, call, plan)
