import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Map;

/** Checks of the life of a statement: used again, limited, read again from its first row, updating. */
final class StatementChecks {
  private static final String TABLE = "checks_updates_" + ProcessHandle.current().pid();
  private static final int ROUNDS = 10;

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("statement-reuse", StatementChecks::reuse);
    checks.put("scroll", StatementChecks::scroll);
    checks.put("max-rows", StatementChecks::maxRows);
    checks.put("updates", StatementChecks::updates);
    checks.put("prepared-types", StatementChecks::preparedTypes);
  }

  private static void reuse(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      Statement statement = connection.createStatement();
      for (int round = 0; round < ROUNDS; round++) {
        // A result that is left unread and open: the next execution closes it.
        ResultSet rows = statement.executeQuery(target.sql("manyRows"));
        Expect.isTrue(rows.next(), "a row in round " + round);
      }
      Expect.isTrue(statement.execute("SELECT 1;"), "a trailing semicolon");
      Expect.isTrue(!statement.getMoreResults(), "one result only");
      Expect.isTrue(!statement.execute("USE default"), "a statement without rows");
      statement.close();
      statement.close();
      Expect.isTrue(statement.isClosed(), "closed");
      Expect.sqlException(() -> statement.executeQuery("SELECT 1"), "a closed statement");
      Probe.isUsable(connection);
    }
  }

  private static void scroll(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
      statement.setFetchSize(100);
      try (ResultSet rows = statement.executeQuery(target.sql("manyRows"))) {
        for (int pass = 0; pass < 2; pass++) {
          Expect.isTrue(rows.isBeforeFirst(), "before the first row in pass " + pass);
          for (long at = 0; at < 250; at++) {
            Expect.isTrue(rows.next(), "row " + at + " in pass " + pass);
            Expect.equal(at, rows.getLong(1), "row in pass " + pass);
          }
          rows.beforeFirst();
        }
      }
    }
  }

  private static void maxRows(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      statement.setMaxRows(7);
      try (ResultSet rows = statement.executeQuery(target.sql("manyRows"))) {
        int count = 0;
        while (rows.next()) count++;
        Expect.equal(7, count, "rows");
      }
    }
  }

  /** Drivers differ in whether they tell the count, and none has batches; none may leave the table wrong. */
  private static void updates(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      statement.execute(target.sql("createTable").replace("{table}", TABLE));
      try {
        int count = statement.executeUpdate("INSERT INTO " + TABLE + " VALUES (1, 'one'), (2, 'two')");
        Expect.isTrue(count == 2 || count == 0, "count of rows inserted: " + count);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + TABLE + " VALUES (?, ?)")) {
          insert.setInt(1, 3);
          insert.setString(2, "it's three");
          insert.executeUpdate();
        }
        addBatch(statement);
        Expect.equal("3", SessionChecks.one(statement, "SELECT count(*) FROM " + TABLE + " WHERE id < 4"), "rows");
        Expect.equal("it's three", SessionChecks.one(statement, "SELECT name FROM " + TABLE + " WHERE id = 3"), "name");
      } finally {
        statement.execute("DROP TABLE " + TABLE);
      }
    }
  }

  private static void addBatch(Statement statement) throws Exception {
    try {
      statement.addBatch("INSERT INTO " + TABLE + " VALUES (4, 'four')");
      Expect.equal(1, statement.executeBatch().length, "results of the batch");
    } catch (SQLFeatureNotSupportedException driverHasNone) {
      Probe.isUsable(statement.getConnection());
    }
  }

  private static void preparedTypes(JdbcChecks.Target target) throws Exception {
    String sql = "SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, CAST(? AS date) AS f, CAST(? AS timestamp) AS g, ? AS h";
    try (Connection connection = target.open(); PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setBoolean(1, true);
      statement.setShort(2, (short) -7);
      statement.setLong(3, Long.MAX_VALUE);
      statement.setFloat(4, 0.5f);
      statement.setBigDecimal(5, new BigDecimal("12.50"));
      statement.setDate(6, Date.valueOf("2024-02-29"));
      statement.setTimestamp(7, Timestamp.valueOf("2024-02-29 12:34:56.789"));
      statement.setNull(8, Types.VARCHAR);
      try (ResultSet row = statement.executeQuery()) {
        Expect.isTrue(row.next(), "a row");
        Expect.equal(true, row.getBoolean(1), "boolean");
        Expect.equal((short) -7, row.getShort(2), "short");
        Expect.equal(Long.MAX_VALUE, row.getLong(3), "long");
        Expect.equal(0.5f, row.getFloat(4), "float");
        Expect.equal(0, new BigDecimal("12.50").compareTo(row.getBigDecimal(5)), "decimal");
        Expect.equal(Date.valueOf("2024-02-29"), row.getDate(6), "date");
        Expect.equal(Timestamp.valueOf("2024-02-29 12:34:56.789"), row.getTimestamp(7), "timestamp");
        Expect.equal(null, row.getString(8), "null");
      }
      statement.clearParameters();
      Expect.sqlException(statement::executeQuery, "parameters that were not set");
    }
  }

  private StatementChecks() {}
}
