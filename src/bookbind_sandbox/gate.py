"""The way of every API call: written down, perhaps hit by a fault, answered, written down again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bookbind_sandbox.answer import Answer, Refused
from bookbind_sandbox.faults import Fault
from bookbind_sandbox.log import Call
from bookbind_sandbox.server import Dropped, hang
from bookbind_sandbox.world import World


@dataclass(frozen=True)
class Caller:
    """Who called and for which organisation, where a limit counts the call."""

    client_id: str
    login: str
    organisation: str


@dataclass(frozen=True)
class Plan:
    """How one kind of call is answered.

    `admit` authenticates and may refuse; `respond` does the work in one go, without waiting, so that calls
    never interleave; `refuse_excess` words a refusal by the rate limits; `stamp` adds the vendor's headers;
    `break_as` words the errors that a fault puts in the true answer's place.
    """

    respond: Callable[[Caller | None], Answer]
    admit: Callable[[], Caller] | None = None
    refuse_excess: Callable[[str, int], Answer] | None = None
    stamp: Callable[[Answer, Caller | None], Answer] = lambda answer, _: answer
    break_as: Callable[[Fault], Answer] = Fault.answer


async def answer_call(world: World, request: Request, call: Call, plan: Plan) -> Response:
    """Take one API call all the way, keeping a slot of the concurrency limit while it runs."""
    seq = world.log.open(call)
    caller: Caller | None = None
    entered = False
    try:
        if plan.admit is not None:
            caller = plan.admit()
            world.log.tell_who(seq, caller.client_id, caller.login)
            entered = _enter(world, call, plan, caller)
            await _travel(world, call.vendor)
        return await _answer(world, request, call, plan, seq, caller)
    except Refused as refused:
        answer = plan.stamp(refused.answer, caller)
        return _finish(world, seq, answer, None)
    finally:
        if entered and caller is not None:
            world.limits.leave(call.vendor, caller.client_id, caller.organisation)


def _enter(world: World, call: Call, plan: Plan, caller: Caller) -> bool:
    if plan.refuse_excess is None:
        return False
    problem = world.limits.enter(call.vendor, caller.client_id, caller.organisation)
    if problem is not None:
        raise Refused(plan.refuse_excess(problem.name, problem.retry_after))
    return True


async def _travel(world: World, vendor: str) -> None:
    latency = world.limits.allowance(vendor).latency_ms
    if latency:
        await asyncio.sleep(latency / 1000)


async def _answer(
    world: World, request: Request, call: Call, plan: Plan, seq: int, caller: Caller | None
) -> Response:
    fault = world.faults.take(call.vendor, call.operation, call.organisation)
    if fault is None or fault.commits:
        answer = plan.stamp(_respond(world, plan, caller), caller)
        if fault is None:
            return _finish(world, seq, answer, None)
        return await _break(world, request, seq, fault, plan, answer)
    if fault.kind == "timeout":
        return await _break(world, request, seq, fault, plan, None)
    return _finish(world, seq, plan.stamp(plan.break_as(fault), caller), fault.kind)


def _respond(world: World, plan: Plan, caller: Caller | None) -> Answer:
    try:
        with world.store.transaction():
            return plan.respond(caller)
    except Refused as refused:
        return refused.answer


async def _break(
    world: World, request: Request, seq: int, fault: Fault, plan: Plan, answer: Answer | None
) -> Response:
    """Lose, cut or replace an answer whose work may be done already."""
    if fault.kind == "timeout":
        # The log shows the call while it hangs, with no status yet.
        await hang(request, fault.seconds)
    elif fault.kind not in {"lost_reply", "truncated"}:
        return _finish(world, seq, plan.break_as(fault), fault.kind)
    status = answer.status if answer is not None else None
    world.log.close(seq, status, fault=fault.kind, note=answer.note if answer else None, replayed=False)
    shown = answer.response() if answer is not None and fault.kind == "truncated" else None
    return Dropped(world.connections, shown)


def _finish(world: World, seq: int, answer: Answer, fault: str | None) -> Response:
    world.log.close(seq, answer.status, fault=fault, note=answer.note, replayed=answer.replayed)
    return answer.response()
