"""What a compilation is told: options={...} and mode of torch.compile, looked at and in the words C takes."""
from __future__ import annotations

import difflib
import functools
import os

import torch

import weft
from weft import _native, _registry

GROUPS = ("pre", "joint", "post")                    # weft_pass_group, from 1
ROLES = {"inference": 1, "forward": 2, "backward": 4}                # weft_role
_functions: set = set()                              # of passes: versions that are compiled later still call them


def attr_error(name: str, value, should: str) -> RuntimeError:
    """In torch's words."""
    return RuntimeError(f"Unexpected type of attr {name}, got {type(value).__name__} should be {should}")


# What tells Dynamo how to go on is no failure of what raised it.
PASSES_THROUGH = torch._dynamo.exc.SkipFrame, torch._dynamo.exc.ShortenTraceback


@functools.cache
def named_pass(p: weft.Pass):
    """p's function, whose failures say which pass it was."""
    def run(text):
        try:
            changed = p.function(text)
        except PASSES_THROUGH:
            raise
        except Exception as e:
            raise RuntimeError(f"pass '{p.name}': {type(e).__name__}: {e}") from e
        if changed is not None and not isinstance(changed, str):
            raise TypeError(f"pass '{p.name}' gives {type(changed).__name__}, expected str, or None: unchanged")
        if changed and "\0" in changed:              # C would take it for the end
            raise ValueError(f"pass '{p.name}' gives a text with a NUL at {changed.index(chr(0))}")
        return changed

    run.__name__ = p.name
    return run


def named_partitioner(fn):
    """fn, whose failures say that it was the partitioner."""
    name = getattr(fn, "__name__", type(fn).__name__)

    @functools.wraps(fn)
    def run(*args, **kw):
        try:
            parts = fn(*args, **kw)
        except PASSES_THROUGH:
            raise
        except Exception as e:
            raise RuntimeError(f"partitioner {name}: {type(e).__name__}: {e}") from e
        if not (isinstance(parts, tuple) and len(parts) == 2 and all(isinstance(p, torch.fx.GraphModule) for p in parts)):
            raise TypeError(f"partitioner {name} gives {type(parts).__name__}, expected two graph modules, forward and backward")
        return parts

    return run


class Settings:
    """options={"backend": "interp", "threads": 2, "fallback": "error", ...}: six are ours, the rest is C's."""

    # Name: the default, and the values there are; None: any.
    # What this door says to C itself, by the graph.
    SAID = {"role": "a graph says it", "constants": "parameters are constants by freezing"}
    OURS = {"backend": ("weft", None), "fallback": ("warn", ("allow", "warn", "error")),
            "random": ("weft", ("weft", "eager")), "freezing": (False, (False, True))}

    def __init__(self, options: dict | None, mode: str | None):
        if not isinstance(options, (dict, type(None))):
            raise attr_error("options", options, "dict")
        for k in options or ():
            if not isinstance(k, str):
                raise attr_error("options", k, "names of options, str")
        options = {k.replace("-", "_"): v for k, v in (options or {}).items()}
        self.backend, self.fallback, self.random, self.freezing = (
            self.own(k, options.pop(k, default), values) for k, (default, values) in self.OURS.items())
        self.passes, self.partitioner = options.pop("passes", ()), options.pop("partitioner", None)
        self.check()
        self.function = _registry.find(self.backend) if isinstance(self.backend, str) else self.backend
        if self.function:                            # Python's, by name or itself: what is left is its own
            return
        for k in options.keys() & self.SAID.keys():
            raise RuntimeError(f"option {k} is not torch.compile's: {self.SAID[k]}")
        in_options = options.pop("mode", None)       # the keyword and this: torch refuses one beside options
        mode = in_options if mode is None else mode
        self.c = {k: self.word(k, v) for k, v in options.items() if v is not None}
        if mode is not None:
            if not isinstance(mode, str):
                raise attr_error("mode", mode, "str")
            modes = _native.tables()["modes"]
            if mode not in modes:
                raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(modes)}")
            # Its settings by name, so that who adds to one of them, as bisect does to passes_off, finds it.
            self.c = {**dict(s.split("=", 1) for s in modes[mode]["settings"].split(";") if s), **self.c}

    def __repr__(self) -> str:
        """What torch's cache must know: all there is where identity_known() holds."""
        return (f"{self.backend} {self.fallback} {self.random} {sorted(self.c.items())} "
                f"{getattr(self.partitioner, 'identity', None)}")

    def check(self) -> None:
        """Complains of backend, passes and partitioner, which C does not read."""
        if not isinstance(self.backend, str) and not callable(self.backend):
            raise attr_error("backend", self.backend, "str, or a function")
        if not isinstance(self.passes, (list, tuple)) or isinstance(self.passes, weft.Pass):
            raise attr_error("passes", self.passes, "a list of weft.Pass")
        for p in self.passes:
            if not isinstance(p, weft.Pass):
                raise attr_error("passes", p, "weft.Pass")
            if not isinstance(p.name, str) or not callable(p.function) or not isinstance(p.identity, (str, type(None))):
                raise RuntimeError(f"pass {p.name!r}: expected weft.Pass(name, function, identity or None, group), found {p}")
            if p.group not in GROUPS:
                raise RuntimeError(f'pass {p.name}: group "{p.group}" is none of {", ".join(GROUPS)}')
            if not isinstance(p.roles, tuple) or not set(p.roles) <= ROLES.keys():
                raise RuntimeError(f"pass {p.name}: roles {p.roles!r} is no tuple of {', '.join(ROLES)}")
        if self.partitioner is not None and not callable(self.partitioner):
            raise attr_error("partitioner", self.partitioner, "a function")

    def identity_known(self) -> bool:
        """Whether a text says all of these settings: functions are the user's, and not another process's."""
        return not self.passes and (self.partitioner is None or hasattr(self.partitioner, "identity"))

    def user_passes(self) -> tuple:
        """As C takes them."""
        functions = [named_pass(p) for p in self.passes]
        _functions.update(functions)
        return tuple((p.name, p.identity, 1 + GROUPS.index(p.group), f, sum(ROLES[r] for r in set(p.roles)))
                     for p, f in zip(self.passes, functions))

    @staticmethod
    def own(name, value, values):
        """value, of an option of ours."""
        want = type(values[0]) if values else object
        if not isinstance(value, want):
            raise attr_error(name, value, want.__name__)
        if values and value not in values:
            raise RuntimeError(f'option {name}: "{value}" is none of {", ".join(values)}')
        return value

    @classmethod
    def word(cls, name, v) -> str:
        """v as C takes it; what torch says of a wrong name or type."""
        rows = _native.tables()["options"]
        row = rows.get(name)
        if row is None:
            known = [*rows, "mode", *cls.OURS, "passes", "partitioner"]
            near = difflib.get_close_matches(name, known, 1, 0)
            raise RuntimeError(f"Unexpected optimization option {name}, known options are {known}; "
                               f"the nearest is {near[0] if near else known[0]}")
        want = {"int": int, "bool": bool, "str": (str, os.PathLike, list, tuple)}[row["type"]]
        if not isinstance(v, want) or (row["type"] == "int" and isinstance(v, bool)):
            raise attr_error(name, v, row["type"])
        if name == "progressive" and not isinstance(v, str):
            return "|".join(cls.version(e) for e in v)
        if row["type"] == "str":
            return ",".join(map(str, v)) if isinstance(v, (list, tuple)) else os.fspath(v)
        return str(int(v))

    @classmethod
    def version(cls, e) -> str:
        """One of the list progressive=[{"opt_level": 2}, "max_autotune=1"], as C takes it."""
        if not isinstance(e, (str, dict)):
            raise attr_error("progressive", e, "a dict of options")
        return e if isinstance(e, str) else ";".join(f"{k}={cls.word(k, v)}" for k, v in e.items())
