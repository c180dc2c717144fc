import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Objects;

/** Assertions that say what was wanted and what came. */
final class Expect {
  static void equal(Object wanted, Object got, String what) {
    if (!Objects.equals(wanted, got)) throw new AssertionError(what + ": wanted " + show(wanted) + ", got " + show(got));
  }

  static void bytes(byte[] wanted, byte[] got, String what) {
    equal(HexFormat.of().formatHex(wanted), got == null ? null : HexFormat.of().formatHex(got), what);
  }

  static void isTrue(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  interface Action {
    void run() throws Exception;
  }

  /** The SQLException that the action must throw. */
  static SQLException sqlException(Action action, String what) throws Exception {
    try {
      action.run();
    } catch (SQLException expected) {
      return expected;
    }
    throw new AssertionError(what + ": no SQLException");
  }

  static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at != failure) text.append(" <- ");
      text.append(at instanceof AssertionError ? at.getMessage() : at.toString());
      if (at instanceof SQLException sql) text.append(" [SQLSTATE ").append(sql.getSQLState()).append(']');
    }
    StackTraceElement[] trace = failure.getStackTrace();
    for (int depth = 0; depth < Math.min(trace.length, 6); depth++) text.append("\n    at ").append(trace[depth]);
    return text.toString();
  }

  private static String show(Object value) {
    return value == null ? "null" : value + " (" + value.getClass().getSimpleName() + ")";
  }

  private Expect() {}
}
