"""Artifacts made to break a reader, each refused with the byte at fault.  They are put together by hand here."""
import os
import resource
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEFT = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "weft")
BUILTIN, VHLO = 0, 1


def varint(v):
    for more in range(8):
        if v >> (7 * (more + 1)) == 0:
            return ((v << (more + 1)) | (1 << more)).to_bytes(more + 1, "little")
    return b"\0" + v.to_bytes(8, "little")


def numbers(*values):
    return b"".join(varint(v) for v in values)


def section(number, body):
    return bytes([number]) + varint(len(body)) + body


class Artifact:
    """`func @main(t) -> t { return arg }` of tensors of f32; what differs is given."""
    strings = [b"builtin", b"vhlo", b"module", b"func_v1", b"return_v1", b"add_v1", b"arg_attrs", b"main", b"public", b"x"]
    UNKNOWN, EMPTY, TYPE, MAIN, PUBLIC, VISIBLE = range(6)

    def __init__(self, more_attrs=(), more_types=(), body=None, values=1, nops=1, functions=1, strings=None,
                 properties=None):
        self.strings = strings or self.strings
        #                UnknownLoc   array []       type            "main"          "public"       "x"
        self.attrs = [(BUILTIN, numbers(15)), (VHLO, numbers(1, 0)), (VHLO, numbers(17, 2)), (VHLO, numbers(14, 7)),
                      (VHLO, numbers(14, 8)), (VHLO, numbers(14, 9)), *more_attrs]
        #                f32            tensor<f32>         (tensor<f32>) -> tensor<f32>
        self.types = [(VHLO, numbers(4)), (VHLO, numbers(20, 0, 0)), (VHLO, numbers(8, 1, 1, 1, 1)), *more_types]
        self.properties = properties or [numbers(0, 0), numbers(1, 2, 1, 3, 4)]
        block = body if body is not None else self.returned(0)
        region = numbers(1, values, nops << 1 | 1) + numbers(1, 1 << 1) + b"\0" + block
        function = numbers(1) + bytes([0x50]) + numbers(0, 1, 1 << 1 | 1) + section(4, region)
        module = numbers(1, 0, functions << 1) + function * functions
        self.ir = numbers(1 << 1, 0) + bytes([0x50]) + numbers(0, 0, 1 << 1 | 1) + section(4, module)

    @staticmethod
    def returned(value):
        return numbers(2) + bytes([4]) + numbers(0, 1, value)

    def entries(self):
        out, bodies = numbers(len(self.attrs), len(self.types)), b""
        for dialect, body in self.attrs + self.types:
            out += numbers(dialect, 1, len(body) << 1 | 1)
            bodies += body
        return section(3, out) + section(2, bodies)

    def bytes(self):
        lengths = numbers(len(self.strings), *(len(s) + 1 for s in reversed(self.strings)))
        #         dialects            names of ops: builtin.module; vhlo.func_v1, return_v1, add_v1
        dialects = numbers(2, 0 << 1, 1 << 1, 4) + numbers(0, 1, 2 << 1 | 1) + numbers(1, 3, 3 << 1 | 1, 4 << 1 | 1, 5 << 1 | 1)
        properties = numbers(len(self.properties)) + b"".join(varint(len(p)) + p for p in self.properties)
        return (b"ML\xefR" + numbers(6) + b"StableHLO_v1.17.0\0" + section(1, dialects) + self.entries() +
                section(4, self.ir) + section(0, lengths + b"".join(s + b"\0" for s in self.strings)) +
                section(8, properties))


def weft(tmp_path, data):
    file = tmp_path / "a.mlirbc"
    file.write_bytes(data)
    limit = (1 << 29, 1 << 29)          # of memory: what is claimed is not taken
    return subprocess.run([WEFT, "opt", str(file)], capture_output=True, text=True, timeout=60,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))


def test_the_plain_one_is_read(tmp_path):
    done = weft(tmp_path, Artifact().bytes())
    assert done.returncode == 0 and "return %arg0 : tensor<f32>" in done.stdout, done.stderr


# An array of an array of ... of the attribute before it, twice each: 2 to the 60th parts as text.
def doubling(n):
    return [(VHLO, numbers(1, 2, 5 + i, 5 + i)) for i in range(n)]


def chain(n):
    return [(VHLO, numbers(1, 1, 7 + i)) for i in range(n)] + [(VHLO, numbers(1, 0))]


def add(left, right, attrs=None):
    dictionary = b"" if attrs is None else numbers(attrs)
    return (numbers(3) + bytes([0x06 | (0x01 if attrs is not None else 0)]) + numbers(0) + dictionary +
            numbers(1, 1) + numbers(2, left, right))


MANY = 1 << 31


def head(mask, *rest):
    """vhlo.add_v1 with a mask of its own, at an unknown location."""
    return numbers(3) + bytes([mask]) + numbers(0, *rest)


def nested_regions(n):
    """An op with a region that holds one op with a region ..."""
    region = numbers(1, 0, 1 << 1)
    return (head(0x10, 1 << 1) + region) * n + Artifact.returned(0)


def sized(size, custom=1):
    """The table of attributes says of one that it has so many bytes."""
    a = Artifact()
    a.entries = lambda: section(3, numbers(1, 0, 0, 1, size << 1 | custom)) + section(2, b"\x01\x01")
    return a


BROKEN = {
    "operands without end": (Artifact(body=head(0x06, 1, 1, MANY, 0) + Artifact.returned(0), values=2, nops=2), "operands"),
    "results without end": (Artifact(body=head(0x06, MANY, 1, 1, 0) + Artifact.returned(0), values=2, nops=2), "results"),
    "successors": (Artifact(body=head(0x08, MANY) + Artifact.returned(0), nops=2), "successors"),
    "regions without end": (Artifact(body=head(0x10, MANY << 1) + Artifact.returned(0), nops=2), "regions"),
    "orders of uses without end": (Artifact(body=head(0x26, 2, 1, 1, 2, 0, 0, MANY), values=3, nops=2), "orders of uses"),
    "values without end": (Artifact(values=MANY), "values"),
    "ops without end": (Artifact(nops=MANY), "found the end of what holds it"),
    "properties out of range": (Artifact(body=head(0x40, MANY) + Artifact.returned(0), nops=2), "properties"),
    "attributes out of range": (Artifact(body=head(0x01, MANY) + Artifact.returned(0), nops=2), "attribute"),
    "a type out of range": (Artifact(body=head(0x06, 1, MANY, 1, 0) + Artifact.returned(0), values=2, nops=2), "type"),
    "a string out of range": (Artifact(more_attrs=[(VHLO, numbers(14, MANY))], properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]),
                              "string"),
    "an attribute beyond its section": (sized(1 << 40), "bytes"),
    "elements beyond the file": (Artifact(more_attrs=[(VHLO, numbers(15, 1, 1 << 62))],
                                          properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]), "elements"),
    "regions in regions": (Artifact(body=nested_regions(3000), nops=2), "nested deeper than the limit"),
    "a location in itself": (Artifact(more_attrs=[(BUILTIN, numbers(10, 6, 6))],
                                      body=numbers(3) + bytes([6]) + numbers(6, 1, 1, 2, 0, 9) + Artifact.returned(0), values=2, nops=2),
                             "value 9"),
    "a value of its own": (Artifact(body=add(1, 0) + Artifact.returned(1), values=2, nops=2), "used before it is made"),
    "a value out of range": (Artifact(body=Artifact.returned(7)), "value 7, there are 1"),
    "more values than announced": (Artifact(body=add(0, 0) + Artifact.returned(0), nops=2), "more values in a region"),
    "an attribute in itself": (Artifact(more_attrs=[(VHLO, numbers(1, 1, 6))], properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]),
                               "is a part of itself"),
    "a type in itself": (Artifact(more_types=[(VHLO, numbers(23, 1, 3))], more_attrs=[(VHLO, numbers(17, 3))],
                                  properties=[numbers(0, 0), numbers(1, 6, 1, 3, 4)]), "is a part of itself"),
    "a future of a token": (Artifact(more_types=[(VHLO, numbers(22)), (VHLO, numbers(42, 1, 3))],
                                     more_attrs=[(VHLO, numbers(17, 4))], properties=[numbers(0, 0), numbers(1, 6, 1, 3, 4)]),
                            "a future holds ranked tensors"),
    "sharing without end": (Artifact(more_attrs=doubling(60), properties=[numbers(0, 0), numbers(65, 2, 1, 3, 4)]),
                            "parts"),
    "nesting without end": (Artifact(more_attrs=chain(2000), properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]),
                            "nested deeper than the limit"),
    "a huge shape": (Artifact(more_types=[(VHLO, numbers(20, 2, 1 << 62, 1 << 62, 0))], more_attrs=[(VHLO, numbers(17, 3))],
                              properties=[numbers(0, 0), numbers(1, 6, 1, 3, 4)]), "overflows 64 bits"),
    "a huge array": (Artifact(more_attrs=[(VHLO, numbers(1, 1 << 60))], properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]),
                     "attributes in"),
    "two functions of a name": (Artifact(functions=2), "is defined already"),
    "a wrong kind": (Artifact(properties=[numbers(0, 0), numbers(1, 3, 1, 3, 4)]), "needs a name, a type and a body"),
    "bytes behind properties": (Artifact(properties=[numbers(0, 0), numbers(1, 2, 1, 3, 4, 4)]), "are left behind"),
    "too few properties": (Artifact(properties=[numbers(0, 0), numbers(1, 2)]), "found the end of what holds it"),
    "an unknown attribute": (Artifact(more_attrs=[(VHLO, numbers(63))], properties=[numbers(0, 0), numbers(6, 2, 1, 3, 4)]),
                             "attribute 63 of vhlo is unknown"),
    "an unknown operation": (Artifact(body=add(0, 0) + Artifact.returned(1), values=2, nops=2,
                                      strings=[*Artifact.strings[:5], b"odd_v1", *Artifact.strings[6:]]), "unknown operation 'vhlo.odd_v1'"),
    "a name that is no text": (Artifact(strings=[*Artifact.strings[:5], b"a\xff", *Artifact.strings[6:]]), "UTF-8"),
    "no end": (Artifact(body=add(0, 0), values=2), "expected a return"),
    "an op behind the end": (Artifact(body=Artifact.returned(0) * 2, nops=2), "behind the end of its block"),
    "a name given twice": (Artifact(more_attrs=[(BUILTIN, numbers(2, 9)), (BUILTIN, numbers(1, 2, 6, 5, 6, 5))],
                                    body=add(0, 0, 7) + Artifact.returned(1), values=2, nops=2), "given twice"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_is_refused(name, tmp_path):
    artifact, says = BROKEN[name]
    done = weft(tmp_path, artifact.bytes())
    assert done.returncode == 1 and says in done.stderr, done.stderr
    assert done.stderr.startswith(f"{tmp_path / 'a.mlirbc'}:"), done.stderr


@pytest.mark.parametrize("data, says", [
    (b"ML\xefR", "end"), (b"ML\xefR" + numbers(7) + b"StableHLO_v1.0.0\0", "format 7"),
    (b"ML\xefR" + numbers(6) + b"MLIR20.0\0", "not a portable artifact"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.21.0\0", "1.21.0"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.0.0\0", "section is missing"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.0.0\0" + section(0, numbers(1 << 60)), "strings in"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.0.0\0\x00" + numbers(1 << 50), "are left"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.0.0\0" + section(0, numbers(0)) * 2, "a second string section"),
    (b"ML\xefR" + numbers(6) + b"StableHLO_v1.0.0\0" + section(77, b""), "section 77")])
def test_broken_containers_are_refused(data, says, tmp_path):
    done = weft(tmp_path, data)
    assert done.returncode == 1 and says in done.stderr, done.stderr
