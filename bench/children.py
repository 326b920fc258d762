"""A row a fresh process: the program calls itself with `--child NAME` and reads one line of JSON."""
from __future__ import annotations

import json
import os
import subprocess
import sys


def rows(names: list[str], label: str, options: list, env: dict[str, str]) -> list[dict]:
    """What each child says; of one that fails, {label: its name, "error": what it wrote, fit for a table}.

    WEFT_CACHE is off: cold is cold.
    """
    out = []
    for name in names:
        command = [sys.executable, sys.argv[0], "--child", name, *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "WEFT_CACHE": "off", **env})
        out.append(json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else
                   {label: name, "error": done.stderr.strip().replace("\n", " ").replace("|", "/")})
        print(out[-1], flush=True)
    return out
