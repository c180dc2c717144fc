import { ThriftConnection, type ClientAuth } from '@senbon/hive-thrift';

const TIMEOUT_MS = 5_000;
const LINE =
  /KyuubiThriftBinaryFrontendService: Starting and exposing JDBC connection at: jdbc:hive2:\/\/(.+):(\d+)\//g;
const REFUSED = 'Invalid SessionHandle';

/**
 * Asks the gateway whose log this is something that needs no engine. `null` when it answers, else why it does not. The
 * port is found in the log because it may have come from the operating system.
 */
export async function probe(log: string): Promise<string | null> {
  const [, host, port] = [...log.matchAll(LINE)].at(-1) ?? [];
  if (host === undefined || port === undefined) return 'its log names no JDBC connection';
  const problems: string[] = [];
  const auths: readonly ClientAuth[] = [
    { mechanism: 'PLAIN', user: 'status', password: 'status' },
    { mechanism: 'NOSASL' },
  ];
  for (const auth of auths) {
    const problem = await ask(host, Number(port), auth);
    if (problem === null) return null;
    problems.push(problem);
  }
  return problems[0] ?? null;
}

async function ask(host: string, port: number, auth: ClientAuth): Promise<string | null> {
  try {
    const connection = await ThriftConnection.connect({ host, port, auth, connectTimeoutMs: TIMEOUT_MS });
    try {
      // A handle that cannot exist: the answer shows that calls are served, and opens nothing.
      const nobody = { sessionId: { guid: new Uint8Array(16), secret: new Uint8Array(16) } };
      const { status } = await connection.call(
        'CloseSession',
        { sessionHandle: nobody },
        { timeoutMs: TIMEOUT_MS },
      );
      return status.errorMessage?.includes(REFUSED) === true
        ? null
        : `unexpected answer: ${status.errorMessage ?? status.statusCode}`;
    } finally {
      await connection.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
