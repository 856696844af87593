"""python -m bookme.dev run | reset | up | down | env [PROFILE]: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys

from bookme.dev import reset, run, servers
from bookme.dev.place import ServerError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bookme.dev", description="The local product and its servers.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run everything in the foreground")
    commands.add_parser("reset", help="delete all local data").add_argument("--yes", action="store_true")
    for name, purpose in (("up", "start the servers, for good"), ("down", "stop them"), ("env", "print addresses")):
        commands.add_parser(name, help=purpose).add_argument("profile", nargs="?", default="local")
    arguments = parser.parse_args()
    try:
        return _do(arguments)
    except ServerError as error:
        print(f"bookme: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 1


def _do(arguments: argparse.Namespace) -> int:
    if arguments.command == "run":
        return run.main()
    if arguments.command == "reset":
        return reset.main(is_sure=arguments.yes)
    if arguments.command == "down":
        servers.down(arguments.profile)
        return 0
    with servers.up(arguments.profile, keep=arguments.command == "up") as running:
        print(f"DATABASE_URL={running.database_url}\nREDIS_URL={running.redis_url}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
