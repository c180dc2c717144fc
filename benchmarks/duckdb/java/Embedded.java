import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** DuckDB's own driver: the database in this process. Its default puts the whole result into memory first. */
record Embedded(String file, boolean streams) implements Contender {
  @Override
  public String name() {
    return streams ? "embedded-streaming" : "embedded";
  }

  @Override
  public Connection connect() throws SQLException {
    Properties options = new Properties();
    options.setProperty("duckdb.read_only", "true");
    options.setProperty("jdbc_stream_results", String.valueOf(streams));
    return DriverManager.getConnection("jdbc:duckdb:" + file, options);
  }
}
