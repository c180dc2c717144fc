import { expect, it } from 'vitest';
import { LineLogger, type LogLevel, silentLogger } from './logger.ts';

function written(level: LogLevel | undefined, use: (logger: LineLogger) => void): string[] {
  const lines: string[] = [];
  const now = () => new Date(2026, 0, 2, 3, 4, 5, 6);
  use(new LineLogger({ write: (line) => lines.push(line), now, ...(level === undefined ? {} : { level }) }));
  return lines;
}

it("writes Kyuubi's line shape", () => {
  expect(
    written(undefined, (logger) =>
      logger.named('server.KyuubiServer').info('Starting and exposing JDBC connection at: jdbc:hive2://h:1/'),
    ),
  ).toEqual([
    '2026-01-02 03:04:05.006 INFO  server.KyuubiServer: Starting and exposing JDBC connection at: jdbc:hive2://h:1/\n',
  ]);
});

it.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
] as const)('writes %s and above', (level, count) => {
  const lines = written(level, (logger) => {
    logger.debug('d');
    logger.info('i');
    logger.warn('w');
    logger.error('e');
  });
  expect(lines).toHaveLength(count);
});

it('adds the whole chain of causes', () => {
  const cause = new Error('outer', { cause: new Error('inner') });
  const [line] = written('info', (logger) => logger.warn('failed', cause));
  expect(line).toMatch(/WARN {2}senbon: failed\nError: outer[\s\S]*Caused by: Error: inner/);
  expect(written('info', (logger) => logger.error('failed', 'text'))[0]).toContain('failed\ntext\n');
});

it('can be silent', () => {
  silentLogger.named('x').error('y', new Error('z'));
});

it('lets nobody forge a line by a line break in a name', () => {
  const forged = 'eve\n2026-01-02 03:04:05.006 INFO  server.KyuubiServer: all is well';
  const [line = ''] = written(undefined, (logger) => logger.info(`Opening session for ${forged}`));
  expect(line.split('\n').slice(1, -1)).toEqual([
    '    2026-01-02 03:04:05.006 INFO  server.KyuubiServer: all is well',
  ]);
});
