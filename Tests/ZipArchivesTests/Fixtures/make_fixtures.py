"""Writes the zip archives of the tests with Python's zipfile, and reads the one written here with it."""

import io
import pathlib
import zipfile

folder = pathlib.Path(__file__).parent
CONTENT = {
    "model/plans.json": b'{"name": "plans"}',
    "model/fold_0/zeros.bin": bytes(100_000),
    "model/fold_0/empty": b"",
    "model/ä b.txt": "ä".encode(),
}


class Pipe(io.RawIOBase):
    """An output that cannot be rewound, so that sizes follow the bytes."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.bytes += piece
        return len(piece)


def write(target, method, large=False, comment=b""):
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.comment = comment
        archive.writestr(zipfile.ZipInfo("model/"), b"")
        for name, content in CONTENT.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=large) as entry:
                entry.write(content)


write(folder / "deflated.zip", zipfile.ZIP_DEFLATED)
write(folder / "large.zip", zipfile.ZIP_DEFLATED, large=True)
write(folder / "commented.zip", zipfile.ZIP_DEFLATED, comment=b"PK\x05\x06 not the end" * 3)
pipe = Pipe()
write(pipe, zipfile.ZIP_DEFLATED)
(folder / "streamed.zip").write_bytes(pipe.bytes)

written = folder / "written.zip"
if written.exists():
    with zipfile.ZipFile(written) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a/stored.bin", "a/deflated.bin", "aligned", "ä"], archive.namelist()
        assert archive.read("a/stored.bin") == b"stored"
        assert archive.read("a/deflated.bin") == b"deflated" * 1000
        assert archive.read("aligned") == bytes(range(256))
        assert archive.read("ä") == b""
        info = archive.getinfo("aligned")
        raw = written.read_bytes()
        assert raw.find(bytes(range(256))) % 64 == 0
    print("zipfile reads written.zip")
