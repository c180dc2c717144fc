import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Checks of the logs that the drivers show besides JDBC: by reflection, for each driver has classes of its own. */
final class LogChecks {
  private static final int MAX_LINES = 100;

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("operation-log", LogChecks::operationLog);
  }

  private static void operationLog(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1")) {
      Expect.isTrue(rows.next(), "a row");
      List<?> lines = (List<?>) statement.getClass()
          .getMethod("getQueryLog", boolean.class, int.class)
          .invoke(statement, false, MAX_LINES);
      Expect.isTrue(!lines.isEmpty(), "the operation log has lines");
      Expect.isTrue(lines.stream().anyMatch(line -> line.toString().contains("SELECT 1")), "of this statement: " + lines);
    }
  }

  private LogChecks() {}
}
