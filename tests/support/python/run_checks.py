"""Runs the named checks of a Python client and prints one JSON line for each.

python run_checks.py FOLDER TRANSPORT HOST PORT USER CHECK...

FOLDER has the client's `checks.py`: `CHECKS`, functions of a target by name, and `Target(transport, host, port, user, sql)`,
where they connect. TRANSPORT is binary, nosasl, http or zooKeeper; with zooKeeper, HOST and PORT are the ensemble's, where
a server is looked up to be spoken to over its binary port. Standard input: the statements of the engine's dialect, one
JSON object.
"""

import importlib
import json
import math
import os
import random
import sys
import threading
import time
import traceback

CHECK_TIMEOUT_S = 120
NAMESPACE = "/kyuubi"


def lookup(host, port):
    """The host and port of one of the servers in the namespace, as a driver with ZooKeeper discovery chooses it."""
    from kazoo.client import KazooClient

    client = KazooClient(hosts=f"{host}:{port}")
    client.start(timeout=30)
    try:
        server = random.choice(client.get_children(NAMESPACE))
        data, _ = client.get(f"{NAMESPACE}/{server}")
    finally:
        client.stop()
        client.close()
    return data.decode().rsplit(":", 1)


def failure_of(check, target):
    failures = ["no result"]

    def run():
        try:
            check(target)
            failures.clear()
        except BaseException:
            failures[0] = traceback.format_exc(limit=-6)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(CHECK_TIMEOUT_S)
    return f"not done after {CHECK_TIMEOUT_S} s" if thread.is_alive() else "".join(failures)


def main(folder, transport, host, port, user, *names):
    sys.path.insert(0, folder)
    client = importlib.import_module("checks")
    if transport == "zooKeeper":
        host, port = lookup(host, port)
        transport = "binary"
    target = client.Target(transport, host, int(port), user, json.load(sys.stdin))
    for name in names:
        started = time.monotonic()
        failure = failure_of(client.CHECKS[name], target) if name in client.CHECKS else "no such check"
        line = {"check": name, "ok": not failure, "ms": math.floor((time.monotonic() - started) * 1000)}
        print(json.dumps({**line, "error": failure} if failure else line), flush=True)
    # A thread that hangs in a driver must not keep the program alive.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
