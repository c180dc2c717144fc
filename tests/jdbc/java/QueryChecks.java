import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Checks of queries that succeed. */
final class QueryChecks {
  private static final int MANY_ROWS = 100_000;

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("select-1", QueryChecks::selectOne);
    checks.put("typed-row", QueryChecks::typedRow);
    checks.put("null-row", QueryChecks::nullRow);
    checks.put("result-metadata", QueryChecks::resultMetadata);
    checks.put("rows-100k", target -> manyRows(target, 0));
    checks.put("rows-100k-small-fetches", target -> manyRows(target, 997));
    checks.put("rows-100k-large-fetches", target -> manyRows(target, MANY_ROWS + 1));
    checks.put("empty-result", QueryChecks::emptyResult);
    checks.put("prepared", QueryChecks::prepared);
    checks.put("interleaved", QueryChecks::interleaved);
  }

  private static void selectOne(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open()) {
      Probe.isUsable(connection);
    }
  }

  private static void typedRow(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(target.sql("typedRow"))) {
      Expect.isTrue(row.next(), "a row");
      Expect.equal(true, row.getObject("c_boolean"), "boolean");
      Expect.equal((byte) -128, row.getObject("c_tinyint"), "tinyint");
      Expect.equal((short) 32767, row.getObject("c_smallint"), "smallint");
      Expect.equal(Integer.MIN_VALUE, row.getObject("c_int"), "int");
      Expect.equal(Long.MAX_VALUE, row.getObject("c_bigint"), "bigint");
      Expect.equal(1.5f, row.getFloat("c_float"), "float");
      Expect.isTrue(row.getObject("c_float") instanceof Number, "float is a number");
      Expect.equal(-2.5e100, row.getObject("c_double"), "double");
      Expect.equal(new BigDecimal("-12345678.90"), row.getObject("c_decimal"), "decimal");
      Expect.equal("senbon", row.getObject("c_string"), "string");
      Expect.equal(Date.valueOf("1969-12-31"), row.getObject("c_date"), "date");
      Expect.equal(Timestamp.valueOf("2024-02-29 12:34:56.789123"), row.getObject("c_timestamp"), "timestamp");
      Expect.equal("00ff41", HexFormat.of().formatHex((byte[]) row.getObject("c_binary")), "binary");
      Expect.isTrue(!row.wasNull(), "the last value was not null");
      Expect.isTrue(!row.next(), "one row only");
    }
  }

  private static void nullRow(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(target.sql("nullRow"))) {
      Expect.isTrue(row.next(), "a row");
      int columns = row.getMetaData().getColumnCount();
      Expect.equal(12, columns, "columns");
      for (int column = 1; column <= columns; column++) {
        String name = row.getMetaData().getColumnLabel(column);
        Expect.equal(null, row.getObject(column), name);
        Expect.isTrue(row.wasNull(), name + ": wasNull after getObject");
        Expect.equal(null, row.getString(column), name + " as a string");
      }
      Expect.equal(0, row.getInt("c_int"), "null as an int");
      Expect.isTrue(row.wasNull(), "wasNull after getInt");
      Expect.isTrue(!row.next(), "one row only");
    }
  }

  private record Column(String name, String type, int jdbcType) {}

  private static final List<Column> TYPED_COLUMNS = List.of(
      new Column("c_boolean", "boolean", Types.BOOLEAN),
      new Column("c_tinyint", "tinyint", Types.TINYINT),
      new Column("c_smallint", "smallint", Types.SMALLINT),
      new Column("c_int", "int", Types.INTEGER),
      new Column("c_bigint", "bigint", Types.BIGINT),
      new Column("c_float", "float", Types.FLOAT),
      new Column("c_double", "double", Types.DOUBLE),
      new Column("c_decimal", "decimal", Types.DECIMAL),
      new Column("c_string", "string", Types.VARCHAR),
      new Column("c_date", "date", Types.DATE),
      new Column("c_timestamp", "timestamp", Types.TIMESTAMP),
      new Column("c_binary", "binary", Types.BINARY));

  /** Asked before the first fetch, as BI tools do. */
  private static void resultMetadata(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(target.sql("typedRow"))) {
      ResultSetMetaData metadata = row.getMetaData();
      Expect.equal(TYPED_COLUMNS.size(), metadata.getColumnCount(), "columns");
      for (int at = 0; at < TYPED_COLUMNS.size(); at++) {
        Column wanted = TYPED_COLUMNS.get(at);
        Expect.equal(wanted.name, metadata.getColumnLabel(at + 1), "label");
        Expect.equal(wanted.type, metadata.getColumnTypeName(at + 1), wanted.name + ": type name");
        Expect.equal(wanted.jdbcType, metadata.getColumnType(at + 1), wanted.name + ": type");
      }
      int decimal = row.findColumn("c_decimal");
      Expect.equal(10, metadata.getPrecision(decimal), "precision");
      Expect.equal(2, metadata.getScale(decimal), "scale");
    }
  }

  /** With the driver's own fetch size for 0. */
  private static void manyRows(JdbcChecks.Target target, int fetchSize) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      if (fetchSize > 0) statement.setFetchSize(fetchSize);
      try (ResultSet rows = statement.executeQuery(target.sql("manyRows"))) {
        for (int at = 0; at < MANY_ROWS; at++) {
          Expect.isTrue(rows.next(), "row " + at);
          Expect.equal((long) at, rows.getLong(1), "number of row " + at);
          Expect.equal("row " + at, rows.getString(2), "text of row " + at);
        }
        Expect.isTrue(!rows.next(), "no row after the last");
      }
    }
  }

  private static void emptyResult(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(target.sql("emptyResult"))) {
      Expect.equal("n", rows.getMetaData().getColumnLabel(1), "label");
      Expect.isTrue(!rows.next(), "no row");
    }
  }

  /** These drivers write the parameters into the text; a quote in a string they escape as Hive does, with a backslash. */
  private static void prepared(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        PreparedStatement statement = connection.prepareStatement(target.sql("prepared"))) {
      for (int round = 1; round <= 2; round++) {
        statement.setInt(1, round);
        statement.setString(2, "round " + round);
        statement.setNull(3, Types.INTEGER);
        statement.setDouble(4, 0.5);
        try (ResultSet row = statement.executeQuery()) {
          Expect.isTrue(row.next(), "a row");
          Expect.equal(round, row.getInt(1), "int");
          Expect.equal("round " + round, row.getString(2), "string");
          Expect.equal(null, row.getObject(3), "null");
          Expect.equal(0.5, row.getDouble(4), "double");
          Expect.isTrue(!row.next(), "one row only");
        }
      }
    }
  }

  private static void interleaved(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open();
        Statement first = connection.createStatement();
        Statement second = connection.createStatement()) {
      first.setFetchSize(10);
      second.setFetchSize(7);
      try (ResultSet up = first.executeQuery(target.sql("manyRows"));
          ResultSet also = second.executeQuery(target.sql("manyRows"))) {
        for (int at = 0; at < 200; at++) {
          Expect.isTrue(up.next() && also.next(), "both have row " + at);
          Expect.equal((long) at, up.getLong(1), "first");
          Expect.equal("row " + at, also.getString(2), "second");
        }
        first.close();
        Expect.isTrue(also.next(), "the second reads on when the first is closed");
        Expect.equal(200L, also.getLong(1), "second");
      }
    }
  }

  private QueryChecks() {}
}
