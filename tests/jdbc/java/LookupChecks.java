import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** DatabaseMetaData's lookups: by pattern, of keys between tables, and of what is not there. */
final class LookupChecks {
  private static final String PREFIX = "lookup" + ProcessHandle.current().pid();
  /** `_` stands for any character, so the pattern of the first one's name finds both. */
  private static final String UNDERSCORED = PREFIX + "_one";
  private static final String LOOKALIKE = PREFIX + "xone";

  private interface Body {
    void run(DatabaseMetaData metadata) throws Exception;
  }

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("metadata-patterns", target -> withTables(target, "createTable", "createTable", LookupChecks::patterns));
    checks.put("cross-reference", target -> withTables(target, "createParent", "createChild", LookupChecks::crossReference));
    checks.put("metadata-empty", LookupChecks::empty);
  }

  private static void withTables(JdbcChecks.Target target, String first, String second, Body body) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      try {
        statement.execute(target.sql(first).replace("{table}", UNDERSCORED));
        statement.execute(target.sql(second).replace("{table}", LOOKALIKE).replace("{parent}", UNDERSCORED));
        body.run(connection.getMetaData());
      } finally {
        statement.execute("DROP TABLE IF EXISTS " + LOOKALIKE);
        statement.execute("DROP TABLE IF EXISTS " + UNDERSCORED);
      }
    }
  }

  private static void patterns(DatabaseMetaData metadata) throws Exception {
    List<String> both = List.of(UNDERSCORED, LOOKALIKE);
    Expect.equal(both, tables(metadata, "default", PREFIX + "%"), "% in a table's name");
    Expect.equal(both, tables(metadata, "default", PREFIX + "_one"), "_ in a table's name");
    Expect.equal(List.of(UNDERSCORED), tables(metadata, "default", PREFIX + "\\_one"), "\\_ in a table's name");
    Expect.equal(List.of(LOOKALIKE), tables(metadata, "default", LOOKALIKE), "an exact table name");
    Expect.equal(both, tables(metadata, "def%", PREFIX + "%"), "% in a schema's name");
    Expect.equal(both, tables(metadata, "%", PREFIX + "%"), "every schema");
    Expect.equal(List.of(), tables(metadata, "d\\_fault", PREFIX + "%"), "\\_ in a schema's name");
    Expect.equal(List.of("id", "name"), columns(metadata, LOOKALIKE, "%"), "every column");
    Expect.equal(List.of("name"), columns(metadata, LOOKALIKE, "na%"), "% in a column's name");
    Expect.equal(List.of("name"), columns(metadata, LOOKALIKE, "n_me"), "_ in a column's name");
    Expect.equal(List.of(), columns(metadata, LOOKALIKE, "n\\_me"), "\\_ in a column's name");
    Expect.equal(List.of("id"), columns(metadata, LOOKALIKE, "id"), "an exact column name");
    Expect.equal(List.of("name", "name"), columns(metadata, PREFIX + "_one", "name"), "a column of both tables");
    for (String schema : List.of("default", "def%", "d_fault")) {
      Expect.equal(List.of("default"), values(metadata.getSchemas(null, schema), "TABLE_SCHEM"), "schema " + schema);
    }
    Expect.equal(List.of(), values(metadata.getSchemas(null, "d\\_fault"), "TABLE_SCHEM"), "\\_ in a schema's name");
  }

  private static void crossReference(DatabaseMetaData metadata) throws Exception {
    List<String> found = new ArrayList<>();
    try (ResultSet rows = metadata.getCrossReference(null, "default", UNDERSCORED, null, "default", LOOKALIKE)) {
      while (rows.next()) {
        String parent = rows.getString("PKTABLE_NAME") + "." + rows.getString("PKCOLUMN_NAME");
        found.add(rows.getString("FKTABLE_NAME") + "." + rows.getString("FKCOLUMN_NAME") + " -> " + parent);
      }
    }
    Expect.equal(
        List.of(LOOKALIKE + ".f1 -> " + UNDERSCORED + ".k1", LOOKALIKE + ".f2 -> " + UNDERSCORED + ".k2"), found, "foreign key");
    Expect.equal(
        List.of("k1", "k2"), values(metadata.getPrimaryKeys(null, "default", UNDERSCORED), "COLUMN_NAME"), "primary key");
  }

  private static void empty(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      DatabaseMetaData metadata = connection.getMetaData();
      String none = "no_such_thing";
      isEmpty(metadata.getSchemas(null, none), 2, "TABLE_SCHEM", "TABLE_CATALOG");
      isEmpty(metadata.getTables(null, none, "%", null), 10, "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS");
      isEmpty(metadata.getTables(null, "%", "%", new String[] {none}), 10, "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME");
      isEmpty(metadata.getColumns(null, "default", none, "%"), 23, "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME");
      isEmpty(metadata.getFunctions(null, null, none), 6, "FUNCTION_CAT", "FUNCTION_SCHEM", "FUNCTION_NAME", "REMARKS", "FUNCTION_TYPE", "SPECIFIC_NAME");
      isEmpty(metadata.getPrimaryKeys(null, "default", none), 6, "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME");
      isEmpty(metadata.getCrossReference(null, "default", none, null, "default", none), 14, "PKTABLE_CAT", "PKTABLE_SCHEM", "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_CAT");
    }
  }

  private static void isEmpty(ResultSet rows, int columns, String... firstLabels) throws Exception {
    try (rows) {
      ResultSetMetaData metadata = rows.getMetaData();
      Expect.equal(columns, metadata.getColumnCount(), "columns of " + String.join(", ", firstLabels));
      for (int at = 0; at < firstLabels.length; at++) Expect.equal(firstLabels[at], metadata.getColumnLabel(at + 1), "label");
      Expect.isTrue(!rows.next(), "no row of " + String.join(", ", firstLabels));
    }
  }

  private static List<String> tables(DatabaseMetaData metadata, String schema, String table) throws Exception {
    return values(metadata.getTables(null, schema, table, new String[] {"TABLE"}), "TABLE_NAME");
  }

  private static List<String> columns(DatabaseMetaData metadata, String table, String column) throws Exception {
    return values(metadata.getColumns(null, "default", table, column), "COLUMN_NAME");
  }

  private static List<String> values(ResultSet rows, String label) throws Exception {
    try (rows) {
      List<String> values = new ArrayList<>();
      while (rows.next()) values.add(rows.getString(label));
      return values;
    }
  }

  private LookupChecks() {}
}
