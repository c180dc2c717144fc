"""The checks through PyHive; ../support/python/run_checks.py runs them."""

import contextlib
import threading
import time

import dbapi_checks
import metadata_checks
from dbapi_checks import TYPED_ROW, is_usable, rows_of
from pyhive import exc, hive
from expect import expect, failure_in
from TCLIService import ttypes

CANCEL_TAKES_EFFECT_S = 3
BEFORE_CANCEL_S = 1


class Target:
    # PyHive makes a datetime of a timestamp and leaves a date as text.
    typed_row = {}
    unknown_methods = ()

    def __init__(self, transport, host, port, user, sql):
        self.sql = sql
        kinds = {"http": {"scheme": "http"}, "binary": {"auth": "NONE"}, "nosasl": {"auth": "NOSASL"}}
        self._arguments = {"host": host, "port": port, "username": user, **kinds[transport]}

    def open(self, conf=None):
        return contextlib.closing(hive.connect(**self._arguments, configuration=conf))

    @contextlib.contextmanager
    def cursors(self, count=1, conf=None):
        with self.open(conf) as connection, contextlib.ExitStack() as stack:
            yield [stack.enter_context(contextlib.closing(connection.cursor())) for _ in range(count)]

    def answer(self, cursor, method, **arguments):
        """PyHive has no metadata calls of its own; its generated client does."""
        connection = cursor._connection
        request = getattr(ttypes, f"T{method}Req")(connection.sessionHandle, **arguments)
        response = getattr(connection.client, method)(request)
        hive._check_status(response)
        with contextlib.closing(connection.cursor()) as reader:
            reader._operationHandle, reader._state = response.operationHandle, reader._STATE_RUNNING
            return [column[0] for column in reader.description], reader.fetchall()


def result_metadata(target):
    with target.cursors() as (cursor,):
        cursor.execute(target.sql["typedRow"])
        for label, type_code, *_ in cursor.description:
            wanted = {"c_string": ("STRING_TYPE", "VARCHAR_TYPE")}.get(label, (label[2:].upper() + "_TYPE",))
            if type_code not in wanted:
                raise AssertionError(f"{label}: type {type_code}, wanted {wanted}")
        expect(list(TYPED_ROW), [column[0] for column in cursor.description], "labels")


def fails_with_42(key):
    def check(target):
        with target.cursors() as (cursor,):
            failure = failure_in(lambda: cursor.execute(target.sql[key]))
            expect(exc.OperationalError, type(failure), "kind of error")
            status = failure.args[0].status
            if not (status.sqlState or "").startswith("42") or len(status.errorMessage) <= 10:
                raise AssertionError(f"SQLSTATE of class 42: got {status.sqlState} with {status.errorMessage}")
            is_usable(cursor)

    return check


def cancel(target):
    """PyHive's connection has no lock: another thread may use it only while this one does not."""
    running = ttypes.TOperationState.RUNNING_STATE
    with target.cursors(2) as (cursor, other):
        cursor.execute(target.sql["slow"], async_=True)
        time.sleep(BEFORE_CANCEL_S)
        state = cursor.poll().operationState
        expect(running, state, "state before")
        started = time.monotonic()
        canceller = threading.Thread(target=cursor.cancel)
        canceller.start()
        canceller.join()
        while state == running:
            if time.monotonic() - started > CANCEL_TAKES_EFFECT_S:
                raise AssertionError(f"cancel takes more than {CANCEL_TAKES_EFFECT_S} s")
            state = cursor.poll().operationState
        expect(ttypes.TOperationState.CANCELED_STATE, state, "state after")
        is_usable(other)


def operation_log(target):
    """PyHive asks by GetLog, which Hive has had no more since 0.14, and goes on with FetchResults when told so."""
    with target.cursors() as (cursor,):
        expect([(1,)], rows_of(cursor, "SELECT 1 AS logged"), "row")
        lines = cursor.fetch_logs()
        if not any("SELECT 1 AS logged" in line for line in lines):
            raise AssertionError(f"the log has the statement: {lines}")
        expect([], cursor.fetch_logs(), "what came after")


def reopen(target):
    dbapi_checks.reopen(target)
    with target.open() as connection:
        connection.cursor().close()
    # The session is gone, and so is the socket.
    failure_in(lambda: connection.cursor().execute("SELECT 1"), "a closed connection")


CHECKS = {
    **dbapi_checks.CHECKS,
    **metadata_checks.CHECKS,
    "result-metadata": result_metadata,
    "syntax-error": fails_with_42("syntaxError"),
    "unknown-table": fails_with_42("unknownTable"),
    "cancel": cancel,
    "operation-log": operation_log,
    "reopen": reopen,
}
