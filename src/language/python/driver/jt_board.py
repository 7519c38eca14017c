"""Where a child writes what it found: memory that it shares with its parent, as each write to a
pipe would wake the parent up. What has no room there goes through the pipe.
"""

import mmap
import os
import struct

BYTES = 8 << 20
HEADER = struct.Struct("=Q")


class Board:
    """Lines by one process at a time; what is written stays when the writer dies."""

    def __init__(self):
        self.memory = mmap.mmap(-1, BYTES)
        self.reading, self.writing = os.pipe()
        self._set(HEADER.size)

    def _used(self):
        return HEADER.unpack_from(self.memory)[0]

    def _set(self, used):
        HEADER.pack_into(self.memory, 0, used)

    def write(self, data):
        """One line, with its end."""
        used = self._used()
        if used + len(data) <= BYTES:
            self.memory[used : used + len(data)] = data
            self._set(used + len(data))
            return
        self._set(BYTES)  # the order is kept: from here on all lines go through the pipe
        while data:
            data = data[os.write(self.writing, data) :]

    def written(self):
        """How much there is so far, besides what went through the pipe."""
        return self._used()

    def read(self):
        """All lines of the memory, as bytes."""
        return bytes(self.memory[HEADER.size : self._used()]).rstrip(b"\0")

    def close(self):
        """Gives the memory back."""
        self.memory.close()
