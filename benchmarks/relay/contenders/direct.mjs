import { issueGatewayToken } from '@senbon/core';
import { HiveClient } from '@senbon/hive-thrift';

/** The engine's own port, entered as a gateway would: with a token for a password. */
export const name = 'direct';

export async function endpoint(stage, user) {
  const { host, port, refId, secret } = await stage.engineOf(user);
  const engine = { host, port, refId };
  return { host, port, user, password: issueGatewayToken(secret, { user, engine, nowMs: Date.now() }) };
}

export async function connect(stage, user) {
  const { host, port, password } = await endpoint(stage, user);
  return HiveClient.connect({ host, port, auth: { mechanism: 'PLAIN', user, password } });
}
