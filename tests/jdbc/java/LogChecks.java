import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Checks of the logs that the drivers show besides JDBC: by reflection, for each driver has classes of its own. */
final class LogChecks {
  private static final int MAX_LINES = 100;
  private static final long LOG_POLL_MS = 20;

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("operation-log", LogChecks::operationLog);
    checks.put("launch-log", LogChecks::launchLog);
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

  /**
   * Kyuubi's driver alone knows it. In beeline's mode the driver leaves the log and the wait to the caller; a session with
   * an engine of its own sees a real launch.
   */
  private static void launchLog(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open("#kyuubi.engine.share.level=CONNECTION", Map.of("BEELINE_MODE", "true"))) {
      Method execLog = connection.getClass().getMethod("getExecLog");
      Method hasMoreLogs = connection.getClass().getMethod("hasMoreLogs");
      CompletableFuture<List<Object>> log = CompletableFuture.supplyAsync(() -> readAll(connection, hasMoreLogs, execLog));
      connection.getClass().getMethod("waitLaunchEngineToComplete").invoke(connection);
      Expect.isTrue(!log.get(30, TimeUnit.SECONDS).isEmpty(), "the launch log has lines");
      Probe.isUsable(connection);
    }
  }

  private static List<Object> readAll(Connection connection, Method hasMoreLogs, Method execLog) {
    try {
      List<Object> lines = new ArrayList<>();
      while ((Boolean) hasMoreLogs.invoke(connection)) {
        lines.addAll((List<?>) execLog.invoke(connection));
        Thread.sleep(LOG_POLL_MS);
      }
      return lines;
    } catch (ReflectiveOperationException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private LogChecks() {}
}
