"""What README.md, ARCHITECTURE.md and core/ACTIONS.md name is there: files, tests, commands and their options."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
ACTIONS = (ROOT / "core" / "ACTIONS.md").read_text()
FOLDERS = ("bindings-python", "bindings-shell", "bindings-wasm", "core", "examples", "tests", "wit")


def named_paths(text):
    """Links, and words in backticks that begin with a folder of ours."""
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    words = [word for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split()]
    ours = [word for word in words if word.split("/")[0] in FOLDERS and "/" in word]
    return sorted({path for path in links + ours if not re.search(r"[*<>$A-Z]{2}|\*", path) or path in links})


@pytest.mark.parametrize("path", named_paths(README + ARCHITECTURE))
def test_a_path_is_there(path):
    assert (ROOT / path).exists()


def test_paths_are_named_at_all():
    assert len(named_paths(README)) > 5 and len(named_paths(ARCHITECTURE)) > 10


def sources():
    for folder in ("core", "bindings-shell", "tests"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".rs", ".py"):
                yield file.read_text()


def test_every_test_that_holds_an_invariant_is_there():
    named = set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`", ARCHITECTURE.split("## Invariants")[1].split("## Words")[0]))
    assert len(named) > 10
    written = set(re.findall(r"\b(?:fn|def) (\w+)", "\n".join(sources())))
    assert named <= written, named - written


def test_every_act_of_the_table_is_there():
    moves = "\n".join(file.read_text() for file in sorted((ROOT / "core/src/remedies/moves").glob("*.rs")))
    rows = [row.split("|")[3] for row in ACTIONS.splitlines() if row.startswith("| A")]
    named = {name for cell in rows for name in re.findall(r"`([a-z_]+)`", cell)}
    written = set(re.findall(r"pub\(crate\) fn (\w+)", moves))
    assert named == written


def commands():
    """Each line of README.md's code that calls the command, as its name and its options."""
    lines = [line.split("#")[0] for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]
    return [line.split() for line in lines if line.startswith("iofilter-certs ")]


def help_of(command):
    ended = subprocess.run([sys.executable, "-m", "iofilter_certs", command, "--help"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def is_shown(option, text):
    """As a whole word: `--host` is not shown by a text that has `--host-key`."""
    return re.search(rf"(?<![\w-]){option}(?![\w-])", text) is not None


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_takes_what_is_shown(words):
    shown = help_of(words[1])
    for option in (word for word in words if word.startswith("--")):
        assert is_shown(option, shown), option


def test_every_option_that_is_told_of_is_one_of_apply_or_check():
    known = "".join(help_of(command) for command in ("check", "plan", "apply", "resume", "rollback", "lab"))
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README.split("## The command")[1].split("## Python")[0]))
    elsewhere = {"--locked", "--path", "--release"}  # cargo's
    assert len(told) > 15
    assert not [option for option in told - elsewhere if not is_shown(option, known)]
