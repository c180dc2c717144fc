import { issueGatewayToken } from '@senbon/core';
import { HiveClient } from '@senbon/hive-thrift';

/** A client that talks to the engine's own port, as a gateway would. */
export async function connect(stage, user) {
  const { host, port, refId, secret } = await stage.engineOf(user);
  const password = issueGatewayToken(secret, { user, engine: { host, port, refId }, nowMs: Date.now() });
  return HiveClient.connect({ host, port, auth: { mechanism: 'PLAIN', user, password } });
}
