"""A Python process of its own for a test, without the three seconds that importing torch takes.

A server, one for each process of pytest, imports torch and its capture, nothing of Weft; a program runs in a fork of it.
What is read while those are imported (OMP_NUM_THREADS, TORCH_*) is as the tests' own process had it: a test
that sets such a variable starts Python itself.
"""
import atexit
import multiprocessing
import os
import sys
import tempfile
import traceback
from typing import NamedTuple

SECONDS = 300                                        # that a program may take

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["torch", "torch._dynamo"])


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def _child(code: str, env: dict, out: str, err: str):
    for fd, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY), fd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["-c"]
    sys.path[:0] = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    status = 0
    try:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else int(e.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def run(code: str, **env) -> Done:
    """Runs the program, with these variables beside the tests' own."""
    with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
        process = _server.Process(target=_child, args=(code, {**os.environ, **env}, out.name, err.name))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
        return Done(process.exitcode, out.read(), err.read())
