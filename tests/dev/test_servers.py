"""The embedded servers: one up, all users served, every kind of leftover recovered from."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from bookme.dev import processes, servers
from bookme.dev.place import Place, ServerError
from bookme.dev.postgres import Postgres
from bookme.dev.servers import Servers
from bookme.dev.state import load_state, new_state, save_state
from bookme.dev.valkey import Valkey

from .conftest import needs_root


@contextlib.contextmanager
def up(root: Path, profile: str = "test") -> Iterator[Servers]:
    with servers.up(profile, root=root) as running:
        yield running


def ask(url: str, sql: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return str(row[0])


def postmaster(root: Path, profile: str = "test") -> int:
    pid = Postgres(Place(root, profile))._postmaster()
    assert pid is not None
    return pid


def runs(root: Path) -> tuple[bool, bool]:
    place = Place(root, "test")
    return Postgres(place).is_running(), Valkey(place).is_running()


def leave_a_row(running: Servers) -> None:
    with psycopg.connect(running.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("DELETE FROM kept")
        connection.execute("INSERT INTO kept VALUES (7)")


def test_both_servers_answer_as_the_product_needs_them(checkout: Path) -> None:
    with up(checkout) as running:
        assert ask(running.database_url, "SHOW timezone") == "UTC"
        assert ask(running.database_url, "SHOW max_connections") == "200"
        assert ask(running.database_url, "SHOW max_locks_per_transaction") == "512"
        assert ask(running.database_url, "SHOW fsync") == "off"
        assert int(ask(running.database_url, "SHOW server_version_num")) >= 180000
        assert ask(running.database_url, "SELECT upper('é')") == "É"
        found = ask(running.database_url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'")
        assert found == "1"
        assert redis.Redis.from_url(running.redis_url).ping()
    assert runs(checkout) == (False, False)


def test_nobody_gets_in_without_the_password(checkout: Path) -> None:
    with up(checkout) as running:
        password = running.database_url.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(running.database_url.replace(password, "guessed-guessed-guessed"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(running.redis_url.replace(password, "guessed")).ping()
        assert not processes.running_with(password)
    for path in (checkout / ".bookme" / "test").rglob("*"):
        if path.is_file() and password.encode() in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, path


def test_the_last_user_stops_the_servers_whoever_started_them(checkout: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from bookme.dev import servers
with servers.up("test", root=Path({str(checkout)!r})):
    print("up", flush=True)
    sys.stdin.readline()
"""
    command = [sys.executable, "-c", code]
    with up(checkout):
        pid = postmaster(checkout)
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdout.readline() == "up\n"
    assert runs(checkout) == (True, True), "stopped under another user"
    assert postmaster(checkout) == pid
    other.communicate("done\n")
    assert other.returncode == 0
    assert runs(checkout) == (False, False)


def test_a_killed_user_does_not_count(checkout: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from bookme.dev import servers
servers.up("test", root=Path({str(checkout)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    pid = postmaster(checkout)
    with up(checkout):
        assert postmaster(checkout) == pid, "a running server is adopted"
    assert runs(checkout) == (False, False)


def test_kept_servers_outlive_their_users_until_down(checkout: Path) -> None:
    servers.up("test", root=checkout, keep=True).release()
    with up(checkout):
        pass
    assert runs(checkout) == (True, True)
    servers.down("test", root=checkout)
    assert runs(checkout) == (False, False)
    with up(checkout):
        pass
    assert runs(checkout) == (False, False), "kept only once"


def test_data_survives_kill_9_of_both_servers(checkout: Path) -> None:
    with up(checkout, "local") as running:
        leave_a_row(running)
        os.kill(postmaster(checkout, "local"), signal.SIGKILL)
        for pid in processes.running_with(Valkey(Place(checkout, "local"))._marker):
            os.kill(pid, signal.SIGKILL)
        with up(checkout, "local") as again:
            assert ask(again.database_url, "SELECT id FROM kept") == "7"
            assert redis.Redis.from_url(again.redis_url).ping()


def test_a_stale_pid_file_with_a_recycled_id_does_not_stop_the_start(checkout: Path) -> None:
    with up(checkout) as running:
        leave_a_row(running)
        pid_file = Postgres(Place(checkout, "test")).data / "postmaster.pid"
        stale = pid_file.read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *stale[1:]]) + "\n")
        with up(checkout) as running:
            assert ask(running.database_url, "SELECT id FROM kept") == "7"
        assert stranger.poll() is None, "another program was stopped"
    finally:
        stranger.kill()
        stranger.wait()


BROKEN_STATES = {
    "empty": "",
    "cut": '{"password": "0123456789abcdef0123',
    "list": "[]",
    "no ports": '{"password": "0123456789abcdef0123"}',
    "wrong types": '{"password": 1, "postgres_port": "x", "valkey_port": 1, "mail_port": 1,'
    ' "is_password_set": true, "is_kept": false}',
}


@pytest.mark.parametrize("content", BROKEN_STATES.values(), ids=list(BROKEN_STATES))
def test_a_broken_state_is_not_believed(tmp_path: Path, content: str) -> None:
    place = Place(tmp_path, "test")
    place.make()
    save_state(place, new_state(place))
    assert load_state(place) is not None
    (place.folder / "servers.json").write_text(content)
    assert load_state(place) is None


def test_a_lost_state_gets_a_new_password_and_keeps_the_data(checkout: Path) -> None:
    with up(checkout) as running:
        leave_a_row(running)
        before = running.database_url
    (checkout / ".bookme" / "test" / "servers.json").unlink()
    with up(checkout) as running:
        assert running.database_url != before
        assert ask(running.database_url, "SELECT id FROM kept") == "7"


def test_a_state_lost_while_the_servers_run_is_recovered(checkout: Path) -> None:
    with up(checkout) as running:
        leave_a_row(running)
        (checkout / ".bookme" / "test" / "servers.json").write_text("{")
        with up(checkout) as again:
            assert ask(again.database_url, "SELECT id FROM kept") == "7"
            assert redis.Redis.from_url(again.redis_url).ping()
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(running.database_url)


def test_a_half_made_cluster_is_made_again(other_checkout: Path) -> None:
    unfinished = other_checkout / ".bookme" / "test" / "postgres-18.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    unfinished.with_suffix(".password").write_text("left over")
    with up(other_checkout) as running:
        assert ask(running.database_url, "SELECT 1") == "1"
    assert not unfinished.exists()
    assert not unfinished.with_suffix(".password").exists()


def test_two_checkouts_run_side_by_side(checkout: Path, other_checkout: Path) -> None:
    with up(checkout) as one, up(other_checkout) as two:
        assert {one.database_url, one.redis_url}.isdisjoint({two.database_url, two.redis_url})
        leave_a_row(one)
        assert ask(two.database_url, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == "0"


def test_a_port_taken_by_another_program_is_left_to_it(checkout: Path) -> None:
    with up(checkout):
        pass
    state = load_state(Place(checkout, "test"))
    assert state is not None
    with contextlib.ExitStack() as stack:
        for port in (state.postgres_port, state.valkey_port):
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
        running = stack.enter_context(up(checkout))
        assert f":{state.postgres_port}/" not in running.database_url
        assert ask(running.database_url, "SELECT 1") == "1"
        assert redis.Redis.from_url(running.redis_url).ping()


def test_a_server_of_the_developers_own_is_used_instead(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/mine")
    with up(checkout) as running:
        assert running.database_url == "postgres://me@db.example/mine"
        assert redis.Redis.from_url(running.redis_url).ping()
        assert runs(checkout) == (False, True)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example/0")
    with up(checkout) as running:
        assert running.redis_url == "redis://cache.example/0"
        assert ask(running.database_url, "SELECT 1") == "1"
        assert runs(checkout) == (True, False)
    assert runs(checkout) == (False, False)


def test_a_broken_cluster_is_reported_and_nothing_is_left_running(other_checkout: Path) -> None:
    with up(other_checkout):
        data = Postgres(Place(other_checkout, "test")).data
    (data / "global" / "pg_control").write_bytes(b"broken")
    with pytest.raises(ServerError, match="PostgreSQL did not start"), up(other_checkout):
        pass
    assert runs(other_checkout) == (False, False)


@needs_root
def test_root_runs_it_from_a_private_checkout(other_checkout: Path) -> None:
    other_checkout.chmod(0o700)
    with up(other_checkout) as running:
        assert ask(running.database_url, "SELECT 1") == "1"
        assert Postgres(Place(other_checkout, "test")).data.stat().st_uid != 0
