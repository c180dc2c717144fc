import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LeftBehindClient {
  /** Where the plugin's module is. */
  readonly plugin: string;
  readonly conf?: Readonly<Record<string, string>>;
  /** What else it does with `client` when it has registered. */
  readonly more?: string;
}

/**
 * Writes the program of a client and returns its path; its arguments are the addresses and a mode. It registers, and in mode
 * `hold` takes one lock and waits for another. It tells on stderr what happens to it, and closes on SIGUSR2.
 */
export async function writeClient(
  dir: string,
  { plugin, conf = {}, more = '' }: LeftBehindClient,
): Promise<string> {
  const path = join(dir, 'client.mjs');
  await writeFile(
    path,
    `
import { discoveryPlugin } from ${JSON.stringify(plugin)};
const logger = { debug() {}, info() {}, warn() {}, error() {}, named: () => logger };
const [addresses, mode] = process.argv.slice(2);
const conf = new Map(${JSON.stringify(Object.entries(conf))});
const client = await discoveryPlugin.open({ addresses, sessionTimeoutMs: 1500, connectTimeoutMs: 3000, conf, logger }, {});
let changes = 0;
client.connection.onChange((state) => process.stderr.write(++changes + ' ' + state + '\\n'));
process.on('SIGUSR2', () => client.close());
await client.registry.register('/kyuubi', { host: 'crashing', port: 1, version: '1' });
${more}
if (mode === 'hold') {
  client.locks.withLock('/lock', 5000, () => {
    client.locks.withLock('/lock', 60_000, async () => {}).catch(() => {});
    setTimeout(() => process.stderr.write('holding\\n'), 200);
    return new Promise(() => {});
  });
} else {
  process.stderr.write('ready\\n');
}
`,
  );
  return path;
}
