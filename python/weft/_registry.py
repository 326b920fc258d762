"""The table of backends, which is C's (weft/backend.h): functions of Python and of C under one set of names.

A backend of Python's is a function of torch's form, fn(graph module, example inputs) -> callable.  Packages offer
theirs as entry points of the group `weft_backends`: a function, or the path of a plug-in written in C.
"""
from __future__ import annotations

import functools
import importlib.metadata
import logging
import os

GROUP = "weft_backends"
EXCLUDED = ("debug", "experimental")


def _c():
    from weft import _native
    return _native.library()


def _words(tags) -> str:
    tags = (tags,) if isinstance(tags, str) else tuple(tags or ())
    for tag in tags:
        if not isinstance(tag, str) or not tag or "," in tag:
            raise ValueError(f"{tag!r} is no tag: words without commas are")
    return ",".join(tags)


def _check(fn) -> None:
    if not callable(fn):
        raise TypeError(f"compiler_fn must be callable, got {type(fn).__name__}")


def register_backend(compiler_fn=None, name: str | None = None, tags=()):
    if compiler_fn is None:
        return functools.partial(register_backend, name=name, tags=tags)
    _check(compiler_fn)
    name = name or getattr(compiler_fn, "__name__", None)
    if not name:
        raise ValueError(f"{compiler_fn!r} has no name: give one by name=")
    _c().backend_register(name, _words(tags), compiler_fn)
    return compiler_fn


def _words_of(entry) -> str:
    return f"backend '{entry.name}', entry point {entry.value}" + (f" of {entry.dist.name}" if entry.dist else "")


def _name(e: Exception, entry) -> None:
    """Puts into the text of e, which keeps its type, whose it is."""
    text = f"{_words_of(entry)}: {e}"
    if isinstance(e, ImportError):
        e.msg = text
    elif len(e.args) == 1 and isinstance(e.args[0], str):
        e.args = (text,)
    else:
        e.add_note(_words_of(entry))


def load(entry):
    """What stands behind an entry point: a function, or the path of a plug-in."""
    try:
        found = entry.load()
        if isinstance(found, (str, os.PathLike)):
            return os.fspath(found)
        _check(found)
    except Exception as e:
        _name(e, entry)
        raise
    return found


@functools.cache
def discover() -> None:
    """Announces the entry points, once in a process; none is loaded.  One whose name is none is told, and left out."""
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            _c().backend_announce(entry.name, entry)
        except ValueError as e:
            logging.getLogger("weft").error("%s is not used: %s", _words_of(entry), e)


def find(name: str):
    """The function of Python's under name; None: it is a backend of C's."""
    try:
        return _c().backend_lookup(name)
    except KeyError:
        discover()
    try:
        return _c().backend_lookup(name)
    except KeyError as e:
        raise ValueError(e.args[0]) from None


@functools.cache
def _of_c(name: str):
    import weft

    def compile_graph(gm, example_inputs, *, options=None, **kw):
        return weft.backend(gm, example_inputs, options={**(options or {}), "backend": name}, **kw)

    compile_graph.__name__ = compile_graph.__qualname__ = name
    return compile_graph


def lookup_backend(compiler_fn):
    if not isinstance(compiler_fn, str):
        return compiler_fn
    return find(compiler_fn) or _of_c(compiler_fn.replace("-", "_"))


def list_backends(exclude_tags=EXCLUDED) -> list[str]:
    discover()
    return _c().backend_list(_words(exclude_tags))
