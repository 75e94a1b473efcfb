"""The calls for asyncio: each works in a thread of its own, so the loop goes on.

Cancelling one asks the work to stop and waits until it has, because work that goes on unseen is worse than waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Callable, TypeVar

from . import _native
from ._native import Outcome, Plan, Policy, Report, Stop, VCenter
from ._types import Approve, Document, Progress, StrPath
from .logs import scan_logs

Result = TypeVar("Result")


async def check_async(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    facts: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Report:
    """`check` for asyncio; `progress` is called in the loop."""
    return await _work(_native.check, vcenter, policy, facts=facts, progress=progress, stop=stop)


async def plan_async(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    facts: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Report:
    """`plan` for asyncio; `progress` is called in the loop."""
    return await _work(_native.plan, vcenter, policy, facts=facts, progress=progress, stop=stop)


async def apply_async(
    vcenter: VCenter,
    policy: Policy | None = None,
    *,
    run_dir: StrPath,
    approve: Approve,
    plan: Plan | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome | Report:
    """`apply` for asyncio; `progress` is called in the loop, `approve` in a thread, where it may take its time."""
    order: dict[str, Any] = {"run_dir": run_dir, "approve": approve, "plan": plan, "lock_dir": lock_dir}
    return await _work(_native.apply, vcenter, policy, **order, progress=progress, stop=stop)


async def resume_async(
    vcenter: VCenter,
    *,
    run_dir: StrPath,
    approve: Approve,
    until: str | int | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """`resume` for asyncio; `progress` is called in the loop, `approve` in a thread, where it may take its time."""
    order: dict[str, Any] = {"run_dir": run_dir, "approve": approve, "until": until, "lock_dir": lock_dir}
    return await _work(_native.resume, vcenter, **order, progress=progress, stop=stop)


async def rollback_async(
    vcenter: VCenter,
    *,
    run_dir: StrPath,
    approve: Approve,
    waivers: Mapping[str, str] | None = None,
    lock_dir: StrPath | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """`rollback` for asyncio; `progress` is called in the loop, `approve` in a thread, where it may take its time."""
    order: dict[str, Any] = {"run_dir": run_dir, "approve": approve, "waivers": waivers, "lock_dir": lock_dir}
    return await _work(_native.rollback, vcenter, **order, progress=progress, stop=stop)


async def check_files_async(
    paths: Iterable[StrPath], policy: Policy | None = None, *, facts: bool = False
) -> Report:
    """`check_files` for asyncio. It changes nothing, so a cancelled one is left to end by itself."""
    return await asyncio.to_thread(_native.check_files, list(paths), policy, facts=facts)


async def scan_logs_async(paths: Iterable[StrPath]) -> list[Document]:
    """`scan_logs` for asyncio. It changes nothing, so a cancelled one is left to end by itself."""
    return await asyncio.to_thread(scan_logs, list(paths))


async def _work(
    call: Callable[..., Result], *arguments: Any, progress: Progress | None, stop: Stop | None, **options: Any
) -> Result:
    loop = asyncio.get_running_loop()
    wish = stop or Stop()

    def in_the_loop(event: Document) -> None:
        if progress is not None:
            loop.call_soon_threadsafe(progress, event)

    told = None if progress is None else in_the_loop
    working = asyncio.ensure_future(asyncio.to_thread(call, *arguments, progress=told, stop=wish, **options))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        wish.ask()
        await asyncio.wait([working])
        if not working.cancelled():
            # What it ended with is nobody's any more; looking at it keeps asyncio from complaining.
            working.exception()
        raise
