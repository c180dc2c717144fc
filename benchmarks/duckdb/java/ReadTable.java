import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;

/**
 * Reads every value of the table by each contender in turn and prints a line a round.
 *
 *   ReadTable create FILE ROWS                               makes the file
 *   ReadTable read FILE URL USER ROUNDS                      reads it
 */
final class ReadTable {
  private static final int FETCH_ROWS = 10_000;

  public static void main(String[] args) throws Exception {
    if (args[0].equals("create")) {
      create(args[1], Long.parseLong(args[2]));
      return;
    }
    List<Contender> contenders =
        List.of(new Gateway(args[2], args[3]), new Embedded(args[1], false), new Embedded(args[1], true));
    int rounds = Integer.parseInt(args[4]);
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : contenders) read(contender);
    }
  }

  private static void create(String file, long rows) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE bench AS SELECT i AS id, i * 0.5::DOUBLE AS amount, md5(i::VARCHAR) AS name FROM range("
              + rows
              + ") t(i)");
    }
  }

  private static void read(Contender contender) throws Exception {
    try (Connection connection = contender.connect();
        Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH_ROWS);
      long startedAt = System.nanoTime();
      long rows = 0;
      long checksum = 0;
      try (ResultSet result = statement.executeQuery("SELECT id, amount, name FROM bench")) {
        while (result.next()) {
          rows++;
          checksum += result.getLong(1) + (long) result.getDouble(2) + result.getString(3).charAt(31);
        }
      }
      double seconds = (System.nanoTime() - startedAt) / 1e9;
      System.out.printf(
          "{\"contender\":\"%s\",\"rows\":%d,\"checksum\":%d,\"seconds\":%.4f}%n",
          contender.name(), rows, checksum, seconds);
    }
  }

  private ReadTable() {}
}
