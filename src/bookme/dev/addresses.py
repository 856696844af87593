"""DATABASE_URL and REDIS_URL of the developer's own: tried before anything starts, told in one line if they are bad."""

from __future__ import annotations

import os

import environ
import psycopg
import redis

from bookme.dev.place import ServerError

PATIENCE_SECONDS = 5


def require_answers() -> None:
    """Raises ServerError, naming the variable, where one of them leads to no server that lets us in."""
    if os.environ.get("DATABASE_URL"):
        _require_database(os.environ["DATABASE_URL"])
    if os.environ.get("REDIS_URL"):
        _require_redis(os.environ["REDIS_URL"])


def _require_database(url: str) -> None:
    told = environ.Env.db_url_config(url)
    if "postgresql" not in str(told.get("ENGINE")):
        raise ServerError("DATABASE_URL must be as postgres://user:password@host:5432/name.")
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    given = {name: str(told[key]) for name, key in names.items() if told.get(key)}
    options = {name: str(value) for name, value in told.get("OPTIONS", {}).items()}
    try:
        psycopg.connect(**({"connect_timeout": PATIENCE_SECONDS} | options | given)).close()  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise ServerError(f"DATABASE_URL: {_first_line(error)}") from error


def _require_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PATIENCE_SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise ServerError(f"REDIS_URL: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
