import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks of text and bytes that some layer might take for its own syntax. */
final class TextChecks {
  /** A literal, and the text it stands for. */
  private static final Map<String, String> LITERALS = new LinkedHashMap<>();

  static {
    LITERALS.put("'it''s'", "it's");
    LITERALS.put("'say \"hi\"'", "say \"hi\"");
    LITERALS.put("'back`tick'", "back`tick");
    LITERALS.put("'semi;colon'", "semi;colon");
    LITERALS.put("'-- no comment'", "-- no comment");
    LITERALS.put("'/* nor */ this'", "/* nor */ this");
    LITERALS.put("'question? mark'", "question? mark");
  }

  /** A backslash before a letter of an escape is left out: these drivers send it as it is, and Hive takes it for one. */
  private static final List<String> PARAMETERS = List.of(
      "it's", "''", "' OR 1=1 --", "say \"hi\"", "back`tick", "back\\slash", "semi;colon", "-- no comment", "/* nor */ this",
      "question? mark", "a;'--`\"", "%_", "", " ", "千本 🦊 'e\u0301'");

  private static final List<String> IDENTIFIERS = List.of("it's", "say \"hi\"", "semi;colon", "-- no comment", "two words", "千本");

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("unicode", TextChecks::unicode);
    checks.put("quotes", TextChecks::quotes);
    checks.put("binary", TextChecks::binary);
    checks.put("long-text", TextChecks::longText);
  }

  private static void unicode(JdbcChecks.Target target) throws Exception {
    String wanted = "Žluťoučký kůň, 千本鳥居 🦊 e\u0301, \"quoted\"";
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT '" + wanted + "' AS s, length('千本🦊') AS n")) {
      Expect.isTrue(row.next(), "a row");
      Expect.equal(wanted, row.getString(1), "text");
      Expect.equal(3, row.getInt(2), "the engine's count of characters");
    }
  }

  private static void quotes(JdbcChecks.Target target) throws Exception {
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> literal : LITERALS.entrySet()) {
        Expect.equal(literal.getValue(), SessionChecks.one(statement, "SELECT " + literal.getKey()), literal.getKey());
      }
      for (String name : IDENTIFIERS) quotedIdentifier(statement, name);
      try (PreparedStatement prepared = connection.prepareStatement("SELECT ? AS a, 'it''s ?' AS b, ? AS c")) {
        for (String parameter : PARAMETERS) quotedParameter(prepared, parameter);
      }
    }
  }

  private static void quotedParameter(PreparedStatement prepared, String parameter) throws Exception {
    prepared.setString(1, parameter);
    prepared.setString(2, "then " + parameter);
    try (ResultSet row = prepared.executeQuery()) {
      Expect.isTrue(row.next(), "a row");
      Expect.equal(parameter, row.getString(1), "the parameter");
      Expect.equal("it's ?", row.getString(2), "the literal between");
      Expect.equal("then " + parameter, row.getString(3), "the second parameter");
      Expect.isTrue(!row.next(), "one row only");
    }
  }

  private static void quotedIdentifier(Statement statement, String name) throws Exception {
    try (ResultSet row = statement.executeQuery("SELECT t.`" + name + "` FROM (SELECT 5 AS `" + name + "`) t")) {
      Expect.equal(name, row.getMetaData().getColumnLabel(1), "label");
      Expect.isTrue(row.next(), "a row");
      Expect.equal(5, row.getInt(name), "value of " + name);
    }
  }

  private static void binary(JdbcChecks.Target target) throws Exception {
    byte[] wanted = new byte[256];
    for (int at = 0; at < wanted.length; at++) wanted[at] = (byte) at;
    try (Connection connection = target.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(target.sql("allBytes"))) {
      Expect.isTrue(row.next(), "a row");
      Expect.bytes(wanted, (byte[]) row.getObject(1), "every byte");
      Expect.bytes(wanted, row.getBinaryStream(1).readAllBytes(), "every byte as a stream");
    }
  }

  private static void longText(JdbcChecks.Target target) throws Exception {
    String wanted = "x".repeat(1_000_000);
    try (Connection connection = target.open(); Statement statement = connection.createStatement()) {
      Expect.isTrue(wanted.equals(SessionChecks.one(statement, target.sql("longText"))), "a long result");
      Expect.equal("1000000", SessionChecks.one(statement, "SELECT length('" + wanted + "')"), "a long statement");
    }
  }

  private TextChecks() {}
}
