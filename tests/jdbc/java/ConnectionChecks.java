import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** What a BI tool asks of a connection before it sends its first statement. */
final class ConnectionChecks {
  private static final String SCHEMA = "checks_connection_" + ProcessHandle.current().pid();

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("connection-state", ConnectionChecks::state);
    checks.put("bi-metadata", ConnectionChecks::metadata);
  }

  private static void state(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      Expect.isTrue(connection.isValid(10), "valid");
      Expect.equal("default", connection.getSchema(), "the first schema");
      Expect.isTrue(!connection.isReadOnly(), "not read only");
      Expect.equal(null, connection.getWarnings(), "warnings");
      Expect.isTrue(connection.getAutoCommit(), "auto commit");
      Expect.isTrue(connection.getCatalog() != null, "a catalog");
      connection.setCatalog(connection.getCatalog());
      statement.execute("CREATE SCHEMA " + SCHEMA);
      try {
        connection.setSchema(SCHEMA);
        Expect.equal(SCHEMA, connection.getSchema(), "the schema set");
        Expect.equal(SCHEMA, SessionChecks.one(statement, "SELECT current_database()"), "the server's word");
      } finally {
        connection.setSchema("default");
        statement.execute("DROP SCHEMA " + SCHEMA);
      }
    }
  }

  /** Every question of JDBC without arguments, and the lookups: each is answered, or refused by the driver itself. */
  private static void metadata(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      DatabaseMetaData metadata = connection.getMetaData();
      for (Method method : DatabaseMetaData.class.getMethods()) {
        if (method.getParameterCount() == 0) ask(method.getName(), () -> method.invoke(metadata));
      }
      ask("getProcedures", () -> metadata.getProcedures(null, null, "%"));
      ask("getProcedureColumns", () -> metadata.getProcedureColumns(null, null, "%", "%"));
      ask("getUDTs", () -> metadata.getUDTs(null, null, "%", null));
      ask("getSchemas", () -> metadata.getSchemas(null, null));
      ask("getFunctions", () -> metadata.getFunctions(null, null, "%"));
      ask("getFunctionColumns", () -> metadata.getFunctionColumns(null, null, "abs", "%"));
      ask("getImportedKeys", () -> metadata.getImportedKeys(null, "default", "t"));
      ask("getExportedKeys", () -> metadata.getExportedKeys(null, "default", "t"));
      ask("getIndexInfo", () -> metadata.getIndexInfo(null, "default", "t", false, true));
      ask("getTablePrivileges", () -> metadata.getTablePrivileges(null, null, "%"));
      ask("getColumnPrivileges", () -> metadata.getColumnPrivileges(null, null, "t", "%"));
      ask("getBestRowIdentifier", () -> metadata.getBestRowIdentifier(null, null, "t", 0, true));
      ask("getVersionColumns", () -> metadata.getVersionColumns(null, null, "t"));
      Expect.isTrue(!metadata.getIdentifierQuoteString().isEmpty(), "a quote of identifiers, or a space for none");
      Expect.equal("\\", metadata.getSearchStringEscape(), "the escape of patterns");
      Probe.isUsable(connection);
    }
  }

  private interface Question {
    Object ask() throws Exception;
  }

  private static void ask(String name, Question question) throws Exception {
    try {
      Object answer = question.ask();
      if (answer instanceof ResultSet rows) {
        try (rows) {
          while (rows.next()) rows.getObject(1);
        }
      }
    } catch (InvocationTargetException failed) {
      refusedByDriver(name, failed.getCause());
    } catch (SQLException failed) {
      refusedByDriver(name, failed);
    }
  }

  /** Hive JDBC 4.0.1 does not ask the server for the order of NULLs, only its own URL. */
  private static final String REFUSALS = "(?i).*(not supported|does not support|HIVE_DEFAULT_NULLS_LAST is not available).*";

  private static void refusedByDriver(String name, Throwable failure) {
    boolean isRefusal = failure instanceof SQLException && String.valueOf(failure.getMessage()).matches(REFUSALS);
    Expect.isTrue(isRefusal, name + ": " + Expect.describe(failure));
  }

  private ConnectionChecks() {}
}
