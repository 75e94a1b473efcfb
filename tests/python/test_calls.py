"""How a call behaves while it works: the lock, signals, callbacks, threads, forks and asyncio."""

import asyncio
import os
import select
import signal
import threading

import pytest

from iofilter_certs import BrokenOffError, ConnectError, Stop, VCenter, check, check_async


def silent(server, seconds=60):
    """The vCenter that never answers."""
    return VCenter(f"127.0.0.1:{server.getsockname()[1]}", "user", "password", timeout_seconds=seconds)


def when_asked(server, act):
    """Runs `act` in a thread once the call has connected: Python code, while the call works."""

    def work():
        connection, _ = server.accept()
        with connection:
            act()
            # Held until the other side hangs up, so that the call is not ended by us.
            while connection.recv(1024):
                pass

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_other_threads_run_while_a_call_works(silence):
    stop, order = Stop(), []

    def act():
        order.append("thread")
        stop.ask()
        stop.ask()

    thread = when_asked(silence, act)
    with pytest.raises(BrokenOffError, match="broken off by a second stop"):
        check(silent(silence), stop=stop)
    order.append("returned")
    thread.join()
    assert order == ["thread", "returned"]


def test_ctrl_c_is_answered_while_a_call_works(silence):
    thread = when_asked(silence, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        check(silent(silence, seconds=1))
    thread.join()


def test_a_second_ctrl_c_breaks_off(silence):
    interrupted, heard = threading.Event(), []

    def handler(*_):
        heard.append("interrupt")
        interrupted.set()
        raise KeyboardInterrupt

    def interrupt_twice():
        os.kill(os.getpid(), signal.SIGINT)
        # Two at once are one to Python.
        interrupted.wait()
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, handler)
    try:
        thread = when_asked(silence, interrupt_twice)
        # Nothing in hand ends by itself: only being broken off ends this.
        with pytest.raises(KeyboardInterrupt):
            check(silent(silence, seconds=100_000))
    finally:
        signal.signal(signal.SIGINT, before)
    thread.join()
    assert heard == ["interrupt", "interrupt"]


def test_progress_is_told_and_may_not_be_swallowed(troubled):
    events = []
    report = check(troubled.vcenter(), progress=events.append)
    assert report.hosts == 3
    assert all(event["kind"] == "looking" for event in events)
    assert events[-1]["hosts"] == 3 and events[-1]["answered"] == events[-1]["asked"]

    def refuse(event):
        raise LookupError(event["kind"])

    with pytest.raises(LookupError, match="looking"):
        check(troubled.vcenter(), progress=refuse)


def test_a_forked_child_can_call_too():
    """Salt calls from a beacon in the parent, and then from a job in a forked child."""

    def outcome():
        try:
            check(VCenter("127.0.0.1:1", "user", "password"))
        except ConnectError:
            return b"refused"
        return b"something else"

    assert outcome() == b"refused"
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writable, outcome())
        finally:
            os._exit(0)
    os.close(writable)
    # A child that hangs says nothing and does not end; this bound is only there to tell that from slowness.
    heard, _, _ = select.select([readable], [], [], 120)
    if not heard:
        os.kill(child, signal.SIGKILL)
    said = os.read(readable, 100)
    os.close(readable)
    os.waitpid(child, 0)
    assert said == b"refused"


def test_the_loop_goes_on_while_a_call_works(silence):
    async def scene():
        stop = Stop()
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        thread = when_asked(silence, lambda: loop.call_soon_threadsafe(asked.set))
        call = asyncio.ensure_future(check_async(silent(silence), stop=stop))
        # Only a loop that goes on can see this while the call waits for its answer.
        await asked.wait()
        assert not call.done()
        stop.ask()
        stop.ask()
        with pytest.raises(BrokenOffError):
            await call
        await asyncio.to_thread(thread.join)

    asyncio.run(scene())


def test_cancelling_waits_until_the_work_has_stopped(silence):
    async def scene():
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        thread = when_asked(silence, lambda: loop.call_soon_threadsafe(asked.set))
        call = asyncio.ensure_future(check_async(silent(silence, seconds=1)))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        # The connection was closed by the work that ended, or this would wait for ever.
        await asyncio.to_thread(thread.join)

    asyncio.run(scene())


def test_progress_of_an_async_call_is_told_in_the_loop(troubled):
    async def scene():
        threads = set()
        await check_async(troubled.vcenter(), progress=lambda _: threads.add(threading.get_ident()))
        # Events that were handed over last are run by the loop's next turn.
        await asyncio.sleep(0)
        assert threads == {threading.get_ident()}

    asyncio.run(scene())
