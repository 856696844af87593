"""Several threads that do the same at one moment."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

PATIENCE = 20


def all_at_once(size: int, work: Callable[[int], object]) -> None:
    """Run `work(number)` in so many threads that begin together; the first failure of any of them is raised."""
    together, failures = threading.Barrier(size), []

    def one(number: int) -> None:
        try:
            together.wait()
            work(number)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(size)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]


def met(function: Callable[..., Any], size: int) -> Callable[..., Any]:
    """The same, but the first so many callers all have its answer before any of them goes on.

    For controls: what a lock makes impossible happens for certain without it, however slow or fast the machine is.
    """
    together, is_over = threading.Barrier(size), threading.Event()

    def called(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        if not is_over.is_set():
            together.wait(PATIENCE)
            is_over.set()
        return answer

    return called
