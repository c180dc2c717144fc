import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Hive's driver, through the gateway, to an engine that has the file open. */
record Gateway(String url, String user) implements Contender {
  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, "anonymous");
  }
}
