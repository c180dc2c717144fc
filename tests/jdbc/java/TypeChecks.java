import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.List;
import java.util.Map;

/** Checks of values at the edges of their types. */
final class TypeChecks {
  private static final List<String> DATES = List.of("0001-01-01", "1582-10-15", "1970-01-01", "2024-02-29", "9999-12-31");
  private static final List<String> TIMESTAMPS = List.of(
      "0001-01-01 00:00:00.0", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.0", "2024-02-29 12:00:00.1",
      "2024-03-31 02:30:00.000001", "9999-12-31 23:59:59.999999");

  private interface Body {
    void run(ResultSet row) throws Exception;
  }

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("nested-types", target -> onRow(target, target.sql("nestedRow"), TypeChecks::nested));
    checks.put("decimal-limits", target -> onRow(target, target.sql("decimalLimits"), TypeChecks::decimals));
    checks.put("double-limits", target -> onRow(target, target.sql("doubleLimits"), TypeChecks::doubles));
    checks.put("temporal-limits", TypeChecks::temporal);
  }

  private static void onRow(JdbcChecks.Target target, String sql, Body body) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      Expect.isTrue(row.next(), "a row");
      body.run(row);
      Expect.isTrue(!row.next(), "one row only");
    }
  }

  /** HiveServer2 sends nested values as JSON-like text. */
  private static void nested(ResultSet row) throws Exception {
    Expect.equal("[1,null,3]", row.getString("c_array"), "array");
    Expect.equal("{\"a\":1}", row.getString("c_map"), "map");
    Expect.equal("{\"n\":1,\"s\":\"x\"}", row.getString("c_struct"), "struct");
    for (String kind : List.of("array", "map", "struct")) {
      int column = row.findColumn("c_" + kind);
      Expect.isTrue(row.getMetaData().getColumnTypeName(column).startsWith(kind), "type name of " + kind);
      Expect.equal(row.getString(column), row.getObject(column), kind + " as an object");
    }
  }

  private static void decimals(ResultSet row) throws Exception {
    Expect.equal(new BigDecimal("9".repeat(38)), row.getBigDecimal("d_max"), "greatest");
    Expect.equal(new BigDecimal("-" + "9".repeat(38)), row.getBigDecimal("d_min"), "least");
    Expect.equal(new BigDecimal("0." + "0".repeat(37) + "1"), row.getBigDecimal("d_small"), "smallest");
    Expect.equal(38, row.getMetaData().getScale(row.findColumn("d_small")), "its scale");
    Expect.equal(0, new BigDecimal("0.00").compareTo(row.getBigDecimal("d_zero")), "zero");
  }

  private static void doubles(ResultSet row) throws Exception {
    Expect.equal(Double.NaN, row.getDouble("nan"), "not a number");
    Expect.equal(Double.POSITIVE_INFINITY, row.getDouble("inf"), "infinity");
    Expect.equal(Double.NEGATIVE_INFINITY, row.getDouble("minus_inf"), "minus infinity");
    Expect.equal(Double.MIN_VALUE, row.getDouble("least"), "least");
    Expect.equal(Double.MAX_VALUE, row.getDouble("greatest"), "greatest");
  }

  private static void temporal(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      for (String date : DATES) {
        try (ResultSet row = statement.executeQuery("SELECT CAST('" + date + "' AS date) AS d")) {
          Expect.isTrue(row.next(), "a row");
          Expect.equal(Date.valueOf(date), row.getDate(1), date);
          Expect.equal(date, row.getString(1), date + " as a string");
        }
      }
      for (String timestamp : TIMESTAMPS) {
        try (ResultSet row = statement.executeQuery("SELECT CAST('" + timestamp + "' AS timestamp) AS t")) {
          Expect.isTrue(row.next(), "a row");
          Expect.equal(Timestamp.valueOf(timestamp), row.getTimestamp(1), timestamp);
        }
      }
    }
  }

  private TypeChecks() {}
}
