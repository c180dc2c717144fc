import { HiveClient, type HiveSession } from '@senbon/hive-thrift';
import type { Address } from './gateway.ts';

/** Includes an engine's cold start, behind up to two hundred other sessions that wait for the same one. */
export const OPEN_TIMEOUT_MS = 120_000;

/** A client with one session, over the gateway's binary port. */
export interface Client {
  readonly session: HiveSession;
  close(): Promise<void>;
}

export async function openSession(
  { host, port }: Address,
  user: string,
  configuration: Readonly<Record<string, string>> = {},
): Promise<Client> {
  const client = await HiveClient.connect({ host, port, auth: { mechanism: 'PLAIN', user, password: 'x' } });
  try {
    const session = await client.openSession({ configuration });
    return {
      session,
      close: async () => {
        await session.close();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** All rows of a statement. */
export async function query(session: HiveSession, sql: string): Promise<unknown[][]> {
  const operation = await session.execute(sql);
  try {
    await operation.wait();
    const rows: unknown[][] = [];
    for await (const row of operation.rows()) rows.push([...row]);
    return rows;
  } finally {
    await operation.close();
  }
}
