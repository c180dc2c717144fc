import { SenbonError } from '@senbon/core';
import { Command, Option } from 'commander';
import { Daemon } from './daemon/daemon.ts';
import { readDaemonEnvironment } from './daemon/daemon-environment.ts';
import { version } from './environment.ts';
import { run } from './run.ts';

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

interface ConfFlags {
  readonly conf: readonly string[];
}

interface RunFlags extends ConfFlags {
  readonly selfCheck?: boolean;
  readonly exitAfterSelfCheck?: boolean;
  readonly doorFile?: string;
  readonly inherit?: string;
}

const confOption = ['--conf <key=value>', 'set a configuration key; may be repeated', collect, []] as const;
const daemon = () =>
  new Daemon(readDaemonEnvironment(process.env), (line) => process.stdout.write(`${line}\n`));

const program = new Command('kyuubi')
  .description(
    'Senbon, a serverless-style SQL gateway for HiveServer2 clients. Without a command the gateway is started in the background, as by start.',
  )
  .usage('[command] [options]')
  .version(version, '--version', 'print the version');

// As upstream, no command at all means start.
program.argument('[command]').action(async (command: string | undefined) => {
  if (command !== undefined) program.error(`unknown command '${command}'; see: kyuubi --help`);
  process.exitCode = await daemon().start([]);
});

program
  .command('run')
  .description('run the gateway in the foreground')
  .option(...confOption)
  .option('--self-check', 'run one query through the front door and print the JDBC URLs')
  .option('--exit-after-self-check', 'stop after that query; the exit code tells whether it passed')
  .addOption(new Option('--door-file <path>').hideHelp())
  .addOption(new Option('--inherit <json>').hideHelp())
  .action(async (flags: RunFlags) => {
    process.exitCode = await run({
      conf: flags.conf,
      selfCheck: flags.selfCheck ?? false,
      exitAfterSelfCheck: flags.exitAfterSelfCheck ?? false,
      doorFile: flags.doorFile ?? null,
      inherit: flags.inherit ?? null,
    });
  });

program
  .command('start')
  .description('start the gateway in the background and wait until it serves')
  .option(...confOption)
  .action(async ({ conf }: ConfFlags) => {
    process.exitCode = await daemon().start(conf);
  });

program
  .command('stop')
  .description('drain the gateway and wait until it has ended')
  .option('--now', 'cut open sessions off')
  .action(async ({ now }: { readonly now?: boolean }) => {
    process.exitCode = await daemon().stop(now ?? false);
  });

program
  .command('restart')
  .description('stop, then start')
  .option('--now', 'cut open sessions off')
  .option(...confOption)
  .action(async ({ now, conf }: ConfFlags & { readonly now?: boolean }) => {
    const gateway = daemon();
    process.exitCode = (await gateway.stop(now ?? false)) || (await gateway.start(conf));
  });

program
  .command('upgrade')
  .description(
    'have a gateway of this version and configuration take the place of the running one, whose clients notice nothing',
  )
  .option(...confOption)
  .action(async ({ conf }: ConfFlags) => {
    process.exitCode = await daemon().upgrade(conf);
  });

program
  .command('kill')
  .description('end the gateway at once (SIGKILL)')
  .action(async () => {
    process.exitCode = await daemon().kill();
  });

program
  .command('version')
  .description('print the version')
  .action(() => {
    process.stdout.write(`${version}\n`);
  });

program
  .command('status')
  .description('exit code 0: it serves, 1: it is not running, 2: it runs but cannot serve')
  .action(async () => {
    process.exitCode = await daemon().status();
  });

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.stderr.write(`kyuubi: ${textOf(error)}\n`);
  process.exitCode = 1;
}

/** Without a stack where the text says it all. */
function textOf(error: unknown): string {
  if (error instanceof SenbonError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? error.message : String(error.stack);
}
