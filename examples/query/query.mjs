// Rows of one statement, one JSON object a line:  node query.mjs <jdbc url> <sql>
import { connect } from '@senbon/client';

const [url = 'jdbc:hive2://localhost:10009/', sql = 'SELECT 42 AS answer'] = process.argv.slice(2);

const connection = await connect(url, { user: 'alice', password: 'any' });
try {
  const result = await connection.query(sql);
  for await (const row of result.objects()) {
    // 64-bit integers arrive as bigint, which JSON does not know.
    console.log(JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)));
  }
} finally {
  await connection.close();
}
