import { SenbonError } from '@senbon/core';
import { Command } from 'commander';
import { version } from './environment.ts';
import { run } from './run.ts';

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

interface RunFlags {
  readonly conf: readonly string[];
  readonly selfCheck?: boolean;
  readonly exitAfterSelfCheck?: boolean;
}

const program = new Command('kyuubi')
  .description('Senbon, a serverless-style SQL gateway for HiveServer2 clients')
  .version(version, '--version', 'print the version');

program
  .command('run')
  .description('run the gateway in the foreground')
  .option('--conf <key=value>', 'set a configuration key; may be repeated', collect, [])
  .option('--self-check', 'run one query through the front door and print the JDBC URLs')
  .option('--exit-after-self-check', 'stop after that query; the exit code tells whether it passed')
  .action(async (flags: RunFlags) => {
    process.exitCode = await run({
      conf: flags.conf,
      selfCheck: flags.selfCheck ?? false,
      exitAfterSelfCheck: flags.exitAfterSelfCheck ?? false,
    });
  });

try {
  await program.parseAsync(process.argv);
} catch (error) {
  const text =
    error instanceof SenbonError
      ? `${error.code}: ${error.message}`
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`kyuubi: ${text}\n`);
  process.exitCode = 1;
}
