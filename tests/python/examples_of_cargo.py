"""Where the Rust examples are that the tests run."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def program(package, example):
    """The path of an example: in the folder `$IOFILTER_CERTS_EXAMPLES`, or where cargo builds it now."""
    built = os.environ.get("IOFILTER_CERTS_EXAMPLES")
    if built:
        return os.path.join(built, example)
    command = ["cargo", "build", "--package", package, "--example", example, "--message-format", "json"]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in printed.splitlines()]
    return next(message["executable"] for message in messages if message.get("executable"))
