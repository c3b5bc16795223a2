"""Gives the program checkpoints made to exhaust time or memory, and prints what each took. No part of run.sh, whose tests are not timed.

Usage: python Tests/hostile_checkpoints.py PROGRAM
Fails unless every import ends with status 1 and one line within two seconds. Needs nothing but Python."""
import os
import pathlib
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

LIMIT = 2.0
fixture = pathlib.Path(__file__).parent / "ModelExchangeTests" / "Fixtures" / "plain"
MILLION = 1_000_000
MARK = f"{tempfile.gettempdir()}/delineate-hostile-checkpoint-executed"


def text(content):
    return b"X" + struct.pack("<I", len(content)) + content


def kept(number, thing):
    return thing + b"q" + bytes([number]) + b"0"


def weights(thing):
    arguments = text(b"init_args") + b"}" + text(b"configuration") + text(b"3d_fullres") + b"ss"
    return b"\x80\x02}" + arguments + text(b"network_weights") + thing + b"s."


class Executed:
    def __reduce__(self):
        return os.system, (f"touch {MARK}",)


# Name, what makes the list of objects, whether that is compressed in the archive.
PICKLES = [
    ("lists nested a million deep", lambda: weights(b"]" * MILLION + b"a" * (MILLION - 1)), False),
    ("dictionaries nested a million deep", lambda: weights((b"}" + text(b"a")) * MILLION + b"N" + b"s" * MILLION), False),
    ("a chain of a million tuples", lambda: weights(b"N" + b"\x85" * MILLION), False),
    ("a million marks", lambda: weights(b"(" * MILLION), False),
    ("lists of ten lists, thirty deep", lambda: weights(b"N" + b"".join(b"q" + bytes([n]) + b"0](" + (b"h" + bytes([n])) * 10 + b"e" for n in range(30))), False),
    ("a text of a megabyte encoded ten thousand times", lambda: kept(0, text(b"a" * (1 << 20))) + kept(1, text(b"latin1")) + kept(2, b"c_codecs\nencode\n")
     + b"h\x02h\x00h\x01\x86R0" * 10_000 + b"}", False),
    ("dictionaries of a list of 100000 pairs, ten thousand times", lambda: kept(0, b"NN\x86") + kept(1, b"](" + b"h\x00" * 100_000 + b"e\x85")
     + kept(2, b"ccollections\nOrderedDict\n") + b"h\x02h\x01R0" * 10_000 + b"}", False),
    ("a class with a long name, a million times", lambda: kept(0, text(b"a" * 900)) + b"h\x00h\x00\x930" * MILLION + b"}", False),
    ("a number type whose order is set a million times", lambda: kept(0, b"cnumpy\ndtype\n" + text(b"f8") + b"\x85R") + kept(1, b"K\x03" + text(b">") + b"\x86")
     + b"h\x00h\x01b0" * MILLION + b"}", False),
    ("a million items of one long name", lambda: b"}" + text(b"init_args") + kept(0, text(b"a" * 100_000)) + b"}(" + b"h\x00N" * MILLION + b"us", False),
    ("ten million memos", lambda: b"N" + b"\x94" * 10 * MILLION, False),
    ("fifty million tuples, compressed to 50 kB", lambda: b")" * 50 * MILLION, True),
    ("os.system", lambda: pickle.dumps({"network_weights": Executed(), "init_args": {"configuration": "3d_fullres"}}, protocol=2), False),
]


def make(index, path):
    """Writes a checkpoint, in a process of its own: the memory of who starts a program counts as the program's."""
    _, pieces, is_compressed = PICKLES[index]
    content = pieces()
    if not content.startswith(b"\x80"):
        content = b"\x80\x02" + content + b"."
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data.pkl", content)


def run(program, index):
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "model"
        shutil.copytree(fixture, model)
        path = model / "fold_0" / "checkpoint_final.pth"
        subprocess.run([sys.executable, __file__, "--make", str(index), str(path)], check=True)
        start = time.monotonic()
        process = subprocess.Popen([program, "model", "import", str(model), "--output", f"{folder}/imported"], stderr=subprocess.PIPE)
        errors = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        return path.stat().st_size, seconds, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status), errors.strip()


if sys.argv[1] == "--make":
    make(int(sys.argv[2]), sys.argv[3])
    sys.exit()
failed = 0
for index, (name, _, _) in enumerate(PICKLES):
    size, seconds, memory, status, errors = run(sys.argv[1], index)
    fault = status != 1 or errors.count("\n") > 0 or seconds > LIMIT or os.path.exists(MARK)
    failed += fault
    print(f"{'FAULT ' if fault else ''}{name}: {size / 1e6:.2f} MB, {seconds:.2f} s, {memory / 1e6:.0f} MB of memory: {errors[-120:]}")
sys.exit(1 if failed else 0)
