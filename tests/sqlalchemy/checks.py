"""The checks through SQLAlchemy on PyHive; ../support/python/run_checks.py runs them."""

import contextlib
import datetime
import os
import threading
import time
import warnings

import sqlalchemy as sa
from dbapi_checks import (
    CONNECTIONS,
    IDENTIFIERS,
    LITERALS,
    MANY_ROWS,
    PARAMETERS,
    TIMEOUT_TAKES_EFFECT_S,
    TYPED_ROW,
)
from expect import contains, expect, failure_in
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

# Of PyHive's dialect, which is older than SQLAlchemy 2: no caching of compiled statements, and the name of dbapi().
warnings.filterwarnings("ignore", category=sa.exc.SAWarning)
warnings.filterwarnings("ignore", category=sa.exc.SADeprecationWarning)

CANCEL_TAKES_EFFECT_S = 3
BEFORE_CANCEL_S = 1
RUN = os.getpid()  # Tables of each run are its own: other runs may share the engine.
TABLE = f"checks_alchemy_{RUN}"


class Target:
    def __init__(self, transport, host, port, user, sql):
        self.sql = sql
        self._url = {
            "binary": f"hive://{user}@{host}:{port}/default",
            "nosasl": f"hive://{user}@{host}:{port}/default?auth=NOSASL",
            "http": f"hive+http://{user}@{host}:{port}/default",
        }[transport]

    @contextlib.contextmanager
    def engine(self, conf=None):
        engine = sa.create_engine(self._url, connect_args={"configuration": conf} if conf else {}, pool_size=CONNECTIONS)
        try:
            yield engine
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def connection(self, conf=None):
        with self.engine(conf) as engine, engine.connect() as connection:
            yield connection


def execute(connection, sql):
    """`sql` as it is: a text clause takes a colon for a parameter's, exec_driver_sql lets PyHive take a percent sign for one."""
    return connection.execute(sa.text(sql.replace(":", "\\:")))


def rows_of(connection, sql, **parameters):
    result = connection.execute(sa.text(sql), parameters) if parameters else execute(connection, sql)
    return [tuple(row) for row in result]


def is_usable(connection):
    expect([(1,)], rows_of(connection, "SELECT 1"), "SELECT 1")


def select_1(target):
    with target.connection() as connection:
        is_usable(connection)
        expect(1, connection.scalar(sa.select(sa.literal(1))), "an expression")


def typed_row(target):
    with target.connection() as connection:
        result = execute(connection, target.sql["typedRow"])
        expect(list(TYPED_ROW), list(result.keys()), "labels")
        row = result.one()
    for label, value in row._mapping.items():
        expect(TYPED_ROW[label], str(value) if label == "c_timestamp" else value, label)


def null_row(target):
    with target.connection() as connection:
        expect([(None,) * len(TYPED_ROW)], rows_of(connection, target.sql["nullRow"]), "nulls")


def many_rows(chunk):
    def check(target):
        with target.connection() as connection:
            result = execute(connection, target.sql["manyRows"]).yield_per(chunk)
            at = -1
            for at, (number, text) in enumerate(result):
                if number != at or text != f"row {at}":
                    raise AssertionError(f"row {at} is {number!r}, {text!r}")
            expect(MANY_ROWS - 1, at, "the last row")

    return check


def empty_result(target):
    with target.connection() as connection:
        result = execute(connection, target.sql["emptyResult"])
        expect((["n"], []), (list(result.keys()), result.all()), "labels and rows")


def prepared(target):
    sql = target.sql["prepared"]
    for name in "nsmd":
        sql = sql.replace("?", f":{name}", 1)
    with target.connection() as connection:
        for number in (1, 2):
            row = (number, f"round {number}", None, 0.5)
            expect([row], rows_of(connection, sql, **dict(zip("nsmd", row))), "row")


def interleaved(target):
    with target.connection() as connection:
        first = execute(connection, target.sql["manyRows"])
        second = execute(connection, target.sql["manyRows"])
        for at in range(200):
            expect((at, f"row {at}"), tuple(first.fetchone()), "first")
            expect((at, f"row {at}"), tuple(second.fetchone()), "second")
        first.close()
        expect((200, "row 200"), tuple(second.fetchone()), "the second reads on when the first is closed")
        second.close()


def unicode(target):
    wanted = 'Žluťoučký kůň, 千本鳥居 🦊 e\u0301, "quoted"'
    with target.connection() as connection:
        expect([(wanted, 3)], rows_of(connection, f"SELECT '{wanted}' AS s, length('千本🦊') AS n"), "text")
        expect([(wanted,)], rows_of(connection, "SELECT :text AS s", text=wanted), "parameter")


def quotes(target):
    with target.connection() as connection:
        for literal, wanted in LITERALS.items():
            expect([(wanted,)], rows_of(connection, f"SELECT {literal}"), literal)
        for wanted in PARAMETERS:
            expect([(wanted,)], rows_of(connection, "SELECT :text AS s", text=wanted), f"parameter {wanted!r}")
        for name in IDENTIFIERS:
            result = connection.execute(sa.select(sa.literal(5).label(name)))
            expect([name], list(result.keys()), "label")
            expect([(5,)], [tuple(row) for row in result], f"value of {name}")


def binary(target):
    with target.connection() as connection:
        expect([(bytes(range(256)),)], rows_of(connection, target.sql["allBytes"]), "every byte")


def session_state(target):
    view = f"checks_view_{RUN}"
    with target.connection() as connection:
        execute(connection, "SET senbon.checks.key=kept")
        execute(connection, target.sql["createTempView"].replace("{view}", view))
        expect([("senbon.checks.key", "kept")], rows_of(connection, "SET senbon.checks.key"), "setting")
        expect([(7,)], rows_of(connection, f"SELECT n FROM {view}"), "view")


def session_isolation(target):
    view = f"checks_own_{RUN}"
    with target.engine() as engine, engine.connect() as mine, engine.connect() as other:
        execute(mine, target.sql["createTempView"].replace("{view}", view))
        failure = failure_in(lambda: rows_of(other, f"SELECT n FROM {view}"), "another session's view")
        expect(sa.exc.OperationalError, type(failure), "kind of error")
        expect([(7,)], rows_of(mine, f"SELECT n FROM {view}"), "view")


def connections_20(target):
    together = threading.Barrier(CONNECTIONS)
    answers = {}

    def one(engine, number):
        with engine.connect() as connection:
            # Nobody goes on before all are connected.
            together.wait(60)
            answers[number] = rows_of(connection, f"SELECT {number}")

    with target.engine() as engine:
        threads = [threading.Thread(target=one, args=(engine, number)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect(CONNECTIONS, engine.pool.checkedin(), "connections in the pool")
    expect({number: [(number,)] for number in range(CONNECTIONS)}, dict(sorted(answers.items())), "answers")


def reopen(target):
    """A pool's connection is used again, with its session; a disposed engine opens others."""
    with target.engine() as engine:
        with engine.connect() as connection:
            execute(connection, "SET senbon.checks.key=kept")
        with engine.connect() as connection:
            expect([("senbon.checks.key", "kept")], rows_of(connection, "SET senbon.checks.key"), "the same session")
        engine.dispose()
        with engine.connect() as connection:
            ((_, value),) = rows_of(connection, "SET senbon.checks.key")
            if value == "kept":
                raise AssertionError("a disposed engine has kept its session")


def status_of(failure):
    """HiveServer2's status in the error of PyHive that SQLAlchemy has wrapped."""
    expect(sa.exc.OperationalError, type(failure), "kind of error")
    return failure.orig.args[0].status


def fails_with_42(key):
    def check(target):
        with target.connection() as connection:
            status = status_of(failure_in(lambda: execute(connection, target.sql[key])))
            if not (status.sqlState or "").startswith("42") or len(status.errorMessage) <= 10:
                raise AssertionError(f"SQLSTATE of class 42: got {status.sqlState} with {status.errorMessage}")
            is_usable(connection)

    return check


def cancel(target):
    """SQLAlchemy waits for a statement; PyHive's cursor below it need not."""
    with target.engine() as engine:
        raw = engine.raw_connection()
        with contextlib.closing(raw), contextlib.closing(raw.cursor()) as cursor:
            cursor.execute(target.sql["slow"], async_=True)
            time.sleep(BEFORE_CANCEL_S)
            canceller = threading.Thread(target=cursor.cancel)
            canceller.start()
            canceller.join(CANCEL_TAKES_EFFECT_S)
            status_of_pyhive = failure_in(cursor.fetchall, "reading what was cancelled").args[0].status
            contains("cancel", status_of_pyhive.errorMessage.lower())
        with engine.connect() as connection:
            is_usable(connection)


def query_timeout(target):
    with target.connection({"kyuubi.operation.query.timeout": "PT1S"}) as connection:
        started = time.monotonic()
        failure = failure_in(lambda: rows_of(connection, target.sql["slow"]), "a statement longer than its time-out")
        took = time.monotonic() - started
        if not 0.9 <= took < TIMEOUT_TAKES_EFFECT_S:
            raise AssertionError(f"the time-out of 1 s took {took} s")
        contains("timed out", status_of(failure).errorMessage.lower())
        is_usable(connection)


def operation_log(target):
    with target.connection() as connection:
        result = execute(connection, "SELECT 1 AS logged")
        lines = result.cursor.fetch_logs()
        if not any("SELECT 1 AS logged" in line for line in lines):
            raise AssertionError(f"the log has the statement: {lines}")
        expect([(1,)], [tuple(row) for row in result], "row")


@contextlib.contextmanager
def people(target):
    """A table that SQLAlchemy has made."""
    table = sa.Table(TABLE, sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("name", sa.String))
    with target.engine() as engine:
        table.create(engine)
        try:
            yield engine, table
        finally:
            table.drop(engine)


def schema_names(target):
    with target.engine() as engine:
        contains("default", sa.inspect(engine).get_schema_names())


def table_names(target):
    with people(target) as (engine, _):
        inspector = sa.inspect(engine)
        contains(TABLE, inspector.get_table_names())
        contains(TABLE, inspector.get_table_names(schema="default"))
        expect((True, True), (inspector.has_table(TABLE), inspector.has_table(TABLE, schema="default")), "has_table")


def columns(target):
    with people(target) as (engine, _):
        for schema in (None, "default"):
            found = sa.inspect(engine).get_columns(TABLE, schema=schema)
            expect([("id", "INTEGER"), ("name", "VARCHAR")], [(c["name"], str(c["type"])) for c in found], "columns")


def primary_keys(target):
    """PyHive's dialect says that Hive has none, and does not ask."""
    with people(target) as (engine, _):
        inspector = sa.inspect(engine)
        expect([], list(inspector.get_pk_constraint(TABLE) or []), "primary key")
        expect(([], []), (inspector.get_foreign_keys(TABLE), inspector.get_indexes(TABLE)), "foreign keys, indexes")


def metadata_empty(target):
    with target.engine() as engine:
        inspector = sa.inspect(engine)
        expect(False, inspector.has_table("no_such_table"), "has_table")
        expect(False, inspector.has_table("no_such_table", schema="default"), "has_table in a schema")
        failure = failure_in(lambda: inspector.get_columns("no_such_table"), "columns of no table")
        expect(sa.exc.NoSuchTableError, type(failure), "kind of error")


def reflection(target):
    with people(target) as (engine, _):
        reflected = sa.Table(TABLE, sa.MetaData(), autoload_with=engine)
        expect(["id", "name"], reflected.columns.keys(), "columns")
        everything = sa.MetaData()
        everything.reflect(engine, only=[TABLE])
        contains(TABLE, list(everything.tables))


def core_round_trip(target):
    with people(target) as (engine, table), engine.begin() as connection:
        connection.execute(table.insert().values([{"id": 1, "name": "it's"}, {"id": 2, "name": "back\\slash"}]))
        connection.execute(table.insert().values(id=3, name=None))
        found = connection.execute(sa.select(table).order_by(table.c.id)).all()
        expect([(1, "it's"), (2, "back\\slash"), (3, None)], [tuple(row) for row in found], "rows")
        expect(1, connection.scalar(sa.select(sa.func.count()).where(table.c.name == "it's")), "a condition")


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = f"checks_orm_{RUN}"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    born: Mapped[datetime.datetime | None]


def orm_round_trip(target):
    """One object a flush: PyHive's executemany fetches after each statement, also after those without rows."""
    born = datetime.datetime(2024, 2, 29, 12, 34, 56)
    with target.engine() as engine:
        Person.__table__.create(engine)
        try:
            with Session(engine) as session:
                for number, name in enumerate(["千本", "it's"]):
                    session.add(Person(id=number, name=name, born=born))
                    session.flush()
                session.commit()
            with Session(engine) as session:
                person = session.scalars(sa.select(Person).where(Person.name == "it's")).one()
                expect((1, born), (person.id, person.born), "found")
                person.name = "changed"
                session.commit()
                session.expire_all()
                expect("changed", session.get(Person, 1).name, "changed")
                session.delete(session.get(Person, 0))
                session.commit()
                expect(1, session.query(Person).count(), "left")
        finally:
            Person.__table__.drop(engine)


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
    "session-state": session_state,
    "session-isolation": session_isolation,
    "connections-20": connections_20,
    "reopen": reopen,
    "syntax-error": fails_with_42("syntaxError"),
    "unknown-table": fails_with_42("unknownTable"),
    "cancel": cancel,
    "query-timeout": query_timeout,
    "operation-log": operation_log,
    "schemas": schema_names,
    "tables": table_names,
    "columns": columns,
    "primary-keys": primary_keys,
    "metadata-empty": metadata_empty,
    "reflection": reflection,
    "core-round-trip": core_round_trip,
    "orm-round-trip": orm_round_trip,
}
