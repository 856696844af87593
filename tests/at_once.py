"""Several threads that do the same at one moment."""

import threading
from collections.abc import Callable

from django.db import connection


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
