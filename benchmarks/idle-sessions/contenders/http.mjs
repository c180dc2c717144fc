import { HiveClient } from '@senbon/hive-thrift';

export const name = 'http';

const clients = new Map();

/** Sessions over HTTP are bound to no connection: all of them share what one client keeps open. */
export async function open(stage, user) {
  const session = await clientOf(stage, user).openSession();
  return { session, close: () => session.close() };
}

function clientOf({ http: { host, port } }, user) {
  const url = `http://${host}:${port}/cliservice`;
  const client =
    clients.get(url) ??
    HiveClient.connect({ mode: 'http', url, auth: { scheme: 'basic', user, password: 'any' } });
  clients.set(url, client);
  return { openSession: async () => (await client).openSession() };
}
