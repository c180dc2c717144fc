import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;

/** The smallest proof that a connection serves. */
final class Probe {
  static void isUsable(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT 1")) {
      Expect.isTrue(row.next(), "SELECT 1 has a row");
      Expect.equal(1, row.getInt(1), "SELECT 1");
      Expect.isTrue(!row.next(), "SELECT 1 has one row only");
    }
  }

  private Probe() {}
}
