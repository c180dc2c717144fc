"""The checks through Ibis on impyla; ../support/python/run_checks.py runs them.

Ibis knows the SQL and the SHOW of Impala. Each of its statements is a session of its own, which its options go into.
"""

import contextlib
import datetime
import decimal
import math
import os
import threading
import time
import warnings

import ibis
import pandas
from dbapi_checks import CONNECTIONS, IDENTIFIERS, MANY_ROWS, PARAMETERS, TIMEOUT_TAKES_EFFECT_S, TYPED_ROW
from ibis.common.exceptions import TableNotFound
from impala.error import OperationalError
from expect import contains, expect, failure_in

# Of pandas, which would rather be given SQLAlchemy's connection than impyla's.
warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy")

RUN = os.getpid()  # Tables of each run are its own: other runs may share the engine.
TABLE = f"checks_ibis_{RUN}"


class Target:
    def __init__(self, transport, host, port, user, sql):
        self.sql = sql
        plain = {"auth_mechanism": "PLAIN", "password": "x"}
        kinds = {
            "http": {**plain, "use_http_transport": True, "http_path": "cliservice"},
            "binary": plain,
            "nosasl": {"auth_mechanism": "NOSASL"},
        }
        self._arguments = {"host": host, "port": port, "user": user, **kinds[transport]}

    @contextlib.contextmanager
    def backend(self, **options):
        backend = ibis.impala.connect(**self._arguments)
        backend.set_options({"kyuubi.engine.duckdb.show.dialect": "impala", **options})
        try:
            yield backend
        finally:
            backend.disconnect()

    @contextlib.contextmanager
    def table(self):
        """A table of every type that Ibis can read."""
        with self.backend() as backend:
            run(backend, f"CREATE TABLE {TABLE} AS {self.sql['typedRow']}")
            run(backend, f"INSERT INTO {TABLE} {self.sql['nullRow']}")
            try:
                yield backend, backend.table(TABLE)
            finally:
                run(backend, f"DROP TABLE {TABLE}")


def run(backend, sql):
    backend.raw_sql(sql).close()


def rows_of(backend, sql):
    with contextlib.closing(backend.raw_sql(sql)) as cursor:
        return cursor.fetchall()


def is_usable(backend):
    expect([(1,)], rows_of(backend, "SELECT 1"), "SELECT 1")


def select_1(target):
    with target.backend() as backend:
        is_usable(backend)
        expect(1, int(backend.execute(ibis.literal(1))), "an expression")
        expect("default", backend.current_database, "current database")
        contains(".", backend.version)


def typed_row(target):
    with target.table() as (_, table):
        row = table.filter(table.c_int.notnull()).to_pyarrow().to_pylist()[0]
    expect(list(TYPED_ROW), list(row), "labels")
    wanted = {
        **TYPED_ROW,
        "c_decimal": decimal.Decimal("-12345678.90"),
        "c_date": datetime.date(1969, 12, 31),
        "c_timestamp": datetime.datetime(2024, 2, 29, 12, 34, 56, 789123),
    }
    for label, value in row.items():
        expect(wanted[label], value, label)


def null_row(target):
    with target.table() as (_, table):
        row = table.filter(table.c_int.isnull()).to_pyarrow().to_pylist()[0]
    expect(dict.fromkeys(TYPED_ROW), row, "nulls")


SCHEMA = {
    "c_boolean": "boolean",
    "c_tinyint": "int8",
    "c_smallint": "int16",
    "c_int": "int32",
    "c_bigint": "int64",
    "c_float": "float32",
    "c_double": "float64",
    "c_decimal": "decimal(10, 2)",
    "c_string": "string",
    "c_date": "date",
    "c_timestamp": "timestamp",
    "c_binary": "binary",
}


def columns(target):
    with target.table() as (_, table):
        expect(SCHEMA, {name: str(kind) for name, kind in table.schema().items()}, "schema")


def many_rows(target):
    with target.backend() as backend:
        frame = backend.sql(target.sql["manyRows"].replace("'row ' || i", "'row ' || i AS text")).execute()
    expect((MANY_ROWS, 2), frame.shape, "rows and columns")
    if not (frame["i"] == range(MANY_ROWS)).all() or not (frame["text"] == [f"row {i}" for i in range(MANY_ROWS)]).all():
        raise AssertionError("the rows are in order and whole")


def empty_result(target):
    with target.table() as (_, table):
        frame = table.filter(table.c_int == 5).select("c_int", "c_string").execute()
        expect((["c_int", "c_string"], 0), (list(frame.columns), len(frame)), "labels and rows")


def expressions(target):
    with target.table() as (_, table):
        counted = table.group_by(table.c_string).agg(rows=ibis._.count(), most=ibis._.c_int.max())
        frame = counted.order_by(ibis.desc("c_string")).execute()
        expect([1, 1], frame["rows"].tolist(), "counts")
        shouted = table.mutate(loud=table.c_string.upper() + "!").filter(table.c_double < 0)
        expect(["SENBON!"], shouted.loud.execute().tolist(), "text")
        expect(1, int(table.join(table.view(), "c_int").count().execute()), "join")
        expect(1969, int(table.c_date.year().max().execute()), "year")


def views(target):
    name = f"checks_ibis_view_{RUN}"
    with target.table() as (backend, table):
        view = backend.create_view(name, table.select("c_int"))
        contains(name, backend.list_tables())
        expect(2, int(view.count().execute()), "rows")
        backend.drop_view(name)


def prepared(target):
    wanted = ibis.param("string")
    with target.table() as (_, table):
        found = table.filter(table.c_string == wanted)
        for value, count in (("senbon", 1), ("it's", 0)):
            expect(count, int(found.count().execute(params={wanted: value})), f"rows with {value}")


def session_state(target):
    """Options are what Ibis takes from statement to statement."""
    with target.backend(**{"senbon.checks.key": 5}) as backend:
        for _ in range(2):
            expect([("senbon.checks.key", "5")], rows_of(backend, "SET senbon.checks.key"), "option")


def session_isolation(target):
    view = f"checks_own_{RUN}"
    with target.backend() as backend:
        run(backend, target.sql["createTempView"].replace("{view}", view))
        contains(view, str(failure_in(lambda: run(backend, f"SELECT n FROM {view}"), "another session's view")))


def unicode(target):
    wanted = 'Žluťoučký kůň, 千本鳥居 🦊 e\u0301, "quoted"'
    with target.backend() as backend:
        expect(wanted, backend.execute(ibis.literal(wanted)), "text")
        expect(3, int(backend.execute(ibis.literal("千本🦊").length())), "the engine's count of characters")


def quotes(target):
    with target.table() as (backend, table):
        for wanted in PARAMETERS:
            expect(wanted, backend.execute(ibis.literal(wanted)), f"literal {wanted!r}")
        for name in IDENTIFIERS:
            expect([name], list(table.select(table.c_int.name(name)).execute().columns), "label")


def binary(target):
    with target.backend() as backend:
        expect([(bytes(range(256)),)], rows_of(backend, target.sql["allBytes"]), "every byte")


def connections_20(target):
    together = threading.Barrier(CONNECTIONS)
    answers = {}

    def one(number):
        with target.backend() as backend:
            # Nobody goes on before all are connected.
            together.wait(60)
            answers[number] = rows_of(backend, f"SELECT {number}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect({number: [(number,)] for number in range(CONNECTIONS)}, dict(sorted(answers.items())), "answers")


def reopen(target):
    with target.backend() as backend:
        is_usable(backend)
    with target.backend() as backend:
        is_usable(backend)


def fails_saying(key, text):
    """impyla shows no SQLSTATE."""

    def check(target):
        with target.backend() as backend:
            failure = failure_in(lambda: run(backend, target.sql[key]))
            expect(OperationalError, type(failure), "kind of error")
            contains(text, str(failure))
            is_usable(backend)

    return check


def query_timeout(target):
    """As of impyla: nothing is raised before somebody wants rows."""
    with target.backend(**{"kyuubi.operation.query.timeout": 1000}) as backend:
        started = time.monotonic()
        failure_in(lambda: rows_of(backend, target.sql["slow"]), "a statement longer than its time-out")
        took = time.monotonic() - started
        if not 0.9 <= took < TIMEOUT_TAKES_EFFECT_S:
            raise AssertionError(f"the time-out of 1 s took {took} s")
        is_usable(backend)


def operation_log(target):
    with target.backend() as backend, contextlib.closing(backend.raw_sql("SELECT 1 AS logged")) as cursor:
        contains("SELECT 1 AS logged", cursor.get_log())


def databases(target):
    name = f"checks_ibis_db_{RUN}"
    with target.backend() as backend:
        contains("default", backend.list_databases())
        backend.create_database(name)
        try:
            expect([name], backend.list_databases(like=f"{name}.*"), "of a pattern")
            expect([], backend.list_tables(database=name), "its tables")
        finally:
            run(backend, f"DROP DATABASE {name}")


def tables(target):
    with target.table() as (backend, _):
        contains(TABLE, backend.list_tables())
        contains(TABLE, backend.list_tables(database="default"))
        expect([TABLE], backend.list_tables(like=f"^{TABLE}$"), "of a pattern")


def metadata_empty(target):
    with target.backend() as backend:
        expect([], backend.list_tables(like="no_such_table"), "tables")
        failure = failure_in(lambda: backend.table("no_such_table"), "no table")
        expect(TableNotFound, type(failure), "kind of error")


def pandas_read_sql(target):
    """pandas itself, over the connection of impyla that Ibis has."""
    with target.backend() as backend:
        frame = pandas.read_sql(target.sql["typedRow"], backend.con)
        expect(list(TYPED_ROW), list(frame.columns), "labels")
        expect(("senbon", -2147483648), (frame["c_string"][0], int(frame["c_int"][0])), "values")
        chunks = list(pandas.read_sql(target.sql["manyRows"], backend.con, chunksize=30_000))
        expect(math.ceil(MANY_ROWS / 30_000), len(chunks), "chunks")
        expect(MANY_ROWS, sum(len(chunk) for chunk in chunks), "rows")


CHECKS = {
    "select-1": select_1,
    "typed-row": typed_row,
    "null-row": null_row,
    "rows-100k": many_rows,
    "empty-result": empty_result,
    "prepared": prepared,
    "session-state": session_state,
    "session-isolation": session_isolation,
    "expressions": expressions,
    "views": views,
    "unicode": unicode,
    "quotes": quotes,
    "binary": binary,
    "connections-20": connections_20,
    "reopen": reopen,
    "syntax-error": fails_saying("syntaxError", "SELEKT"),
    "unknown-table": fails_saying("unknownTable", "no_such_table_at_all"),
    "query-timeout": query_timeout,
    "operation-log": operation_log,
    "schemas": databases,
    "tables": tables,
    "columns": columns,
    "metadata-empty": metadata_empty,
    "pandas-read-sql": pandas_read_sql,
}
