"""The checks through impyla; ../support/python/run_checks.py runs them."""

import contextlib
import datetime
import threading
import time

import dbapi_checks
import metadata_checks
from dbapi_checks import TYPED_ROW, is_usable, rows_of, with_table
from impala import dbapi
from impala._thrift_gen.TCLIService import ttypes
from impala.error import OperationalError
from expect import contains, expect, failure_in

CANCEL_TAKES_EFFECT_S = 3
BEFORE_CANCEL_S = 1


class Target:
    typed_row = {"c_date": datetime.date(1969, 12, 31)}
    unknown_methods = ("GetPrimaryKeys", "GetCrossReference")

    def __init__(self, transport, host, port, user, sql):
        self.sql = sql
        plain = {"auth_mechanism": "PLAIN", "password": "x"}
        kinds = {
            "http": {**plain, "use_http_transport": True, "http_path": "cliservice"},
            "binary": plain,
            "nosasl": {"auth_mechanism": "NOSASL"},
        }
        self._user = user
        self._arguments = {"host": host, "port": port, "user": user, **kinds[transport]}

    def open(self):
        return contextlib.closing(dbapi.connect(**self._arguments))

    @contextlib.contextmanager
    def cursors(self, count=1, conf=None):
        """Each cursor opens a session. It carries the user of `cursor`, by default the operating system's, not `connect`'s."""
        with self.open() as connection, contextlib.ExitStack() as stack:
            cursors = [connection.cursor(user=self._user, configuration=conf) for _ in range(count)]
            yield [stack.enter_context(contextlib.closing(cursor)) for cursor in cursors]

    def answer(self, cursor, method, **arguments):
        """impyla wraps four of the metadata calls; its generated client has the others, but for those of keys."""
        request = getattr(ttypes, f"T{method}Req")(sessionHandle=cursor.session.handle, **arguments)
        operation = cursor.session._operation(method, request)
        labels = [column[0] for column in operation.get_result_schema()]
        rows = []
        while batch := operation.fetch():
            rows += list(batch)
        operation.close()
        return labels, rows


def result_metadata(target):
    with target.cursors() as (cursor,):
        cursor.execute(target.sql["typedRow"])
        for label, type_code, *_, precision, scale, _ in cursor.description:
            wanted = ("STRING", "VARCHAR") if label == "c_string" else (label[2:].upper(),)
            if type_code not in wanted:
                raise AssertionError(f"{label}: type {type_code}, wanted {wanted}")
            if label == "c_decimal":
                expect((10, 2), (precision, scale), "precision and scale")
        expect(list(TYPED_ROW), [column[0] for column in cursor.description], "labels")


def fails_saying(key, text):
    """impyla shows no SQLSTATE."""

    def check(target):
        with target.cursors() as (cursor,):
            failure = failure_in(lambda: cursor.execute(target.sql[key]))
            expect(OperationalError, type(failure), "kind of error")
            if text not in str(failure):
                raise AssertionError(f"it says {text!r}: {failure}")
            is_usable(cursor)

    return check


def cancel(target):
    """impyla's connection has no lock: another thread may use it only while this one does not."""
    with target.cursors() as (cursor,):
        cursor.execute_async(target.sql["slow"])
        time.sleep(BEFORE_CANCEL_S)
        expect("RUNNING_STATE", cursor.status(), "state before")
        started = time.monotonic()
        canceller = threading.Thread(target=lambda: cursor.cancel_operation(reset_state=False))
        canceller.start()
        canceller.join()
        while cursor.is_executing():
            if time.monotonic() - started > CANCEL_TAKES_EFFECT_S:
                raise AssertionError(f"cancel takes more than {CANCEL_TAKES_EFFECT_S} s")
        expect("CANCELED_STATE", cursor.status(), "state after")
        is_usable(cursor)


def query_timeout(target):
    """A protocol as old as impyla's knows no time-out, only CANCELED, and impyla takes that for the end: it raises nothing
    before somebody wants rows."""
    with target.cursors(conf={"kyuubi.operation.query.timeout": "PT1S"}) as (cursor,):
        started = time.monotonic()
        cursor.execute(target.sql["slow"])
        took = time.monotonic() - started
        if not 0.9 <= took < dbapi_checks.TIMEOUT_TAKES_EFFECT_S:
            raise AssertionError(f"the time-out of 1 s took {took} s")
        failure_in(cursor.fetchall, "reading what was timed out")
        is_usable(cursor)


def operation_log(target):
    """impyla asks by GetLog, an Impala's call, and goes on with FetchResults when told so; the end, by CloseImpalaOperation."""
    with target.cursors() as (cursor,):
        cursor.execute("SELECT 1 AS logged")
        contains("SELECT 1 AS logged", cursor.get_log())
        expect([(1,)], cursor.fetchall(), "row")
        is_usable(cursor)


def own_metadata(target):
    """What impyla offers of its own. It writes `.*` for everything."""
    name = metadata_checks.TABLE
    with with_table(target, name) as cursor:
        cursor.get_databases()
        contains("default", [row[0] for row in cursor.fetchall()])
        cursor.get_tables()
        contains(name, [row[2] for row in cursor.fetchall()])
        cursor.get_tables("default")
        contains(name, [row[2] for row in cursor.fetchall()])
        expect([("id", "INT"), ("name", "STRING")], cursor.get_table_schema(name), "schema")
        cursor.get_functions()
        contains("abs", [row[2] for row in cursor.fetchall()])
        expect((True, False), (cursor.database_exists("default"), cursor.database_exists("nowhere")), "databases")
        expect((True, False), (cursor.table_exists(name), cursor.table_exists("nowhere")), "tables")
        expect(True, cursor.ping(), "ping")


def param_styles(target):
    with target.cursors() as (cursor,):
        for sql, parameters in (
            ("SELECT ?, ?", ["it's", 1]),
            ("SELECT %s, %s", ["it's", 1]),
            ("SELECT :1, :2", ["it's", 1]),
            ("SELECT :text, :number", {"text": "it's", "number": 1}),
            ("SELECT %(text)s, %(number)s", {"text": "it's", "number": 1}),
        ):
            expect([("it's", 1)], rows_of(cursor, sql, parameters), sql)


def reopen(target):
    dbapi_checks.reopen(target)
    with target.open() as connection:
        with contextlib.closing(connection.cursor()) as cursor:
            is_usable(cursor)
        connection.reconnect()
        with contextlib.closing(connection.cursor()) as cursor:
            is_usable(cursor)


CHECKS = {
    **dbapi_checks.CHECKS,
    **metadata_checks.CHECKS,
    "result-metadata": result_metadata,
    "syntax-error": fails_saying("syntaxError", "SELEKT"),
    "unknown-table": fails_saying("unknownTable", "no_such_table_at_all"),
    "cancel": cancel,
    "query-timeout": query_timeout,
    "operation-log": operation_log,
    "own-metadata": own_metadata,
    "param-styles": param_styles,
    "reopen": reopen,
}
