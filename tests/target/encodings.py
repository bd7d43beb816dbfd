"""One text in each content encoding. The bytes of br and zstd were made once, the standard library has neither.

The frame of zstd has a checksum, as its command line tool makes them: without one nobody can see it is corrupt.
"""

from __future__ import annotations

import base64
import gzip
import zlib

PLAIN = b"katydids sing at night; " * 40


def _raw_deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


BODIES = {
    "identity": PLAIN,
    "gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": zlib.compress(PLAIN),
    "raw-deflate": _raw_deflate(PLAIN),
    "br": base64.b64decode("G78D+MVtbF3P7y1BCAk6dqqFKqsTgvDwXlYQb4OHxRYA"),
    "zstd": base64.b64decode("KLUv/QRoBQEAwGthdHlkaWRzIHNpbmcgYXQgbmlnaHQ7IAEAlN5qjgEF0mG1"),
}
# The name in Content-Encoding where it is not the route's own.
NAMES = {"raw-deflate": "deflate"}
