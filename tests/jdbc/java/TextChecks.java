import java.sql.Connection;
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

  private static final List<String> IDENTIFIERS = List.of("it's", "say \"hi\"", "semi;colon", "-- no comment", "two words", "千本");

  static void addTo(Map<String, JdbcChecks.Check> checks) {
    checks.put("unicode", TextChecks::unicode);
    checks.put("quotes", TextChecks::quotes);
    checks.put("binary", TextChecks::binary);
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

  private TextChecks() {}
}
