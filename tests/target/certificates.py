"""Certificates for the TLS listeners, made anew for each test session. Nothing of it is in the repository."""

from __future__ import annotations

import datetime
from pathlib import Path

import trustme


def make_certificates(folder: Path) -> None:
    """Writes ca.pem (trusted by nobody), client.pem and one server-*.pem for each kind of listener:
    https (good, for 127.0.0.1 and localhost), expired, wronghost, selfsigned (another authority), mutual."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    stranger = trustme.CA(organization_name="nobody knows me")
    names = ("127.0.0.1", "localhost")
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)
    servers = {
        "https": authority.issue_cert(*names),
        "expired": authority.issue_cert(*names, not_before=past - datetime.timedelta(days=30), not_after=past),
        "wronghost": authority.issue_cert("another.example"),
        "selfsigned": stranger.issue_cert(*names),
        "mutual": authority.issue_cert(*names),
    }
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name, certificate in servers.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"server-{name}.pem")
    authority.issue_cert("tester@example.com").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
