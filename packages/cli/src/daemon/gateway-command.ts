import { fileURLToPath } from 'node:url';
import type { Environment } from '../environment.ts';

/** How a gateway's process is started: this version's, with this configuration. */
export interface GatewayCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export function gatewayCommand(
  environment: Environment,
  doorPath: string,
  conf: readonly string[],
): GatewayCommand {
  const { home, confDir, logDir, pidDir, workDirRoot } = environment;
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    command: process.execPath,
    args: [main, 'run', '--door-file', doorPath, ...conf.flatMap((pair) => ['--conf', pair])],
    cwd: home,
    // Relative ones were meant from where we are.
    env: {
      ...Object.fromEntries(inherited),
      KYUUBI_HOME: home,
      KYUUBI_CONF_DIR: confDir,
      KYUUBI_LOG_DIR: logDir,
      KYUUBI_PID_DIR: pidDir,
      KYUUBI_WORK_DIR_ROOT: workDirRoot,
    },
  };
}
