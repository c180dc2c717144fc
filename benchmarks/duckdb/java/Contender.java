import java.sql.Connection;
import java.sql.SQLException;

/** One way to the table. */
interface Contender {
  String name();

  Connection connect() throws SQLException;
}
