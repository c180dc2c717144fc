import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Checks of statements that fail, are cancelled, or stand on a closed connection. */
final class FailureChecks {
  private static final long CANCEL_TAKES_EFFECT_MS = 3_000;
  private static final long TIMEOUT_TAKES_EFFECT_MS = 5_000;

  /** Long enough for the statement to run on the engine, not only to be on its way there. */
  private static final long BEFORE_CANCEL_MS = 1_000;

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("syntax-error", target -> failsWith42(target, "syntaxError"));
    checks.put("unknown-table", target -> failsWith42(target, "unknownTable"));
    checks.put("cancel", FailureChecks::cancel);
    checks.put("query-timeout", FailureChecks::queryTimeout);
    checks.put("reopen", FailureChecks::reopen);
  }

  private static void failsWith42(JdbcChecks.Target target, String statementKey) throws Exception {
    try (Connection connection = target.open()) {
      try (Statement statement = connection.createStatement()) {
        SQLException failure =
            Expect.sqlException(() -> statement.executeQuery(target.sql(statementKey)), "the wrong statement");
        String state = failure.getSQLState();
        Expect.isTrue(state != null && state.matches("42[0-9A-Z]{3}"),
            "SQLSTATE of class 42: got " + state + " with: " + failure.getMessage());
        Expect.isTrue(failure.getMessage() != null && failure.getMessage().length() > 10, "a message");
      }
      Probe.isUsable(connection);
    }
  }

  private static void cancel(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      Probe.isUsable(connection);
      try (Statement statement = connection.createStatement()) {
        CompletableFuture<SQLException> ended = CompletableFuture.supplyAsync(() -> run(statement, target.sql("slow")));
        Thread.sleep(BEFORE_CANCEL_MS);
        Expect.isTrue(!ended.isDone(), "the statement ended by itself: " + (ended.isDone() ? ended.get() : ""));
        long cancelledNanos = System.nanoTime();
        statement.cancel();
        SQLException failure = ended.get(60, TimeUnit.SECONDS);
        long tookMs = (System.nanoTime() - cancelledNanos) / 1_000_000;
        Expect.isTrue(failure != null, "the cancelled statement threw no SQLException");
        Expect.isTrue(tookMs < CANCEL_TAKES_EFFECT_MS, "cancel took " + tookMs + " ms");
        Expect.isTrue(failure.getMessage().toLowerCase().contains("cancel"), "it says so: " + failure.getMessage());
      }
      Probe.isUsable(connection);
    }
  }

  private static void queryTimeout(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      Probe.isUsable(connection);
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        long startedNanos = System.nanoTime();
        SQLException failure =
            Expect.sqlException(() -> statement.executeQuery(target.sql("slow")), "a statement longer than its time-out");
        long tookMs = (System.nanoTime() - startedNanos) / 1_000_000;
        Expect.isTrue(failure instanceof SQLTimeoutException, "SQLTimeoutException: " + Expect.describe(failure));
        Expect.isTrue(tookMs >= 900, "not before its time: " + tookMs + " ms");
        Expect.isTrue(tookMs < TIMEOUT_TAKES_EFFECT_MS, "the time-out of 1 s took " + tookMs + " ms");
      }
      Probe.isUsable(connection);
    }
  }

  private static SQLException run(Statement statement, String sql) {
    try {
      statement.executeQuery(sql);
      return null;
    } catch (SQLException failure) {
      return failure;
    }
  }

  private static void reopen(JdbcChecks.Target target) throws Exception {
    Connection first = target.open();
    Statement orphan = first.createStatement();
    Probe.isUsable(first);
    first.close();
    Expect.isTrue(first.isClosed(), "closed");
    first.close();
    Expect.sqlException(() -> orphan.executeQuery("SELECT 1"), "a statement of a closed connection");
    try (Connection second = target.open()) {
      Probe.isUsable(second);
    }
  }

  private FailureChecks() {}
}
