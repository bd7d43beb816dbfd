"""Failures of the engine in the words that requests, urllib3 and geventhttpclient have for them."""

import socket

import pytest
from requests import PreparedRequest

from katydid.contrib.fast_response import LocustBadStatusCode, RetriesExceeded
from katydid.request_errors import exception_for, name_error, tls_error

DECODE = "Received response with content-encoding: {}, but failed to decode it."


def failed(kind, text, number=None):
    request = PreparedRequest()
    request.url = "http://shop/"
    return exception_for((kind, text, number), request)


@pytest.mark.parametrize(
    ("text", "read", "missing"),
    [
        ("read the body from shop:80: connection closed after 100 bytes of 1000", 100, 900),
        ("read the body from shop:80: connection closed after 509 bytes, 9 bytes into a chunk of 100", 9, 91),
        # urllib3 reads a long chunk in pieces of 10 KiB, and counts from the last one.
        ("read the body from shop:80: connection closed after 10250 bytes, 10250 bytes into a chunk of 11000", 10, 750),
    ],
)
def test_a_body_that_is_cut(text, read, missing):
    partial = f"IncompleteRead({read} bytes read, {missing} more expected)"
    expected = f"ChunkedEncodingError(ProtocolError('Connection broken: {partial}', {partial}))"
    assert repr(failed("incomplete", text)) == expected


def test_a_body_that_ends_between_two_chunks():
    error = failed("incomplete", "read the body from shop:80: connection closed after 10 bytes")
    assert repr(error) == "ChunkedEncodingError(ProtocolError('Response ended prematurely'))"


def test_a_body_that_is_not_what_it_says():
    error = failed("decode", "decode the gzip body: deflate decompression error: incorrect data check")
    cause = "error('Error -3 while decompressing data: incorrect data check')"
    assert repr(error) == f"ContentDecodingError(DecodeError('{DECODE.format('gzip')}', {cause}))"
    assert "ValueError('bad')" in repr(failed("decode", "decode the br body: bad"))


def test_a_status_line_is_shown_as_it_came():
    error = failed("invalid_response", r'read from shop:80: invalid response: bad status line "\x00 \"no\""')
    assert error.__context__.args == ('\x00 "no"\r\n',)


def test_what_the_resolver_said():
    words = "resolve shop: failed to lookup address information: {}"
    assert name_error(words.format("Name or service not known")).errno == socket.EAI_NONAME
    assert name_error(words.format("Temporary failure in name resolution")).errno == socket.EAI_AGAIN


def test_a_certificate_has_its_own_exception():
    assert type(tls_error("tls with shop:443: certificate expired: x")).__name__ == "SSLCertVerificationError"
    assert type(tls_error("tls with shop:443: handshake failed: x")).__name__ == "SSLError"


def test_fast_errors_have_two_texts():
    error = LocustBadStatusCode("http://shop/1", code=404)
    assert (str(error), repr(error), error.code) == (
        "URL http://shop/1: code=404",
        "LocustBadStatusCode(code=404)",
        404,
    )
    error = RetriesExceeded("http://shop/", 0, original=TimeoutError("timed out"))
    assert repr(error) == "RetriesExceeded('http://shop/', 0, original=timed out)"
    error = RetriesExceeded("http://shop/", "Redirection limit reached (30)")
    assert repr(error) == "RetriesExceeded('http://shop/', 'Redirection limit reached (30)')"
