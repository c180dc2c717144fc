import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { sparkConfs } from './properties.ts';
import type { SparkHome } from './spark-home.ts';

/** Which launch a server is of; what listens at the port must answer with ours. */
export const LAUNCH_KEY = 'spark.senbon.launch.id';

/** Spark 4 asks for a token by itself; before, a class of ours does (`java/`). Either finds it in the environment. */
const FIRST_WITH_TOKEN = 4;
const TOKEN_VARIABLE = 'SPARK_CONNECT_AUTHENTICATE_TOKEN';
const GUARD_VARIABLE = 'SENBON_CONNECT_TOKEN';
const GUARD_JAR = fileURLToPath(new URL('../../java/connect-guard.jar', import.meta.url));
const GUARD_CLASS = 'senbon.ConnectGuard';
const TOKEN_BYTES = 32;

const INTERCEPTORS = 'spark.connect.grpc.interceptor.classes';
const JARS = 'spark.jars';

export interface SettingsInput {
  readonly home: SparkHome;
  readonly conf: ReadonlyMap<string, string>;
  /** The text of `spark-defaults.conf`. */
  readonly defaults: string;
  readonly appName: string;
  readonly host: string;
  readonly port: number;
}

export interface ServerSettings {
  readonly confs: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string>>;
  readonly launchId: string;
  /** What every call to the server has to carry. */
  readonly token: string;
}

/** What a server is started with, beside its defaults: the engine's confs, and over them what makes it ours alone. */
export function serverSettings({ home, conf, defaults, appName, host, port }: SettingsInput): ServerSettings {
  const own = sparkConfs(conf);
  const launchId = randomUUID();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const needsGuard = Number.parseInt(home.version, 10) < FIRST_WITH_TOKEN;
  // Lists are added to: ours would replace what the defaults say.
  const listed = (key: string) => own.get(key) ?? defaultOf(defaults, key);
  const confs = new Map([
    ['spark.app.name', appName],
    // Spark's fixed port of it would let one engine of a machine have it.
    ['spark.ui.port', '0'],
    // Of Spark 4: sessions end with ours, which have a time-out of their own.
    ['spark.connect.session.manager.defaultSessionTimeout', '-1'],
    ...own,
    ['spark.submit.deployMode', 'client'],
    ['spark.connect.grpc.binding.address', host],
    ['spark.connect.grpc.binding.port', String(port)],
    ['spark.connect.grpc.port.maxRetries', '0'],
    [LAUNCH_KEY, launchId],
  ]);
  const jars = joined(listed(JARS), home.connectJar, needsGuard ? GUARD_JAR : null);
  if (jars !== '') confs.set(JARS, jars);
  if (needsGuard) confs.set(INTERCEPTORS, joined(GUARD_CLASS, listed(INTERCEPTORS)));
  const env = { SPARK_HOME: home.path, [needsGuard ? GUARD_VARIABLE : TOKEN_VARIABLE]: token };
  return { confs, env, launchId, token };
}

function joined(...items: readonly (string | null)[]): string {
  return items.filter((item) => item !== null && item !== '').join(',');
}

/** A plain value of a properties file, the last of several; `null` when there is none. */
function defaultOf(defaults: string, key: string): string | null {
  const pattern = new RegExp(`^\\s*${key.replaceAll('.', '\\.')}(?:\\s*[=:]\\s*|\\s+)(\\S.*?)\\s*$`, 'gm');
  return [...defaults.matchAll(pattern)].at(-1)?.[1] ?? null;
}
