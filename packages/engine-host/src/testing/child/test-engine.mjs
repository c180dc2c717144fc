import { engineMain } from '@senbon/engine-host';

/** An engine that knows `ENV <name>`, `ARGV`, `CONF <key>`, `CRASH` and `WAIT`. */
await engineMain(async ({ spec, logger }) => {
  if (spec.conf.get('test.fail') !== undefined) throw new Error(spec.conf.get('test.fail'));
  logger.info(`secret of ${spec.secret.length} bytes`);
  return {
    info: { serverName: 'Test', dbmsName: 'Test', dbmsVersion: '1' },
    openSession: async () => ({ execute, metadata: async () => cursorOf([]), close: async () => {} }),
    close: async () => {
      logger.info('executor closed');
    },
  };

  async function execute(statement, { signal }) {
    const [verb, argument] = statement.split(' ');
    if (verb === 'CRASH') process.kill(process.pid, 'SIGKILL');
    if (verb === 'FAULT') setImmediate(() => void Promise.reject(new Error('a promise nobody looks after')));
    if (verb === 'WAIT')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('x'))));
    const value =
      verb === 'ENV'
        ? JSON.stringify(process.env)
        : verb === 'ARGV'
          ? process.argv.join(' ')
          : spec.conf.get(argument);
    return { rows: { schema: [{ name: 'v', type: { name: 'STRING' } }], cursor: cursorOf([value ?? '']) } };
  }
});

function cursorOf(values) {
  let isRead = false;
  return {
    async next() {
      if (isRead) return null;
      isRead = true;
      const data = Buffer.from(values.join(''));
      return {
        rowCount: 1,
        columns: [{ kind: 'string', length: 1, offsets: Int32Array.of(0, data.length), data, nulls: null }],
      };
    },
    async close() {},
  };
}
