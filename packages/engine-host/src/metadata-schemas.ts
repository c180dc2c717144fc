import type { ColumnSchema, HiveTypeName, MetadataKind } from './executor.ts';

/**
 * The result layouts of HiveServer2's metadata calls: names, order and types as drivers read them, by name and by
 * position. Names and integer widths are HiveServer2's, with one exception: HiveServer2 misspells `KEY_SEQ` as
 * `KEQ_SEQ`, which no JDBC caller asks for; JDBC's name is used here.
 */
export const metadataSchemas: { readonly [Kind in MetadataKind]: readonly ColumnSchema[] } = {
  catalogs: columns(['TABLE_CAT', 'STRING', 'Catalog name']),

  schemas: columns(
    ['TABLE_SCHEM', 'STRING', 'Schema name'],
    ['TABLE_CATALOG', 'STRING', 'Catalog name, NULL when there are no catalogs'],
  ),

  tables: columns(
    ['TABLE_CAT', 'STRING', 'Catalog name, may be NULL'],
    ['TABLE_SCHEM', 'STRING', 'Schema name'],
    ['TABLE_NAME', 'STRING', 'Table name'],
    ['TABLE_TYPE', 'STRING', 'TABLE, VIEW, …; one of GetTableTypes'],
    ['REMARKS', 'STRING', 'Comment on the table'],
    ['TYPE_CAT', 'STRING', 'Catalog of the type, may be NULL'],
    ['TYPE_SCHEM', 'STRING', 'Schema of the type, may be NULL'],
    ['TYPE_NAME', 'STRING', 'Name of the type, may be NULL'],
    ['SELF_REFERENCING_COL_NAME', 'STRING', 'Identifier column of a typed table, may be NULL'],
    ['REF_GENERATION', 'STRING', 'How those identifiers are made, may be NULL'],
  ),

  tableTypes: columns(['TABLE_TYPE', 'STRING', 'Table type name']),

  columns: columns(
    ['TABLE_CAT', 'STRING', 'Catalog name, may be NULL'],
    ['TABLE_SCHEM', 'STRING', 'Schema name'],
    ['TABLE_NAME', 'STRING', 'Table name'],
    ['COLUMN_NAME', 'STRING', 'Column name'],
    ['DATA_TYPE', 'INT', 'Number in java.sql.Types'],
    ['TYPE_NAME', 'STRING', "The engine's name of the type"],
    ['COLUMN_SIZE', 'INT', 'Characters, or digits of precision'],
    ['BUFFER_LENGTH', 'TINYINT', 'Not used'],
    ['DECIMAL_DIGITS', 'INT', 'Fractional digits, NULL where they mean nothing'],
    ['NUM_PREC_RADIX', 'INT', 'Radix of numbers, 10 or 2'],
    ['NULLABLE', 'INT', '0 no NULLs, 1 nullable, 2 unknown'],
    ['REMARKS', 'STRING', 'Comment on the column'],
    ['COLUMN_DEF', 'STRING', 'Default value, may be NULL'],
    ['SQL_DATA_TYPE', 'INT', 'Not used'],
    ['SQL_DATETIME_SUB', 'INT', 'Not used'],
    ['CHAR_OCTET_LENGTH', 'INT', 'Most bytes of a character column'],
    ['ORDINAL_POSITION', 'INT', 'Position in the table, from 1'],
    ['IS_NULLABLE', 'STRING', 'YES, NO, or empty when unknown'],
    ['SCOPE_CATALOG', 'STRING', 'Catalog of a reference, NULL otherwise'],
    ['SCOPE_SCHEMA', 'STRING', 'Schema of a reference, NULL otherwise'],
    ['SCOPE_TABLE', 'STRING', 'Table of a reference, NULL otherwise'],
    ['SOURCE_DATA_TYPE', 'SMALLINT', 'Source type of a distinct type, NULL otherwise'],
    ['IS_AUTO_INCREMENT', 'STRING', 'YES, NO, or empty when unknown'],
  ),

  functions: columns(
    ['FUNCTION_CAT', 'STRING', 'Catalog name, may be NULL'],
    ['FUNCTION_SCHEM', 'STRING', 'Schema name, may be NULL'],
    ['FUNCTION_NAME', 'STRING', 'Name to call the function by'],
    ['REMARKS', 'STRING', 'Comment on the function'],
    ['FUNCTION_TYPE', 'INT', '0 unknown, 1 returns a value, 2 returns a table'],
    ['SPECIFIC_NAME', 'STRING', 'Name that tells overloads apart'],
  ),

  typeInfo: columns(
    ['TYPE_NAME', 'STRING', 'Type name'],
    ['DATA_TYPE', 'INT', 'Number in java.sql.Types'],
    ['PRECISION', 'INT', 'Greatest precision'],
    ['LITERAL_PREFIX', 'STRING', 'What opens a literal, may be NULL'],
    ['LITERAL_SUFFIX', 'STRING', 'What closes a literal, may be NULL'],
    ['CREATE_PARAMS', 'STRING', 'Parameters of the type, may be NULL'],
    ['NULLABLE', 'SMALLINT', '0 no NULLs, 1 nullable, 2 unknown'],
    ['CASE_SENSITIVE', 'BOOLEAN', 'Whether comparisons mind case'],
    ['SEARCHABLE', 'SMALLINT', '0 not in WHERE, 1 only LIKE, 2 all but LIKE, 3 everything'],
    ['UNSIGNED_ATTRIBUTE', 'BOOLEAN', 'Whether it is unsigned'],
    ['FIXED_PREC_SCALE', 'BOOLEAN', 'Whether it can be money'],
    ['AUTO_INCREMENT', 'BOOLEAN', 'Whether it can count by itself'],
    ['LOCAL_TYPE_NAME', 'STRING', 'Localised name, may be NULL'],
    ['MINIMUM_SCALE', 'SMALLINT', 'Least scale'],
    ['MAXIMUM_SCALE', 'SMALLINT', 'Greatest scale'],
    ['SQL_DATA_TYPE', 'INT', 'Not used'],
    ['SQL_DATETIME_SUB', 'INT', 'Not used'],
    ['NUM_PREC_RADIX', 'INT', 'Radix of numbers, 10 or 2'],
  ),

  primaryKeys: columns(
    ['TABLE_CAT', 'STRING', 'Catalog name, may be NULL'],
    ['TABLE_SCHEM', 'STRING', 'Schema name'],
    ['TABLE_NAME', 'STRING', 'Table name'],
    ['COLUMN_NAME', 'STRING', 'Column name'],
    ['KEY_SEQ', 'INT', 'Position in the key, from 1'],
    ['PK_NAME', 'STRING', 'Name of the key, may be NULL'],
  ),

  crossReference: columns(
    ['PKTABLE_CAT', 'STRING', "Parent's catalog, may be NULL"],
    ['PKTABLE_SCHEM', 'STRING', "Parent's schema, may be NULL"],
    ['PKTABLE_NAME', 'STRING', "Parent's table"],
    ['PKCOLUMN_NAME', 'STRING', "Parent's column"],
    ['FKTABLE_CAT', 'STRING', "Child's catalog, may be NULL"],
    ['FKTABLE_SCHEM', 'STRING', "Child's schema, may be NULL"],
    ['FKTABLE_NAME', 'STRING', "Child's table"],
    ['FKCOLUMN_NAME', 'STRING', "Child's column"],
    ['KEY_SEQ', 'INT', 'Position in the key, from 1'],
    ['UPDATE_RULE', 'INT', 'What an update of the parent does'],
    ['DELETE_RULE', 'INT', 'What a deletion of the parent does'],
    ['FK_NAME', 'STRING', 'Name of the foreign key, may be NULL'],
    ['PK_NAME', 'STRING', "Name of the parent's key, may be NULL"],
    ['DEFERRABILITY', 'INT', 'Whether checks may wait for the commit'],
  ),
};

type Row = readonly [name: string, type: HiveTypeName, comment: string];

function columns(...rows: readonly Row[]): readonly ColumnSchema[] {
  return rows.map(([name, type, comment]) => ({ name, type: { name: type }, comment }));
}
