import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the same rows from each server in turn, round by round. Arguments: rounds, fetch size, SQL, then a name and a URL
 * for each server; users and passwords come by the environment. Prints a line a round and server: name, rows, milliseconds.
 */
public class RowLoop {
  private record Server(String name, Connection connection) {}

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    int fetchSize = Integer.parseInt(args[1]);
    String sql = args[2];
    List<Server> servers = new ArrayList<>();
    for (int at = 3; at < args.length; at += 2) servers.add(open(args[at], args[at + 1]));
    // The first round warms up both ends, and is marked as round 0.
    for (int round = 0; round <= rounds; round++) {
      for (Server server : servers) {
        long startedNs = System.nanoTime();
        long rows = read(server.connection(), sql, fetchSize);
        double ms = (System.nanoTime() - startedNs) / 1e6;
        System.out.println(round + " " + server.name() + " " + rows + " " + ms);
      }
    }
    for (Server server : servers) server.connection().close();
  }

  private static Server open(String name, String url) throws Exception {
    String user = System.getenv("USER_OF_" + name);
    String password = System.getenv("PASSWORD_OF_" + name);
    return new Server(name, DriverManager.getConnection(url, user, password));
  }

  private static long read(Connection connection, String sql, int fetchSize) throws Exception {
    long rows = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(fetchSize);
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          result.getLong(1);
          result.getDouble(2);
          result.getString(3);
          rows++;
        }
      }
    }
    return rows;
  }
}
