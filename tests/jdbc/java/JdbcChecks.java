import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs named checks against JDBC URLs and prints one JSON line for each, named {@code TARGET CHECK}.
 *
 * <p>{@code java -cp CLASSES:DRIVER -Dsql.KEY=... JdbcChecks USER TARGET=URL CHECK... TARGET=URL CHECK...}; the SQL of the
 * engine's dialect comes in as system properties, the driver registers itself from the class path.
 */
public final class JdbcChecks {
  /** Longer than any check needs on a loaded machine; a cold engine's launch counts towards the first one. */
  private static final long CHECK_TIMEOUT_SECONDS = 120;

  /** One check; it fails by throwing. */
  interface Check {
    void run(Target target) throws Exception;
  }

  /** Where a check connects. Each check opens connections of its own. */
  record Target(String url, String user) {
    Connection open() throws Exception {
      return open("", Map.of());
    }

    /** With something behind the URL, and properties of the driver's own. */
    Connection open(String suffix, Map<String, String> more) throws Exception {
      Properties properties = new Properties();
      properties.put("user", user);
      properties.put("password", "");
      properties.putAll(more);
      return DriverManager.getConnection(url + suffix, properties);
    }

    String sql(String key) {
      String text = System.getProperty("sql." + key);
      if (text == null) throw new IllegalStateException("the dialect has no statement named " + key);
      return text;
    }
  }

  private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  public static void main(String[] args) {
    Map<String, Check> all = new LinkedHashMap<>();
    QueryChecks.addTo(all);
    FailureChecks.addTo(all);
    TextChecks.addTo(all);
    TypeChecks.addTo(all);
    StatementChecks.addTo(all);
    ConnectionChecks.addTo(all);
    SessionChecks.addTo(all);
    LogChecks.addTo(all);
    MetadataChecks.addTo(all);
    LookupChecks.addTo(all);
    ExecutorService executor = Executors.newCachedThreadPool(JdbcChecks::daemon);
    Target target = null;
    String name = "";
    for (String argument : List.of(args).subList(1, args.length)) {
      int equals = argument.indexOf("=jdbc:");
      if (equals < 0) {
        report(name + " " + argument, all.get(argument), target, executor);
      } else {
        name = argument.substring(0, equals);
        target = new Target(argument.substring(equals + 1), args[0]);
      }
    }
    // A driver's own threads must not keep the program alive.
    System.exit(0);
  }

  private static void report(String name, Check check, Target target, ExecutorService executor) {
    long startedNanos = System.nanoTime();
    String failure = check == null ? "no such check" : failureOf(check, target, executor);
    long tookMs = (System.nanoTime() - startedNanos) / 1_000_000;
    String error = failure == null ? "" : ",\"error\":" + quoted(failure);
    out.println("{\"check\":" + quoted(name) + ",\"ok\":" + (failure == null) + ",\"ms\":" + tookMs + error + "}");
  }

  private static String failureOf(Check check, Target target, ExecutorService executor) {
    Future<?> running = executor.submit(() -> {
      check.run(target);
      return null;
    });
    try {
      running.get(CHECK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return null;
    } catch (TimeoutException slow) {
      running.cancel(true);
      return "not done after " + CHECK_TIMEOUT_SECONDS + " s";
    } catch (ExecutionException failed) {
      return Expect.describe(failed.getCause());
    } catch (InterruptedException stopped) {
      return "interrupted";
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "check");
    thread.setDaemon(true);
    return thread;
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') json.append('\\').append(c);
      else if (c < ' ') json.append(String.format("\\u%04x", (int) c));
      else json.append(c);
    }
    return json.append('"').toString();
  }

  private JdbcChecks() {}
}
