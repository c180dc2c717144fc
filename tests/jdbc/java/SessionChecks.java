import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Checks of what a session keeps to itself, and of many sessions at once. */
final class SessionChecks {
  private static final int MANY_CONNECTIONS = 20;
  private static final long PID = ProcessHandle.current().pid();
  private static final String SCHEMA = "checks_schema_" + PID;
  private static final String VIEW = "checks_view_" + PID;
  private static final String TABLE = "checks_session_" + PID;

  private interface Body {
    void run(Connection connection, Statement statement) throws Exception;
  }

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("session-state", target -> withState(target, SessionChecks::stateHolds));
    checks.put("session-isolation", target -> withState(target, (connection, statement) -> isolated(target)));
    checks.put("connections-20", SessionChecks::manyConnections);
  }

  /** A session that has set a variable, changed the database and made a temporary view. */
  private static void withState(JdbcChecks.Target target, Body body) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + SCHEMA);
      try {
        statement.execute("SET senbon.checks.color=red");
        statement.execute("USE " + SCHEMA);
        statement.execute(target.sql("createTable").replace("{table}", TABLE));
        statement.execute(target.sql("createTempView").replace("{view}", VIEW));
        body.run(connection, statement);
        statement.execute("USE default");
      } finally {
        statement.execute("DROP TABLE IF EXISTS " + SCHEMA + "." + TABLE);
        statement.execute("DROP SCHEMA " + SCHEMA);
      }
    }
  }

  private static void stateHolds(Connection connection, Statement statement) throws Exception {
    Expect.equal("red", color(statement), "the variable");
    Expect.equal(SCHEMA, one(statement, "SELECT current_database()"), "the current database");
    Expect.equal("0", one(statement, "SELECT count(*) FROM " + TABLE), "a table of the current database");
    try (Statement other = connection.createStatement()) {
      Expect.equal("7", one(other, "SELECT n FROM " + VIEW), "the temporary view");
      Expect.equal("red", color(other), "the variable in a second statement");
    }
  }

  private static void isolated(JdbcChecks.Target target) throws Exception {
    try (Connection second = target.open(); Statement statement = second.createStatement()) {
      Expect.isTrue(!"red".equals(color(statement)), "the variable is the first session's own");
      Expect.equal("default", one(statement, "SELECT current_database()"), "the second session's database");
      for (String theirs : List.of(VIEW, TABLE)) {
        SQLException failure = Expect.sqlException(() -> one(statement, "SELECT * FROM " + theirs), theirs);
        Expect.isTrue(failure.getSQLState() != null && failure.getSQLState().startsWith("42"), "SQLSTATE of " + theirs);
      }
      Expect.equal("0", one(statement, "SELECT count(*) FROM " + SCHEMA + "." + TABLE), "tables are shared");
    }
  }

  /** All are open before the first query, so that none rides on another's connection. */
  private static void manyConnections(JdbcChecks.Target target) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(MANY_CONNECTIONS);
    try {
      CountDownLatch allOpen = new CountDownLatch(MANY_CONNECTIONS);
      List<Callable<String>> tasks = new ArrayList<>();
      for (int at = 0; at < MANY_CONNECTIONS; at++) tasks.add(queryOf(target, at, allOpen));
      int at = 0;
      for (Future<String> answer : executor.invokeAll(tasks)) Expect.equal("answer " + at, answer.get(), "connection " + at++);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Callable<String> queryOf(JdbcChecks.Target target, int number, CountDownLatch allOpen) {
    return () -> {
      try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
        allOpen.countDown();
        allOpen.await();
        return one(statement, "SELECT concat('answer ', " + number + ")");
      } finally {
        allOpen.countDown();
      }
    };
  }

  /** The engines answer `SET key` in a column of its own or behind `key=`. */
  private static String color(Statement statement) throws Exception {
    try (ResultSet row = statement.executeQuery("SET senbon.checks.color")) {
      Expect.isTrue(row.next(), "SET of one key has a row");
      String last = row.getString(row.getMetaData().getColumnCount());
      return last.substring(last.indexOf('=') + 1);
    }
  }

  static String one(Statement statement, String sql) throws Exception {
    try (ResultSet row = statement.executeQuery(sql)) {
      Expect.isTrue(row.next(), "a row of " + sql);
      return row.getString(1);
    }
  }

  private SessionChecks() {}
}
