"""Sets of minutes as the bits of one integer: bit i is minute i of a window. Windows are whole days long."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate
from operator import and_, itemgetter

from bookme.core.time import DAY_MINUTES

_DAY_BYTES = DAY_MINUTES // 8


def ones(count: int) -> int:
    """The first `count` minutes; none if it is negative."""
    return (1 << count) - 1 if count > 0 else 0


def joined(days: Iterable[int]) -> int:
    """One mask of day masks laid end to end. One longer than a day reaches into the next; what leaves the end is cut.

    Quicker than shifting each day into a long mask: the cost of that grows with the square of the days.
    """
    carry, parts = 0, []
    for day in days:
        carry |= day
        parts.append((carry & _DAY).to_bytes(_DAY_BYTES, "little"))
        carry >>= DAY_MINUTES
    return int.from_bytes(b"".join(parts), "little")


def union(spans: Collection[tuple[int, int]], *, base: int, days: int) -> int:
    """The minutes of a window that any of the spans covers; `base` is the minute of its bit 0."""
    if not spans:
        return 0
    masks, size = [0] * days, days * DAY_MINUTES
    for start, end in spans:
        begin, length = start - base, end - start
        if begin < 0 or begin + length > size:
            begin, length = max(begin, 0), min(end - base, size) - max(begin, 0)
        if length > 0:
            masks[begin // DAY_MINUTES] |= ((1 << length) - 1) << begin % DAY_MINUTES
    return joined(masks)


def fitting(mask: int, length: int) -> int:
    """The minutes at which `length` minutes (at least 1) in a row begin, in about log2(length) steps."""
    done = 1
    while done * 2 <= length:
        mask &= mask >> done
        done *= 2
    return mask & mask >> (length - done)


def reaching(mask: int, ahead: int) -> int:
    """The minutes from which a set one is at most `ahead` minutes away, itself included."""
    done = 0
    while done < ahead:
        step = min(done + 1, ahead - done)
        mask |= mask >> step
        done += step
    return mask


def positions(mask: int) -> list[int]:
    """The set bits, lowest first."""
    gaps = f"{mask:b}"[::-1].split("1")
    return [before + zeros for before, zeros in enumerate(accumulate(map(len, gaps[:-1])))]


def picker(bits: Sequence[int]) -> Callable[[int], list[int]]:
    """Of a mask, for each of these bits in ascending order: 0 if it is not set, else some other number."""
    if len(bits) < 2:
        return lambda mask: [mask >> bit & 1 for bit in bits]
    bytes_of, within = itemgetter(*(bit >> 3 for bit in bits)), [1 << (bit & 7) for bit in bits]
    return lambda mask: list(
        map(and_, bytes_of(mask.to_bytes(max(mask.bit_length(), bits[-1]) // 8 + 1, "little")), within)
    )


def runs(mask: int) -> Sequence[tuple[int, int]]:
    """The unbroken stretches of set bits, as half-open spans."""
    return list(zip(positions(mask & ~(mask << 1)), positions(mask << 1 & ~mask), strict=True))


_DAY = ones(DAY_MINUTES)
