import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'dot-properties';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { Conf, type ConfEntry } from './conf.ts';

export const DEFAULTS_FILE = 'kyuubi-defaults.conf';

export interface ConfSources {
  /** Directory of kyuubi-defaults.conf: `KYUUBI_CONF_DIR`, else `<home>/conf`. */
  readonly confDir: string;
  /** The `k=v` of every `--conf`. They win over the file. */
  readonly arguments: readonly string[];
}

export interface LoadedConf {
  readonly conf: Conf;
  /** The absolute path of the file that was read; `null` when there is none. */
  readonly file: string | null;
}

/** Reads the configuration file and lays the command line over it. Throws CONFIG_UNREADABLE or CONFIG_INVALID. */
export async function loadConf(sources: ConfSources): Promise<LoadedConf> {
  const path = resolve(join(sources.confDir, DEFAULTS_FILE));
  const fromFile = await readProperties(path);
  return {
    conf: (fromFile ?? new Conf(new Map())).merge(parseArguments(sources.arguments)),
    file: fromFile === null ? null : path,
  };
}

/** `null` when there is no such file. Throws CONFIG_UNREADABLE. */
export async function readProperties(path: string): Promise<Conf | null> {
  const content = await readIfPresent(path);
  return content === null ? null : parseProperties(content, path);
}

/** Java properties syntax (`key value`, `key=value`, `key:value`, comments, continuation lines), values trimmed. */
export function parseProperties(content: string, source: string): Conf {
  const entries = new Map<string, ConfEntry>();
  for (const [key, value] of Object.entries(parse(content))) {
    if (typeof value === 'string') entries.set(key, { value: value.trim(), source });
  }
  return new Conf(entries);
}

export function parseArguments(pairs: readonly string[]): Conf {
  const entries = new Map<string, ConfEntry>();
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    if (split <= 0) {
      throw new SenbonError('CONFIG_INVALID', {
        // What stands behind a leading `=` may be a secret.
        key: pair.startsWith('=') ? '""' : pair,
        value: '""',
        where: '--conf',
        problem: "Kyuubi config without '='; write --conf key=value",
      });
    }
    entries.set(pair.slice(0, split).trim(), { value: pair.slice(split + 1).trim(), source: '--conf' });
  }
  return new Conf(entries);
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SenbonError('CONFIG_UNREADABLE', { path, problem: messageOf(error) }, { cause: error });
  }
}
