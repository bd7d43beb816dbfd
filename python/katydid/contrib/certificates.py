"""What an `ssl.SSLContext` says about whom to trust, for an engine with a TLS of its own."""

from __future__ import annotations

import atexit
import contextlib
import os
import ssl
import tempfile
from collections.abc import Callable

_known: dict[Callable[[], ssl.SSLContext], bool | str] = {}


def trust_of(make_context: Callable[[], ssl.SSLContext]) -> bool | str:
    """False for anybody, True for the system's authorities, or the path of a file with those of the context.

    Asked once for each factory. A client certificate cannot be read out of a context.
    """
    if make_context not in _known:
        _known[make_context] = _trust(make_context())
    return _known[make_context]


def _trust(context: ssl.SSLContext) -> bool | str:
    if context.verify_mode == ssl.CERT_NONE:
        return False
    authorities = context.get_ca_certs(binary_form=True)
    if not authorities or authorities == ssl.create_default_context().get_ca_certs(binary_form=True):
        return True
    with tempfile.NamedTemporaryFile("w", suffix=".pem", prefix="katydid-", delete=False) as file:
        file.writelines(map(ssl.DER_cert_to_PEM_cert, authorities))
    atexit.register(_remove, file.name)
    return file.name


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.remove(path)
