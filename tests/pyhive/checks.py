"""Runs named checks through PyHive and prints one JSON line for each.

python checks.py TRANSPORT HOST PORT USER CHECK...    TRANSPORT is binary, nosasl or http
Standard input: the statements of the engine's dialect, one JSON object.
"""

import contextlib
import decimal
import json
import math
import os
import sys
import threading
import time
import traceback

from pyhive import exc, hive
from TCLIService import ttypes

CHECK_TIMEOUT_S = 120
CANCEL_TAKES_EFFECT_S = 3
MANY_ROWS = 100_000
BEFORE_CANCEL_S = 1

# One table per run: other runs may share the engine.
TABLE = f"checks_people_{os.getpid()}"


class Target:
    """Where a check connects. Each check opens connections of its own."""

    def __init__(self, transport, host, port, user, sql):
        self.sql = sql
        kinds = {"http": {"scheme": "http"}, "binary": {"auth": "NONE"}, "nosasl": {"auth": "NOSASL"}}
        self._arguments = {"host": host, "port": port, "username": user, **kinds[transport]}

    def open(self):
        return contextlib.closing(hive.connect(**self._arguments))


def expect(wanted, got, what):
    if type(wanted) is not type(got) or wanted != got:
        raise AssertionError(f"{what}: wanted {wanted!r}, got {got!r}")


def rows_of(connection, sql, parameters=None):
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def is_usable(connection):
    expect([(1,)], rows_of(connection, "SELECT 1"), "SELECT 1")


def select_1(target):
    with target.open() as connection:
        is_usable(connection)


TYPED_ROW = {
    "c_boolean": True,
    "c_tinyint": -128,
    "c_smallint": 32767,
    "c_int": -2147483648,
    "c_bigint": 9223372036854775807,
    "c_float": 1.5,
    "c_double": -2.5e100,
    "c_decimal": decimal.Decimal("-12345678.90"),
    "c_string": "senbon",
    "c_date": "1969-12-31",
    "c_timestamp": "2024-02-29 12:34:56.789123",
    "c_binary": b"\x00\xffA",
}


def typed_row(target):
    with target.open() as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(target.sql["typedRow"])
        labels = [column[0] for column in cursor.description]
        (row,) = cursor.fetchall()
    expect(list(TYPED_ROW), labels, "labels")
    for label, value in zip(labels, row):
        # PyHive makes a datetime of a timestamp and leaves a date as text.
        expect(TYPED_ROW[label], str(value) if label == "c_timestamp" else value, label)


def null_row(target):
    with target.open() as connection:
        expect([(None,) * len(TYPED_ROW)], rows_of(connection, target.sql["nullRow"]), "nulls")


def result_metadata(target):
    with target.open() as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(target.sql["typedRow"])
        for label, type_code, *_ in cursor.description:
            wanted = {"c_string": ("STRING_TYPE", "VARCHAR_TYPE")}.get(label, (label[2:].upper() + "_TYPE",))
            if type_code not in wanted:
                raise AssertionError(f"{label}: type {type_code}, wanted {wanted}")


def many_rows(target, arraysize=1000):
    with target.open() as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.arraysize = arraysize
        cursor.execute(target.sql["manyRows"])
        for at, (number, text) in enumerate(cursor):
            if number != at or text != f"row {at}":
                raise AssertionError(f"row {at} is {number!r}, {text!r}")
        expect(MANY_ROWS - 1, at, "the last row")


def empty_result(target):
    with target.open() as connection:
        expect([], rows_of(connection, target.sql["emptyResult"]), "rows")


def prepared(target):
    """PyHive writes the parameters into the text; a quote in a string it escapes as Hive does, with a backslash."""
    sql = target.sql["prepared"].replace("?", "%s")
    with target.open() as connection:
        for number in (1, 2):
            row = (number, f"round {number}", None, 0.5)
            expect([row], rows_of(connection, sql, row), "row")


def interleaved(target):
    with target.open() as connection:
        with contextlib.closing(connection.cursor()) as first, contextlib.closing(connection.cursor()) as second:
            first.arraysize, second.arraysize = 10, 7
            first.execute(target.sql["manyRows"])
            second.execute(target.sql["manyRows"])
            for at in range(200):
                expect((at, f"row {at}"), first.fetchone(), "first")
                expect((at, f"row {at}"), second.fetchone(), "second")
            first.close()
            expect((200, "row 200"), second.fetchone(), "the second reads on when the first is closed")


def unicode(target):
    wanted = 'Žluťoučký kůň, 千本鳥居 🦊 e\u0301, "quoted"'
    with target.open() as connection:
        ((text, length),) = rows_of(connection, f"SELECT '{wanted}' AS s, length('千本🦊') AS n")
    expect(wanted, text, "text")
    expect(3, length, "the engine's count of characters")


def statement_without_rows(target):
    """PyHive asks for the columns of whatever claims to have a result set."""
    with target.open() as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("USE `default`")
        if cursor.description is not None:
            cursor.fetchall()
        is_usable(connection)


def fails_with_42(target, key):
    with target.open() as connection:
        with contextlib.closing(connection.cursor()) as cursor:
            try:
                cursor.execute(target.sql[key])
            except exc.OperationalError as failure:
                status = failure.args[0].status
            else:
                raise AssertionError("the wrong statement did not fail")
        if not (status.sqlState or "").startswith("42") or len(status.errorMessage) <= 10:
            raise AssertionError(f"SQLSTATE of class 42: got {status.sqlState} with {status.errorMessage}")
        is_usable(connection)


def cancel(target):
    """PyHive's connection has no lock, so one thread starts the statement, cancels it and looks."""
    with target.open() as connection:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(target.sql["slow"], async_=True)
            time.sleep(BEFORE_CANCEL_S)
            state = cursor.poll().operationState
            expect(ttypes.TOperationState.RUNNING_STATE, state, "state before")
            started = time.monotonic()
            cursor.cancel()
            while state == ttypes.TOperationState.RUNNING_STATE:
                if time.monotonic() - started > CANCEL_TAKES_EFFECT_S:
                    raise AssertionError(f"cancel takes more than {CANCEL_TAKES_EFFECT_S} s")
                state = cursor.poll().operationState
            expect(ttypes.TOperationState.CANCELED_STATE, state, "state after")
        is_usable(connection)


def reopen(target):
    connection = hive.connect(**target._arguments)
    is_usable(connection)
    connection.close()
    select_1(target)


def metadata(target, method, label, **arguments):
    """PyHive has no metadata calls of its own; its generated client does. Returns one column of the answer."""
    with target.open() as connection:
        return metadata_on(connection, method, label, **arguments)


def metadata_on(connection, method, label, **arguments):
    request = getattr(ttypes, f"T{method}Req")(connection.sessionHandle, **arguments)
    response = getattr(connection.client, method)(request)
    hive._check_status(response)
    with contextlib.closing(connection.cursor()) as cursor:
        cursor._operationHandle, cursor._state = response.operationHandle, cursor._STATE_RUNNING
        at = [column[0] for column in cursor.description].index(label)
        return [row[at] for row in cursor.fetchall()]


def contains(wanted, values):
    if wanted not in values:
        raise AssertionError(f"{wanted} is not among {values}")


def with_table(check):
    def run(target):
        with target.open() as connection, contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(target.sql["createTable"].replace("{table}", TABLE))
            try:
                check(connection)
            finally:
                cursor.execute(f"DROP TABLE {TABLE}")

    return run


def tables(connection):
    found = metadata_on(connection, "GetTables", "TABLE_NAME", tableName="checks\\_people\\_%", tableTypes=["TABLE"])
    contains(TABLE, found)
    expect([], metadata_on(connection, "GetTables", "TABLE_NAME", tableName="no_such_table"), "no table")


def columns(connection):
    where = {"schemaName": "default", "tableName": TABLE, "columnName": "%"}
    expect(["id", "name"], metadata_on(connection, "GetColumns", "COLUMN_NAME", **where), "columns")


def primary_keys(connection):
    where = {"schemaName": "default", "tableName": TABLE}
    expect([], metadata_on(connection, "GetPrimaryKeys", "COLUMN_NAME", **where), "primary keys")


CHECKS = {
    "select-1": select_1,
    "typed-row": typed_row,
    "null-row": null_row,
    "result-metadata": result_metadata,
    "rows-100k": many_rows,
    "rows-100k-small-fetches": lambda target: many_rows(target, 997),
    "empty-result": empty_result,
    "prepared": prepared,
    "interleaved": interleaved,
    "unicode": unicode,
    "statement-without-rows": statement_without_rows,
    "syntax-error": lambda target: fails_with_42(target, "syntaxError"),
    "unknown-table": lambda target: fails_with_42(target, "unknownTable"),
    "cancel": cancel,
    "reopen": reopen,
    "catalogs": lambda target: metadata(target, "GetCatalogs", "TABLE_CAT"),
    "schemas": lambda target: contains("default", metadata(target, "GetSchemas", "TABLE_SCHEM")),
    "table-types": lambda target: contains("TABLE", metadata(target, "GetTableTypes", "TABLE_TYPE")),
    "type-info": lambda target: contains("BIGINT", metadata(target, "GetTypeInfo", "TYPE_NAME")),
    "functions": lambda target: contains(
        "abs", metadata(target, "GetFunctions", "FUNCTION_NAME", functionName="abs")
    ),
    "tables": with_table(tables),
    "columns": with_table(columns),
    "primary-keys": with_table(primary_keys),
}


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


def main(transport, host, port, user, *names):
    target = Target(transport, host, int(port), user, json.load(sys.stdin))
    for name in names:
        started = time.monotonic()
        failure = failure_of(CHECKS[name], target) if name in CHECKS else "no such check"
        line = {"check": name, "ok": not failure, "ms": math.floor((time.monotonic() - started) * 1000)}
        print(json.dumps({**line, "error": failure} if failure else line), flush=True)
    # A thread that hangs in a driver must not keep the program alive.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
