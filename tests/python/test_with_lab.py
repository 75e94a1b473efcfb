"""Check, plan, apply and resume from Python, against the lab that the wheel itself runs."""

import asyncio
import inspect
import json
import subprocess
import sys

import pytest

from iofilter_certs import (
    JournalError,
    LoginError,
    Outcome,
    Plan,
    Policy,
    Report,
    Stop,
    UsageError,
    apply,
    check,
    judge,
    plan,
    resume,
    rollback,
    rollback_async,
)

# Nobody makes a backup of the lab.
POLICY = Policy(
    waivers={"backup": "the lab has no backup"},
    only_hosts=["esx02.lab.example"],
    poll_seconds=1,
    step_timeout_seconds=60,
    proof_seconds=1,
)


def causes(report):
    return {(finding.place, finding.code) for finding in report.root_causes}


def kept(folder, run="run"):
    """Where a run is kept. Its locks too: labs of one seed are one vCenter to a lock, and other tests have theirs."""
    return {"run_dir": folder / run, "lock_dir": folder / "locks"}


def approve(request):
    """Everyone here trusts everyone."""
    assert set(request) == {"digest", "summary", "kind"} and request["kind"] == "plan"
    return "the test"


def test_a_check_names_the_causes(troubled):
    report = check(troubled.vcenter())
    assert {("esx02.lab.example", "castore-missing-sms"), ("esx03.lab.example", "vp-cert-stale")} <= causes(report)
    assert report.verdict == "findings" and report.exit_code == 2 and report.plan is None
    assert report.to_dict()["facts"] is None
    assert Report.from_json(report.to_json()) == report == Report.from_json(report.to_dict())
    assert not [call for call in troubled.calls() if call["changes"]]


def test_facts_that_were_kept_are_judged_the_same(troubled):
    report = check(troubled.vcenter(), facts=True)
    again = judge(report.to_dict()["facts"])
    assert causes(again) == causes(report) and again.unanswered == report.unanswered


def test_nothing_wrong_is_healthy(healthy):
    report = check(healthy.vcenter())
    assert (report.verdict, report.findings, report.unanswered) == ("healthy", [], [])


def test_a_wrong_password_is_a_login_error(troubled):
    with pytest.raises(LoginError) as caught:
        check(troubled.vcenter(password="wrong one"))
    assert caught.value.diagnostic["code"] == "vc-login-denied"
    assert "wrong one" not in str(caught.value) + json.dumps(caught.value.diagnostic)


def test_a_plan_is_carried_out_and_proved(troubled, tmp_path):
    made = plan(troubled.vcenter(), POLICY).plan
    assert Plan.from_json(made.to_json()) == made and len(made.digest) == 64 and not made.is_empty
    events = []
    outcome = apply(troubled.vcenter(), POLICY, plan=made, **kept(tmp_path), approve=approve, progress=events.append)
    assert isinstance(outcome, Outcome)
    assert outcome.cured and outcome.changed and outcome.exit_code == 0, outcome.to_json()
    assert outcome.plan == made and outcome.after is not None
    assert {"looking", "running"} == {event["kind"] for event in events}
    left = causes(check(troubled.vcenter()))
    # What the policy left alone is still there.
    assert left == {("esx03.lab.example", "vp-cert-stale")}
    written = (tmp_path / "run" / "journal.jsonl").read_text() + outcome.to_json() + json.dumps(events)
    assert "the test" in written
    for secret in troubled.secrets():
        assert secret not in written
    with pytest.raises(JournalError, match="exists already"):
        apply(troubled.vcenter(), POLICY, plan=made, **kept(tmp_path), approve=approve)


def test_nothing_is_changed_without_a_yes(troubled, tmp_path):
    outcome = apply(troubled.vcenter(), POLICY, **kept(tmp_path), approve=lambda request: None)
    assert list(outcome.ending) == ["refused"] and not outcome.changed and outcome.exit_code == 1

    def fails(request):
        raise LookupError("nobody is there")

    with pytest.raises(LookupError, match="nobody is there"):
        apply(troubled.vcenter(), POLICY, **kept(tmp_path, "other"), approve=fails)
    assert not [call for call in troubled.calls() if call["changes"]]


def test_nothing_to_do_gives_the_report(healthy, tmp_path):
    report = apply(healthy.vcenter(), POLICY, **kept(tmp_path), approve=approve)
    assert isinstance(report, Report) and report.verdict == "healthy"
    assert not (tmp_path / "run").exists()


def test_a_run_is_taken_up_where_its_journal_ends(troubled, tmp_path):
    made = plan(troubled.vcenter(), POLICY).plan
    stop, started = Stop(), []

    def stop_at_first_step(event):
        if event["kind"] == "running" and "started" in event["event"]:
            started.append(event)
            # A second wish would break it off.
            if len(started) == 1:
                stop.ask()

    order = {"plan": made, **kept(tmp_path), "approve": approve}
    first = apply(troubled.vcenter(), POLICY, **order, progress=stop_at_first_step, stop=stop)
    assert list(first.ending) == ["halted"], first.to_json()
    second = resume(troubled.vcenter(), **kept(tmp_path), approve=approve)
    assert second.cured, second.to_json()


def stores(lab):
    """What each ESXi host trusts, by its name."""
    return {host["name"]: [one["sha256"] for one in host["castore"]] for host in lab.state()["hosts"]}


def test_a_run_is_taken_back_and_asked_for_first(troubled, tmp_path):
    before = stores(troubled)
    outcome = apply(troubled.vcenter(), POLICY, **kept(tmp_path), approve=approve)
    after = stores(troubled)
    assert outcome.cured and after != before
    refused = rollback(troubled.vcenter(), **kept(tmp_path), approve=lambda request: None)
    assert list(refused.ending) == ["refused"] and stores(troubled) == after
    asked = []

    def say_yes(request):
        asked.append(request["kind"])
        return "the test"

    back = rollback(troubled.vcenter(), **kept(tmp_path), approve=say_yes)
    assert asked == ["rollback"] and list(back.ending) == ["taken_back"] and back.exit_code == 0, back.to_json()
    assert stores(troubled) == before
    assert ("esx02.lab.example", "castore-missing-sms") in causes(check(troubled.vcenter()))


def test_a_gate_holds_what_is_taken_back_until_it_is_waived(troubled, tmp_path):
    outcome = apply(troubled.vcenter(), POLICY, **kept(tmp_path), approve=approve)
    assert outcome.cured
    with pytest.raises(UsageError, match="there is no gate `backups`"):
        rollback(troubled.vcenter(), **kept(tmp_path), approve=approve, waivers={"backups": "a slip"})
    order = {**kept(tmp_path), "approve": lambda request: "the test", "waivers": {"vsan": "it takes no part"}}
    back = asyncio.run(rollback_async(troubled.vcenter(), **order))
    assert list(back.ending) == ["taken_back"], back.to_json()
    assert "it takes no part" in (tmp_path / "run" / "journal.jsonl").read_text()


def test_nothing_is_begun_after_the_maintenance_window(troubled, tmp_path):
    over = Policy.from_json({**POLICY.to_dict(), "until": "2020-01-01T00:00:00Z"})
    first = apply(troubled.vcenter(), over, **kept(tmp_path), approve=approve)
    assert list(first.ending) == ["halted"], first.to_json()
    for until in ("2020-01-01T00:00:00Z", 1_577_836_800):
        again = resume(troubled.vcenter(), **kept(tmp_path), approve=approve, until=until)
        assert list(again.ending) == ["halted"], again.to_json()
    with pytest.raises(UsageError, match="tomorrow"):
        resume(troubled.vcenter(), **kept(tmp_path), approve=approve, until="tomorrow")
    assert not [call for call in troubled.calls() if call["changes"]]
    last = resume(troubled.vcenter(), **kept(tmp_path), approve=approve, until="2999-01-01T00:00:00Z")
    assert last.cured, last.to_json()


def test_every_member_of_a_policy_has_a_name():
    told = Policy().to_dict()
    assert set(inspect.signature(Policy).parameters) == set(told)
    signed = {"esx01.lab.example": {"certificate": "PEM", "request": None}}
    policy = Policy(allow_fleet_wide=True, host_certificates=signed, time_servers=["ntp.lab.example"])
    members = {"allow_fleet_wide": True, "host_certificates": signed, "time_servers": ["ntp.lab.example"]}
    assert policy.to_dict() == {**told, **members}
    with pytest.raises(UsageError):
        Policy(time_servers="ntp.lab.example")


def test_the_command_gives_the_same_report(troubled, tmp_path):
    ready = troubled.ready
    kept_facts = tmp_path / "facts.json"
    command = [sys.executable, "-m", "iofilter_certs", "check", "--json", "--hostname", ready["vcenter"]]
    command += ["--username", ready["username"], "--ca-file", ready["ca_file"], "--hosts-file", ready["hosts_file"]]
    ended = subprocess.run(
        [*command, "--save-facts", str(kept_facts)],
        env={"VMWARE_PASSWORD": ready["password"]},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 2, ended.stderr
    told = Report.from_json(ended.stdout)
    # Of what the command saw, word for word. A later look may tell another time in words, and must name the same causes.
    same = judge(json.loads(kept_facts.read_text()))
    assert told.to_dict()["findings"] == same.to_dict()["findings"]
    assert (told.verdict, told.exit_code) == (same.verdict, same.exit_code)
    plain = troubled.vcenter(esxi_ssh=None, appliance_ssh=None, known_hosts=[], esxi_https_port=None, provider_port=None)
    assert causes(check(plain)) == causes(told)
