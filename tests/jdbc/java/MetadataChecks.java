import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** DatabaseMetaData, as far as any BI tool asks on connecting. */
final class MetadataChecks {
  /** One table per run: other runs may share the engine. */
  private static final String TABLE = "checks_people_" + ProcessHandle.current().pid();

  private interface Body {
    void run(DatabaseMetaData metadata) throws Exception;
  }

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("product", on(MetadataChecks::product));
    checks.put("catalogs", on(metadata -> values(metadata.getCatalogs(), "TABLE_CAT")));
    checks.put("schemas", on(MetadataChecks::schemas));
    checks.put("table-types", on(metadata -> contains(values(metadata.getTableTypes(), "TABLE_TYPE"), "TABLE")));
    checks.put("type-info", on(MetadataChecks::typeInfo));
    checks.put("functions", on(MetadataChecks::functions));
    checks.put("tables", withTable(MetadataChecks::tables));
    checks.put("columns", withTable(MetadataChecks::columns));
    checks.put("primary-keys", withTable(MetadataChecks::primaryKeys));
  }

  private static JdbcChecks.Check on(Body body) {
    return target -> {
      try (Connection connection = target.open()) {
        body.run(connection.getMetaData());
      }
    };
  }

  private static JdbcChecks.Check withTable(Body body) {
    return target -> {
      try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
        statement.execute(target.sql("createTable").replace("{table}", TABLE));
        try {
          body.run(connection.getMetaData());
        } finally {
          statement.execute("DROP TABLE " + TABLE);
        }
      }
    };
  }

  private static void product(DatabaseMetaData metadata) throws Exception {
    Expect.isTrue(!metadata.getDatabaseProductName().isBlank(), "a product name");
    Expect.isTrue(!metadata.getDatabaseProductVersion().isBlank(), "a product version");
  }

  private static void schemas(DatabaseMetaData metadata) throws Exception {
    contains(values(metadata.getSchemas(), "TABLE_SCHEM"), "default");
  }

  private static void typeInfo(DatabaseMetaData metadata) throws Exception {
    List<String> names = values(metadata.getTypeInfo(), "TYPE_NAME");
    for (String type : List.of("BOOLEAN", "INT", "BIGINT", "DOUBLE", "STRING", "DATE", "TIMESTAMP", "DECIMAL")) {
      contains(names, type);
    }
  }

  private static void functions(DatabaseMetaData metadata) throws Exception {
    contains(values(metadata.getFunctions(null, null, "abs"), "FUNCTION_NAME"), "abs");
  }

  private static void tables(DatabaseMetaData metadata) throws Exception {
    contains(values(metadata.getTables(null, null, "checks\\_people\\_%", new String[] {"TABLE"}), "TABLE_NAME"), TABLE);
    contains(values(metadata.getTables(null, "default", TABLE, null), "TABLE_NAME"), TABLE);
    Expect.equal(List.of(), values(metadata.getTables(null, null, "no_such_table", null), "TABLE_NAME"), "no table");
  }

  private static void columns(DatabaseMetaData metadata) throws Exception {
    List<String> found = new ArrayList<>();
    try (ResultSet rows = metadata.getColumns(null, "default", TABLE, "%")) {
      while (rows.next()) {
        found.add(rows.getInt("ORDINAL_POSITION") + " " + rows.getString("COLUMN_NAME") + " " + rows.getInt("DATA_TYPE"));
      }
    }
    Set<String> wanted = Set.of("id " + java.sql.Types.INTEGER, "name " + java.sql.Types.VARCHAR);
    Set<String> got = new TreeSet<>();
    for (String column : found) got.add(column.substring(column.indexOf(' ') + 1));
    Expect.equal(new TreeSet<>(wanted), got, "columns of " + found);
  }

  /** None is declared; the call and its columns must be there all the same. */
  private static void primaryKeys(DatabaseMetaData metadata) throws Exception {
    Expect.equal(List.of(), values(metadata.getPrimaryKeys(null, "default", TABLE), "COLUMN_NAME"), "primary keys");
  }

  private static List<String> values(ResultSet rows, String label) throws Exception {
    try (rows) {
      List<String> values = new ArrayList<>();
      while (rows.next()) values.add(rows.getString(label));
      return values;
    }
  }

  private static void contains(List<String> values, String wanted) {
    Expect.isTrue(values.contains(wanted), wanted + " is not among " + values);
  }

  private MetadataChecks() {}
}
