"""`python -m benchmarks.clients`: guests who book one after another, as many at once as lists of starts are given.

Takes JSON from standard input, and answers with the seconds that each booking took.
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection
from typing import Any

_REFUSED = {409: "taken", 503: "waited"}


def main() -> None:
    asked = json.load(sys.stdin)
    result: dict[str, Any] = {"times": [], "taken": 0, "waited": 0}
    begin = threading.Barrier(len(asked["starts"]))
    guests = [
        threading.Thread(target=_book, args=(asked, number, starts, begin, result))
        for number, starts in enumerate(asked["starts"])
    ]
    for guest in guests:
        guest.start()
    for guest in guests:
        guest.join()
    print(json.dumps(result))


def _book(asked: dict[str, Any], number: int, starts: list[str], begin: threading.Barrier, result: Any) -> None:
    server = HTTPConnection("127.0.0.1", asked["port"], timeout=60)
    begin.wait()
    until = time.monotonic() + asked["seconds"]
    for count, start in enumerate(starts):
        began = time.monotonic()
        if began > until:
            return
        server.request("POST", "/api/v1/bookings/", *_request(asked, number, count, start))
        answer = server.getresponse()
        answer.read()
        if answer.status == 201:
            result["times"].append(time.monotonic() - began)
        else:
            result[_REFUSED[answer.status]] += 1


def _request(asked: dict[str, Any], number: int, count: int, start: str) -> tuple[str, dict[str, str]]:
    body = {
        "service": asked["service"],
        "start": start,
        "staff": "any",
        "customer": {"name": "Guest", "email": f"guest{number}.{count}@example.com"},
        "consents": {"terms": True, "privacy": True},
    }
    address = f"10.{number}.{count // 250}.{count % 250 + 1}"
    headers = {"Host": asked["host"], "Content-Type": "application/json", "X-Forwarded-For": address}
    return json.dumps(body), headers


if __name__ == "__main__":
    main()
