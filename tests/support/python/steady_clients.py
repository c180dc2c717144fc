"""Clients over HTTP that connect, query and disconnect, each again and again until standard input ends.

python steady_clients.py DRIVER PORT ROAMING STAYING: the first so many open a session for each query, the others
ask in one session. What is printed is said in ../steady-program.ts.
"""

import contextlib
import sys
import threading

MAX_FAILURES = 20
REPORT_S = 0.1


def pyhive(port):
    from pyhive import hive

    return hive.connect(host="127.0.0.1", port=port, scheme="http", username="anna")


def impyla(port):
    from impala import dbapi

    plain = {"auth_mechanism": "PLAIN", "user": "anna", "password": "x"}
    return dbapi.connect(host="127.0.0.1", port=port, use_http_transport=True, http_path="cliservice", **plain)


drivers = {"pyhive": pyhive, "impyla": impyla}
driver, port, roaming, staying = sys.argv[1], *map(int, sys.argv[2:5])
lock = threading.Lock()
over = threading.Event()
counts = {"rounds": 0, "failures": 0}


def say(word, text):
    with lock:
        print(word, text, flush=True)


def ask(cursor):
    cursor.execute("SELECT 41 + 1")
    answer = cursor.fetchall()
    if [tuple(row) for row in answer] != [(42,)]:
        raise AssertionError(f"got {answer} for 42")


def in_its_own_session():
    with contextlib.closing(drivers[driver](port)) as connection, contextlib.closing(connection.cursor()) as cursor:
        ask(cursor)


def loop(round_):
    while not over.is_set() and counts["failures"] < MAX_FAILURES:
        try:
            round_()
            with lock:
                counts["rounds"] += 1
        except Exception as failure:
            with lock:
                counts["failures"] += 1
            text = str(failure).replace("\n", " ")
            say("failed", f"{threading.current_thread().name}: {type(failure).__name__}: {text}")


def stay():
    """impyla's cursor is a session, PyHive's connection is; both are opened once."""
    with contextlib.closing(drivers[driver](port)) as connection, contextlib.closing(connection.cursor()) as cursor:
        loop(lambda: ask(cursor))


def report():
    while not over.wait(REPORT_S):
        say("rounds", counts["rounds"])


threads = [threading.Thread(target=loop, args=(in_its_own_session,), name=f"roaming-{i}") for i in range(roaming)]
threads += [threading.Thread(target=stay, name=f"staying-{i}") for i in range(staying)]
for thread in [*threads, threading.Thread(target=report, daemon=True)]:
    thread.start()
sys.stdin.read()
over.set()
for thread in threads:
    thread.join()
say("over", counts["rounds"])
