import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface CtlOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `bin/kyuubi-ctl` with the configuration in `confDir`. */
export function runCtl(confDir: string, ...args: string[]): Promise<CtlOutcome> {
  const program = join(import.meta.dirname, '../../bin/kyuubi-ctl');
  const options = { env: { ...process.env, KYUUBI_CONF_DIR: confDir }, timeout: 60_000 };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}
