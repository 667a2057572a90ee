"""What logs must not show: how strings look that open something, and how a secret may be written.

A masked value is as long as it was, in asterisks; line breaks stay. So offsets, lines and sizes of a log stay what they
are. What stands before a value stays, too, so that people see what kind of key was there.
"""

import json
import re
from typing import NamedTuple
from urllib.parse import quote

MASKABLE_CHARS = 4  # masking "a" or "no" would make a log unreadable
LINE_CHARS = 16  # of a secret of several lines each line of this length is a secret
REACH_BYTES = 8 << 10  # a key that is written in pieces is found if it is no longer
MOST_SECRET_BYTES = 64 << 10


class Shape(NamedTuple):
    """One kind of key: `before` it, and the value itself, as regular expressions that both `re` and RE2 read.

    begun: what the value is made of, so that its beginning is known at the end of a log that grows. Values may hold
    asterisks: their first part may be masked already.
    """

    name: str
    before: str
    value: str
    begun: str


_BASE64 = r"[A-Za-z0-9+/=*]"
_WORD = r"[A-Za-z0-9_*-]"
SHAPES = (
    Shape(
        "keys of Azure's services and of AWS, by their name",
        r"(?i:account_?key|access_?key|shared_?key)[\"']?\s?[=:]\s?[\"']?",
        _BASE64 + "{20,}",
        _BASE64,
    ),
    Shape("signatures of Azure's SAS addresses", r"\bsig=", r"[A-Za-z0-9%+/_=*-]{20,}", r"[A-Za-z0-9%+/_=*-]"),
    Shape("keys of Azure's storage accounts, alone", "", r"[A-Za-z0-9+/]{86}==", r"[A-Za-z0-9+/]"),
    Shape("ids of AWS's keys", r"\b(?:AKIA|ASIA)", r"[A-Z0-9]{16}", "[A-Z0-9]"),
    Shape("bearer tokens", r"(?i:bearer) ", r"[A-Za-z0-9._~+/=*-]{16,}", r"[A-Za-z0-9._~+/=*-]"),
    Shape("passwords of HTTP", r"(?i:authorization)[\"']?: ?[\"']?(?i:basic) ", _BASE64 + "{8,}", _BASE64),
    Shape("JSON web tokens", r"\beyJ", rf"{_WORD}{{5,}}[.*]{_WORD}{{5,}}[.*]{_WORD}*", r"[A-Za-z0-9_.*-]"),
    Shape("tokens of GitHub", r"\b(?:gh[pousr]_|github_pat_)", r"[A-Za-z0-9_*]{22,}", r"[A-Za-z0-9_*]"),
    Shape("tokens of GitLab", r"\bglpat-", _WORD + "{20,}", _WORD),
    Shape("tokens of Slack", r"\bxox[abeprs]-", r"[A-Za-z0-9*-]{10,}", r"[A-Za-z0-9*-]"),
    Shape("tokens of Hugging Face", r"\bhf_", r"[A-Za-z0-9*]{30,}", r"[A-Za-z0-9*]"),
    Shape("keys of language models' services", r"\bsk-", _WORD + "{20,}", _WORD),
    Shape("keys of Google's services", r"\bAIza", _WORD + "{35}", _WORD),
    Shape("tokens of PyPI and npm", r"\b(?:pypi-|npm_)", _WORD + "{36,}", _WORD),
    Shape("passwords in addresses", r"://[^\s/:@\"']*:", r"[^\s/@\"']+@", r"[^\s/@\"']"),
    Shape(
        "private keys",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:\s*[A-Z][A-Za-z]+-[A-Za-z]+: [^\n]*\n)*",
        r"[A-Za-z0-9+/=*\s\\]{16,}",
        r"[A-Za-z0-9+/=*\s\\]",
    ),
)
_NOT_A_BREAK = re.compile(rb"[^\r\n]")


def spellings(secret: str) -> list[bytes]:
    """How a secret may be written in a log: as it is, in JSON, in an address; and its longer lines."""
    lines = [line.strip() for line in secret.splitlines()]
    several = [line for line in lines if len(line) >= LINE_CHARS] if len(lines) > 1 else []
    texts = [secret, secret.strip(), json.dumps(secret)[1:-1], quote(secret, safe=""), *several]
    found = {text.encode(errors="replace") for text in texts if len(text) >= MASKABLE_CHARS}
    return sorted((one for one in found if len(one) <= MOST_SECRET_BYTES), key=len, reverse=True)


def told_apart(secret: bytes) -> int:
    """How many of its first bytes a growing log may not end in."""
    return min(8, max(2, len(secret) // 4))


def asterisks(value: bytes) -> bytes:
    """As long as the value, with its line breaks."""
    return _NOT_A_BREAK.sub(b"*", value)
