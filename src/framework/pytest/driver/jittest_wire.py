"""Frames over a file descriptor: a length, a nonce, JSON.

The nonce keeps apart what we wrote from what the code under test may write to a descriptor that
it guessed.
"""

import json
import os
import struct

NONCE_BYTES = 16
FRAME_BYTES = 16 << 20
HEADER = struct.Struct(">I")


class Malformed(Exception):
    """Somebody else wrote to the descriptor, or a frame is over its bound."""


def new_nonce():
    """Bytes that nobody can guess."""
    return os.urandom(NONCE_BYTES)


def write_frame(descriptor, nonce, value):
    """Writes one value; blocks until the reader has room."""
    body = json.dumps(value).encode("utf-8", "backslashreplace")
    data = memoryview(HEADER.pack(len(body)) + nonce + body)
    while data:
        data = data[os.write(descriptor, data) :]


class FrameReader:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self, nonce):
        self.nonce = nonce
        self.buffer = bytearray()

    def feed(self, data):
        """The frames that `data` completes; `Malformed` where they are not ours."""
        self.buffer += data
        frames = []
        start = HEADER.size + NONCE_BYTES
        while len(self.buffer) >= start:
            (size,) = HEADER.unpack_from(self.buffer)
            if bytes(self.buffer[HEADER.size : start]) != self.nonce or size > FRAME_BYTES:
                raise Malformed("a frame that is not ours")
            if len(self.buffer) < start + size:
                break
            frames.append(json.loads(bytes(self.buffer[start : start + size]).decode("utf-8")))
            del self.buffer[: start + size]
        return frames


def shortened(text, limit=500):
    """At most `limit` characters, without what JSON can't carry."""
    text = str(text).encode("utf-8", "backslashreplace").decode("utf-8").strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
