import { describe, expect, it } from 'vitest';
import { runClient } from './client-checks.ts';

const node = async (script: string, input?: string) =>
  runClient({ command: process.execPath, args: ['-e', script], ...(input === undefined ? {} : { input }) });

describe('runClient', () => {
  it('reads one result per line and passes over the rest', async () => {
    const report = await node(`
      console.log('a driver says hello');
      console.log(JSON.stringify({ check: 'good', ok: true, ms: 1 }));
      console.log(JSON.stringify({ check: 'bad', ok: false, ms: 1, error: 'wanted 1, got 2' }));`);
    report.expectPassed('good');
    expect(() => report.expectPassed('bad')).toThrow('wanted 1, got 2');
  });

  it('fails a check without a result and quotes the ending', async () => {
    const report = await node("console.error('no driver found'); process.exit(3)");
    expect(() => report.expectPassed('any')).toThrow(
      /no result of 'any': the client ended with 3\nno driver found/,
    );
  });

  it('fails when the program is not there', async () => {
    const report = await runClient({ command: '/nowhere/java', args: [] });
    expect(() => report.expectPassed('any')).toThrow('ENOENT');
  });

  it('hands the input over', async () => {
    const report = await node(
      "process.stdin.on('data', (text) => process.stdout.write(text))",
      '{"check":"echo","ok":true,"ms":0}\n',
    );
    report.expectPassed('echo');
  });
});
