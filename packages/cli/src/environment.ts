import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';

/** Where things are, by Kyuubi's environment variables. */
export interface Environment {
  /** The installation: `KYUUBI_HOME`, else where this package stands. */
  readonly home: string;
  readonly confDir: string;
  readonly logDir: string;
  readonly pidDir: string;
  readonly workDirRoot: string;
  /** The OS user this process runs as. */
  readonly user: string;
  /** `SPARK_HOME` is set, so sessions without an engine type get Spark. */
  readonly hasSpark: boolean;
}

/** `dist/environment.js` or `src/environment.ts`: three levels below the installation. */
const INSTALLATION = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const home = resolve(env['KYUUBI_HOME'] || INSTALLATION);
  return {
    home,
    confDir: resolve(env['KYUUBI_CONF_DIR'] || join(home, 'conf')),
    logDir: resolve(env['KYUUBI_LOG_DIR'] || join(home, 'logs')),
    pidDir: resolve(env['KYUUBI_PID_DIR'] || join(home, 'pid')),
    workDirRoot: resolve(env['KYUUBI_WORK_DIR_ROOT'] || join(home, 'work')),
    user: userInfo().username,
    hasSpark: (env['SPARK_HOME'] ?? '') !== '',
  };
}

export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
