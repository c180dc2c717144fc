"""Checks of any driver of Python's DB-API (PEP 249).

A target has `sql` (the dialect), `typed_row` and `cursors(count=1, conf=None)`: a context manager that gives so many
cursors of one connection. Statements of one cursor are of one session; PyHive's cursors share theirs, impyla's do not.
"""

import contextlib
import decimal
import os
import threading
import time

from expect import expect, failure_in

MANY_ROWS = 100_000
CONNECTIONS = 20
TIMEOUT_TAKES_EFFECT_S = 10

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

# A literal, and the text it stands for: what some layer might take for its own syntax.
LITERALS = {
    "'it''s'": "it's",
    r"'it\'s'": "it's",
    "'say \"hi\"'": 'say "hi"',
    "'back`tick'": "back`tick",
    "'semi;colon'": "semi;colon",
    "'-- no comment'": "-- no comment",
    "'/* nor */ this'": "/* nor */ this",
    r"'back\\slash'": "back\\slash",
}
IDENTIFIERS = ["it's", 'say "hi"', "semi;colon", "-- no comment", "two words", "千本"]
# Parameters that would end their string if the driver's way to escape were not the engine's.
PARAMETERS = ["it's", 'say "hi"', "back\\slash", "\\", "\\' OR 1=1 --", "'; --", "line\nfeed\ttab", "100%", ""]


def rows_of(cursor, sql, parameters=None):
    cursor.execute(sql, parameters)
    return cursor.fetchall()


def is_usable(cursor):
    expect([(1,)], rows_of(cursor, "SELECT 1"), "SELECT 1")


def select_1(target):
    with target.cursors() as (cursor,):
        is_usable(cursor)


def typed_row(target):
    with target.cursors() as (cursor,):
        cursor.execute(target.sql["typedRow"])
        labels = [column[0] for column in cursor.description]
        (row,) = cursor.fetchall()
    wanted = {**TYPED_ROW, **target.typed_row}
    expect(list(wanted), labels, "labels")
    for label, value in zip(labels, row):
        expect(wanted[label], str(value) if label == "c_timestamp" else value, label)


def null_row(target):
    with target.cursors() as (cursor,):
        expect([(None,) * len(TYPED_ROW)], rows_of(cursor, target.sql["nullRow"]), "nulls")


def many_rows(arraysize):
    def check(target):
        with target.cursors() as (cursor,):
            cursor.arraysize = arraysize
            cursor.execute(target.sql["manyRows"])
            at = -1
            for at, (number, text) in enumerate(cursor):
                if number != at or text != f"row {at}":
                    raise AssertionError(f"row {at} is {number!r}, {text!r}")
            expect(MANY_ROWS - 1, at, "the last row")

    return check


def empty_result(target):
    with target.cursors() as (cursor,):
        expect([], rows_of(cursor, target.sql["emptyResult"]), "rows")
        expect(["n"], [column[0] for column in cursor.description], "labels")


def prepared(target):
    """The drivers write parameters into the text."""
    sql = target.sql["prepared"].replace("?", "%s")
    with target.cursors() as (cursor,):
        for number in (1, 2):
            row = (number, f"round {number}", None, 0.5)
            expect([row], rows_of(cursor, sql, row), "row")


def interleaved(target):
    with target.cursors(2) as (first, second):
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
    with target.cursors() as (cursor,):
        ((text, length),) = rows_of(cursor, f"SELECT '{wanted}' AS s, length('千本🦊') AS n")
        expect(wanted, text, "text")
        expect(3, length, "the engine's count of characters")
        expect([(wanted,)], rows_of(cursor, "SELECT %s AS s", (wanted,)), "parameter")


def quotes(target):
    with target.cursors() as (cursor,):
        for literal, wanted in LITERALS.items():
            expect([(wanted,)], rows_of(cursor, f"SELECT {literal}"), literal)
        for wanted in PARAMETERS:
            expect([(wanted, 1)], rows_of(cursor, "SELECT %s AS s, 1 AS n", (wanted,)), f"parameter {wanted!r}")
        for name in IDENTIFIERS:
            cursor.execute(f"SELECT t.`{name}` FROM (SELECT 5 AS `{name}`) t")
            expect(name, cursor.description[0][0], "label")
            expect([(5,)], cursor.fetchall(), f"value of {name}")


def binary(target):
    with target.cursors() as (cursor,):
        expect([(bytes(range(256)),)], rows_of(cursor, target.sql["allBytes"]), "every byte")


def statement_without_rows(target):
    """Some drivers ask for the columns of whatever claims to have a result set."""
    with target.cursors() as (cursor,):
        for statement in ("USE `default`", "SET senbon.checks=1"):
            cursor.execute(statement)
            expect(None, cursor.description, f"columns of {statement}")
        is_usable(cursor)


def session_state(target):
    """A setting, a temporary view and the current database stay for the next statements of the session."""
    database, view = f"checks_db_{os.getpid()}", f"checks_view_{os.getpid()}"
    with target.cursors() as (cursor,):
        cursor.execute("SET senbon.checks.key=kept")
        cursor.execute(target.sql["createTempView"].replace("{view}", view))
        is_usable(cursor)
        expect([("senbon.checks.key", "kept")], rows_of(cursor, "SET senbon.checks.key"), "setting")
        expect([(7,)], rows_of(cursor, f"SELECT n FROM {view}"), "view")
        cursor.execute(f"CREATE DATABASE {database}")
        try:
            cursor.execute(f"USE `{database}`")
            expect([(database,)], rows_of(cursor, "SELECT current_database()"), "database")
        finally:
            cursor.execute("USE `default`")
            cursor.execute(f"DROP DATABASE {database}")


def session_isolation(target):
    view = f"checks_own_{os.getpid()}"
    with target.cursors() as (mine,), target.cursors() as (other,):
        mine.execute("SET senbon.checks.key=mine")
        mine.execute(target.sql["createTempView"].replace("{view}", view))
        ((_, value),) = rows_of(other, "SET senbon.checks.key")
        if value == "mine":
            raise AssertionError("another session sees the setting")
        failure = failure_in(lambda: rows_of(other, f"SELECT n FROM {view}"), "another session's view")
        if view not in str(failure):
            raise AssertionError(f"it names the view: {failure}")
        expect([(7,)], rows_of(mine, f"SELECT n FROM {view}"), "view")


def connections_20(target):
    together = threading.Barrier(CONNECTIONS)
    answers = {}

    def one(number):
        with target.cursors() as (cursor,):
            # Nobody goes on before all are connected.
            together.wait(60)
            answers[number] = rows_of(cursor, f"SELECT {number}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect({number: [(number,)] for number in range(CONNECTIONS)}, dict(sorted(answers.items())), "answers")


def query_timeout(target):
    with target.cursors(conf={"kyuubi.operation.query.timeout": "PT1S"}) as (cursor,):
        started = time.monotonic()
        failure = failure_in(lambda: rows_of(cursor, target.sql["slow"]), "a statement longer than its time-out")
        took = time.monotonic() - started
        if not 0.9 <= took < TIMEOUT_TAKES_EFFECT_S:
            raise AssertionError(f"the time-out of 1 s took {took} s")
        if "timed out" not in str(failure).lower() and "timeout" not in str(failure).lower():
            raise AssertionError(f"it says so: {failure}")
        is_usable(cursor)


def reopen(target):
    with target.cursors(2) as (first, second):
        is_usable(first)
        first.close()
        is_usable(second)
    select_1(target)


@contextlib.contextmanager
def with_table(target, name):
    with target.cursors() as (cursor,):
        cursor.execute(target.sql["createTable"].replace("{table}", name))
        try:
            yield cursor
        finally:
            cursor.execute(f"DROP TABLE {name}")


@contextlib.contextmanager
def with_keys(target, parent, child):
    """Two tables, the second of which refers to the first."""
    with target.cursors() as (cursor,):
        cursor.execute(target.sql["createParent"].replace("{table}", parent))
        cursor.execute(target.sql["createChild"].replace("{table}", child).replace("{parent}", parent))
        try:
            yield cursor
        finally:
            cursor.execute(f"DROP TABLE {child}")
            cursor.execute(f"DROP TABLE {parent}")


CHECKS = {
    "select-1": select_1,
    "typed-row": typed_row,
    "null-row": null_row,
    "rows-100k": many_rows(1000),
    "rows-100k-small-fetches": many_rows(997),
    "rows-100k-large-fetches": many_rows(60_000),
    "empty-result": empty_result,
    "prepared": prepared,
    "interleaved": interleaved,
    "unicode": unicode,
    "quotes": quotes,
    "binary": binary,
    "statement-without-rows": statement_without_rows,
    "session-state": session_state,
    "session-isolation": session_isolation,
    "connections-20": connections_20,
    "query-timeout": query_timeout,
    "reopen": reopen,
}
