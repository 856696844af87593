"""Whether two kinds of answers can be told apart: by what is in them, or by how long they take."""

import math
import re
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

# Of a fair comparison, one in 30,000 is beyond this.
TELLING = 4.0
_CHANGING = {"x-request-id", "expires", "date"}


def told(answer: Any, *secrets: str) -> dict[str, Any]:
    """All of an answer but what is random in every answer; of each secret only that it is there."""
    body = re.sub(r'(csrfmiddlewaretoken" value|opened" value|nonce|manifest)="[^"]*"', r"\1", answer.content.decode())
    body = re.sub(r'"csrfToken": "[^"]*"', "", body)
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in _CHANGING}
    headers["content-security-policy"] = re.sub(r"'nonce-[^']*'", "", headers.get("content-security-policy", ""))
    if "ratelimit" in headers:
        headers["ratelimit"] = re.sub(r"t=\d+", "t=", headers["ratelimit"])
    for secret in secrets:
        body = body.replace(secret, "it")
    cookies = {name: {**morsel, "expires": ""} for name, morsel in answer.cookies.items()}
    return {"status": answer.status_code, "body": body, "headers": headers, "cookies": cookies}


def seconds_of(
    works: Sequence[Callable[[], object]], *, times: int, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
    """How long each of the works took, so many times, turn by turn: what slows the machine slows them alike."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(times):
        for number in range(len(works)):
            at = (number + turn) % len(works)
            began = clock()
            works[at]()
            taken[at].append(clock() - began)
    return taken


def rank_sum(first: Sequence[float], second: Sequence[float]) -> float:
    """The statistic of Mann and Whitney in standard deviations: beyond TELLING the first kind is slower."""
    wins = sum((one > other) + (one == other) / 2 for one in first for other in second)
    pairs, size = len(first) * len(second), len(first) + len(second) + 1
    return (wins - pairs / 2) / math.sqrt(pairs * size / 12)


def figure(first: Sequence[float], second: Sequence[float]) -> str:
    return f"medians {median(first) * 1000:.2f} and {median(second) * 1000:.2f} ms, {rank_sum(first, second):+.1f} sd"
