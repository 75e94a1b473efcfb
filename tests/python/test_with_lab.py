"""Check, plan, apply and resume from Python, against the lab that the wheel itself runs."""

import json
import subprocess
import sys

import pytest

from iofilter_certs import JournalError, LoginError, Outcome, Plan, Policy, Report, Stop, apply, check, judge, plan, resume

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


def test_the_command_gives_the_same_report(troubled):
    ready = troubled.ready
    command = [sys.executable, "-m", "iofilter_certs", "check", "--json", "--hostname", ready["vcenter"]]
    command += ["--username", ready["username"], "--ca-file", ready["ca_file"], "--hosts-file", ready["hosts_file"]]
    ended = subprocess.run(
        command, env={"VMWARE_PASSWORD": ready["password"]}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    plain = troubled.vcenter(esxi_ssh=None, appliance_ssh=None, known_hosts=[], esxi_https_port=None, provider_port=None)
    report = check(plain)
    assert ended.returncode == report.exit_code, ended.stderr
    told = json.loads(ended.stdout)
    assert told["findings"] == report.to_dict()["findings"]
    assert told["verdict"] == report.verdict
