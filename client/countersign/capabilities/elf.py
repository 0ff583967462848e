"""What an ELF file asks of others: undefined dynamic symbols and needed libraries. Pure; only the standard library.

System V ABI, chapter 4 (object files) and 5 (dynamic linking). The section headers lead to the tables; where they were
stripped, the dynamic segment does.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MOST_SYMBOLS = 500_000
MOST_IMPORTS = 5_000  # kept
LONGEST_NAME = 512
_DYNSYM, _DYNAMIC = 11, 6
_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ = 1, 5, 6, 10
_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv", 21: "ppc64", 22: "s390", 258: "loongarch"}


class NotElf(ValueError):
    """It does not hold together as an ELF file."""


@dataclass(frozen=True, slots=True)
class Elf:
    machine: str
    needs: tuple[str, ...]
    imports: tuple[str, ...]


def read_elf(data: bytes) -> Elf:
    """Raises NotElf for anything that is cut off or contradicts itself."""
    if data[:4] != b"\x7fELF" or len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
        raise NotElf
    try:
        return _Reader(data).read()
    except (struct.error, IndexError, OverflowError):
        raise NotElf from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.wide = data[4] == 2
        self.order = "<" if data[5] == 1 else ">"
        header = struct.unpack_from(self.order + ("HHIQQQIHHHHHH" if self.wide else "HHIIIIIHHHHHH"), data, 16)
        self.machine = header[1]
        self.program, self.sections = header[4], header[5]
        self.program_size, self.programs, self.section_size, self.section_count = header[8], header[9], header[10], header[11]

    def read(self) -> Elf:
        symbols, strings, dynamic = self._by_sections() or self._by_segments()
        needs = tuple(sorted({self._name(strings, value) for tag, value in self._tags(dynamic) if tag == _DT_NEEDED}))
        return Elf(_MACHINES.get(self.machine, str(self.machine)), needs, self._imports(symbols, strings))

    def _by_sections(self) -> tuple[bytes, bytes, bytes] | None:
        layout = self.order + ("IIQQQQIIQQ" if self.wide else "IIIIIIIIII")
        if not self.sections or not self.section_count or self.section_size < struct.calcsize(layout):
            return None
        table = [
            struct.unpack_from(layout, self.data, self.sections + number * self.section_size)
            for number in range(self.section_count)
        ]
        found = next((section for section in table if section[1] == _DYNSYM), None)
        if found is None or found[6] >= len(table):
            return None
        strings = table[found[6]]
        dynamic = next((section for section in table if section[1] == _DYNAMIC), None)
        return (
            self._part(found[4], found[5]),
            self._part(strings[4], strings[5]),
            self._part(dynamic[4], dynamic[5]) if dynamic else b"",
        )

    def _by_segments(self) -> tuple[bytes, bytes, bytes]:
        layout = self.order + ("IIQQQQQQ" if self.wide else "IIIIIIII")
        loads: list[tuple[int, int, int]] = []
        dynamic = b""
        for number in range(self.programs):
            segment = struct.unpack_from(layout, self.data, self.program + number * self.program_size)
            kind = segment[0]
            offset, address, size = (segment[2], segment[3], segment[5]) if self.wide else (segment[1], segment[2], segment[4])
            if kind == _PT_LOAD:
                loads.append((address, offset, size))
            elif kind == _PT_DYNAMIC:
                dynamic = self._part(offset, size)
        tags = dict(reversed(self._tags(dynamic)))
        if _DT_STRTAB not in tags or _DT_SYMTAB not in tags:
            return b"", b"", dynamic
        strings_at, symbols_at = self._offset(loads, tags[_DT_STRTAB]), self._offset(loads, tags[_DT_SYMTAB])
        strings = self._part(strings_at, tags.get(_DT_STRSZ, 0))
        # The count of symbols is nowhere stated without hashes; linkers put the strings behind the symbols.
        return self._part(symbols_at, max(strings_at - symbols_at, 0)), strings, dynamic

    @staticmethod
    def _offset(loads: list[tuple[int, int, int]], address: int) -> int:
        for start, offset, size in loads:
            if start <= address < start + size:
                return offset + address - start
        raise NotElf

    def _part(self, offset: int, size: int) -> bytes:
        if offset + size > len(self.data):
            raise NotElf
        return self.data[offset : offset + size]

    def _tags(self, dynamic: bytes) -> list[tuple[int, int]]:
        layout = struct.Struct(self.order + ("QQ" if self.wide else "II"))
        return list(layout.iter_unpack(dynamic[: len(dynamic) // layout.size * layout.size]))

    def _imports(self, symbols: bytes, strings: bytes) -> tuple[str, ...]:
        layout = struct.Struct(self.order + ("IBBHQQ" if self.wide else "IIIBBH"))
        whole = symbols[: min(len(symbols) // layout.size, MOST_SYMBOLS) * layout.size]
        section = 3 if self.wide else 5
        names = {self._name(strings, symbol[0]) for symbol in layout.iter_unpack(whole) if symbol[section] == 0 and symbol[0]}
        return tuple(sorted(name for name in names if name)[:MOST_IMPORTS])

    @staticmethod
    def _name(strings: bytes, at: int) -> str:
        end = strings.find(b"\0", at, at + LONGEST_NAME)
        return strings[at : end if end >= 0 else at + LONGEST_NAME].decode("utf-8", "backslashreplace")
