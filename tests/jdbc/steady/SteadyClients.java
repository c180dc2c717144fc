import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that connect, query and disconnect, each again and again until standard input ends.
 *
 * <p>{@code java -cp CLASSES:DRIVER SteadyClients URL USER COUNT}; prints {@code rounds N} ten times a second while N grows,
 * {@code failed TEXT} for what went wrong, {@code raced N} for what the driver itself got wrong, and {@code over N} at the end.
 */
public final class SteadyClients {
  private static final int REPORT_MS = 100;
  private static final int MAX_FAILURES = 20;

  public static void main(String[] args) throws Exception {
    String url = args[0];
    String user = args[1];
    AtomicLong rounds = new AtomicLong();
    AtomicLong failures = new AtomicLong();
    AtomicLong races = new AtomicLong();
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> clients = new ArrayList<>();
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      Thread client = new Thread(() -> {
        while (!isOver.get() && failures.get() < MAX_FAILURES) {
          try {
            round(url, user);
            rounds.incrementAndGet();
          } catch (Exception | LinkageError failure) {
            if (isDriversRace(failure)) {
              System.out.println("raced " + races.incrementAndGet());
              continue;
            }
            failures.incrementAndGet();
            System.out.println("failed " + Thread.currentThread().getName() + ": " + textOf(failure));
          }
        }
      }, "client-" + i);
      client.setDaemon(true);
      client.start();
      clients.add(client);
    }
    Thread reporter = new Thread(() -> report(rounds), "reporter");
    reporter.setDaemon(true);
    reporter.start();
    while (System.in.read() >= 0) {}
    isOver.set(true);
    for (Thread client : clients) client.join();
    System.out.println("over " + rounds.get());
    // A driver's own threads must not keep the program alive.
    System.exit(0);
  }

  private static void round(String url, String user) throws Exception {
    try (Connection connection = DriverManager.getConnection(url, user, "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 41 + 1")) {
      if (!rows.next() || rows.getInt(1) != 42) throw new IllegalStateException("not 42");
    }
  }

  /**
   * Hive's driver and Kyuubi's list the servers, then read one of them, and give up when that one went in between: whoever
   * deletes a server's node, the server has no part in it.
   */
  private static boolean isDriversRace(Throwable failure) {
    String text = textOf(failure);
    return text.contains("Unable to read HiveServer2 configs from ZooKeeper") && text.contains("NoNode for");
  }

  private static void report(AtomicLong rounds) {
    long told = -1;
    while (true) {
      long now = rounds.get();
      if (now != told) System.out.println("rounds " + now);
      told = now;
      try {
        Thread.sleep(REPORT_MS);
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  private static String textOf(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) text.append(cause).append(" <- ");
    return text.toString().replace('\n', ' ');
  }

  private SteadyClients() {}
}
