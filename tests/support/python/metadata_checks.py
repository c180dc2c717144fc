"""Checks of HiveServer2's metadata calls, which the drivers have in their generated clients only.

A target has, besides what `dbapi_checks` wants, `answer(cursor, method, **arguments)`: labels and rows of a call, and
`unknown_methods`: the calls that the driver's generated client lacks.
"""

import os

from dbapi_checks import with_keys, with_table
from expect import contains, expect

RUN = os.getpid()  # Tables of each run are its own: other runs may share the engine.
TABLE = f"checks_people_{RUN}"
UNDERSCORED = f"checks_a_b_{RUN}"
LOOKALIKE = f"checks_axb_{RUN}"
NONE = "no_such_thing"


def column(target, cursor, method, label, **arguments):
    """One column of an answer."""
    labels, rows = target.answer(cursor, method, **arguments)
    at = labels.index(label)
    return [row[at] for row in rows]


def of(method, label, wanted, **arguments):
    """A check that the values of one column contain `wanted`."""

    def check(target):
        with target.cursors() as (cursor,):
            values = column(target, cursor, method, label, **arguments)
            for value in wanted:
                contains(value, values)

    return check


def tables(target):
    with with_table(target, TABLE) as cursor:
        found = column(target, cursor, "GetTables", "TABLE_NAME", tableName="checks\\_people\\_%", tableTypes=["TABLE"])
        contains(TABLE, found)
        expect([TABLE], column(target, cursor, "GetTables", "TABLE_NAME", schemaName="default", tableName=TABLE), "table")


def columns(target):
    where = {"schemaName": "default", "tableName": TABLE, "columnName": "%"}
    with with_table(target, TABLE) as cursor:
        expect(["id", "name"], column(target, cursor, "GetColumns", "COLUMN_NAME", **where), "columns")
        expect([4, 12], column(target, cursor, "GetColumns", "DATA_TYPE", **where), "java.sql.Types")


def primary_keys(target):
    with with_table(target, TABLE) as cursor:
        where = {"schemaName": "default", "tableName": TABLE}
        expect([], column(target, cursor, "GetPrimaryKeys", "COLUMN_NAME", **where), "of a table without")
    with with_keys(target, UNDERSCORED, LOOKALIKE) as cursor:
        where = {"schemaName": "default", "tableName": UNDERSCORED}
        expect(["k1", "k2"], column(target, cursor, "GetPrimaryKeys", "COLUMN_NAME", **where), "of a table with")


def cross_reference(target):
    with with_keys(target, UNDERSCORED, LOOKALIKE) as cursor:
        where = {
            "parentSchemaName": "default",
            "parentTableName": UNDERSCORED,
            "foreignSchemaName": "default",
            "foreignTableName": LOOKALIKE,
        }
        labels, rows = target.answer(cursor, "GetCrossReference", **where)
        found = [dict(zip(labels, row)) for row in rows]
        names = ("PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME", "FKCOLUMN_NAME")
        wanted = [(UNDERSCORED, "k1", LOOKALIKE, "f1"), (UNDERSCORED, "k2", LOOKALIKE, "f2")]
        expect(wanted, [tuple(row[name] for name in names) for row in found], "foreign key")


def patterns(target):
    """`%` and `_` stand for any text and any character, unless there is a backslash before."""
    with with_keys(target, UNDERSCORED, LOOKALIKE) as cursor:

        def found(pattern):
            return sorted(column(target, cursor, "GetTables", "TABLE_NAME", schemaName="default", tableName=pattern))

        expect([UNDERSCORED, LOOKALIKE], found(f"checks_a_b_{RUN}"), "an underscore is any character")
        expect([UNDERSCORED], found(f"checks\\_a\\_b\\_{RUN}"), "an escaped one is itself")
        expect([UNDERSCORED, LOOKALIKE], found(f"checks%b_{RUN}"), "any text")
        expect([UNDERSCORED], found(UNDERSCORED.upper().replace("_", "\\_")), "in capitals")
        where = {"schemaName": "def%", "tableName": UNDERSCORED.replace("_", "\\_"), "columnName": "k_"}
        expect(["k1", "k2"], column(target, cursor, "GetColumns", "COLUMN_NAME", **where), "columns")
        contains("default", column(target, cursor, "GetSchemas", "TABLE_SCHEM", schemaName="d_f%"))
        contains("abs", column(target, cursor, "GetFunctions", "FUNCTION_NAME", functionName="a_s"))


EMPTY = [
    ("GetSchemas", 2, {"schemaName": NONE}),
    ("GetTables", 10, {"schemaName": NONE}),
    ("GetTables", 10, {"tableTypes": [NONE]}),
    ("GetColumns", 23, {"tableName": NONE}),
    ("GetFunctions", 6, {"functionName": NONE}),
    ("GetPrimaryKeys", 6, {"schemaName": "default", "tableName": NONE}),
    ("GetCrossReference", 14, {"parentTableName": NONE, "foreignTableName": NONE}),
]


def empty(target):
    """An answer without rows has its columns all the same."""
    with target.cursors() as (cursor,):
        for method, width, arguments in EMPTY:
            if method in target.unknown_methods:
                continue
            labels, rows = target.answer(cursor, method, **arguments)
            expect(([], width), (rows, len(labels)), f"rows and number of columns of {method}")


CHECKS = {
    "catalogs": of("GetCatalogs", "TABLE_CAT", []),
    "schemas": of("GetSchemas", "TABLE_SCHEM", ["default"]),
    "table-types": of("GetTableTypes", "TABLE_TYPE", ["TABLE", "VIEW"]),
    "type-info": of("GetTypeInfo", "TYPE_NAME", ["BOOLEAN", "INT", "BIGINT", "DOUBLE", "STRING", "DATE", "TIMESTAMP", "DECIMAL"]),
    "functions": of("GetFunctions", "FUNCTION_NAME", ["abs"], functionName="abs"),
    "tables": tables,
    "columns": columns,
    "primary-keys": primary_keys,
    "cross-reference": cross_reference,
    "metadata-patterns": patterns,
    "metadata-empty": empty,
}
