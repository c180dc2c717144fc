import { join } from 'node:path';
import { Conf } from '../config/conf.ts';
import { readProperties } from '../config/load.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

export interface SessionProfilesOptions {
  readonly config: { readonly advisors: readonly string[]; readonly reloadIntervalMs: number };
  /** `KYUUBI_CONF_DIR`. */
  readonly confDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Loaded {
  readonly atMs: number;
  readonly conf: Promise<Conf | null>;
}

/** Profiles of one session. */
const MAX_PROFILES = 16;
/** Files that are kept; clients choose the names, though only of files that are there. */
const MAX_KEPT = 100;
/** It becomes a part of a file's name, and comes from a client. */
const NAME = /^[\w-][\w.-]{0,99}$/;
const NOTHING = new Conf(new Map());

/** The administrator's confs for kinds of sessions, by Kyuubi's file advisor: `kyuubi-session-<profile>.conf`. */
export class SessionProfiles {
  readonly #options: SessionProfilesOptions;
  readonly #files = new Map<string, Loaded>();

  constructor(options: SessionProfilesOptions) {
    this.#options = options;
  }

  /**
   * What the profiles lay over a session's confs; later ones win. A profile without a file is none. Throws CONFIG_INVALID,
   * CONFIG_UNREADABLE.
   */
  async overlayOf(profiles: readonly string[]): Promise<Conf> {
    if (this.#options.config.advisors.length === 0 || profiles.length === 0) return NOTHING;
    check(profiles);
    const confs = await Promise.all(profiles.map((profile) => this.#load(profile)));
    return confs.reduce<Conf>((below, conf) => (conf === null ? below : below.merge(conf)), NOTHING);
  }

  #load(profile: string): Promise<Conf | null> {
    const { config, clock } = this.#options;
    const kept = this.#files.get(profile);
    if (kept !== undefined && clock.now() - kept.atMs < config.reloadIntervalMs) return kept.conf;
    const loaded: Loaded = { atMs: clock.now(), conf: this.#read(profile) };
    this.#keep(profile, loaded);
    const forget = () => {
      if (this.#files.get(profile) === loaded) this.#files.delete(profile);
    };
    // What is not there, or cannot be read, is looked for again.
    loaded.conf.then((conf) => conf ?? forget(), forget);
    return loaded.conf;
  }

  async #read(profile: string): Promise<Conf | null> {
    const { confDir, logger } = this.#options;
    const file = join(confDir, `kyuubi-session-${profile}.conf`);
    const conf = await readProperties(file);
    if (conf === null) logger.warn(`There is no ${file}: the profile ${profile} adds nothing`);
    return conf;
  }

  #keep(profile: string, loaded: Loaded): void {
    this.#files.delete(profile);
    const [oldest] = this.#files.keys();
    if (this.#files.size >= MAX_KEPT && oldest !== undefined) this.#files.delete(oldest);
    this.#files.set(profile, loaded);
  }
}

function check(profiles: readonly string[]): void {
  const wrong = profiles.find((profile) => !NAME.test(profile));
  if (profiles.length <= MAX_PROFILES && wrong === undefined) return;
  throw new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.session.conf.profile',
    value: JSON.stringify((wrong ?? profiles.join(',')).slice(0, 100)),
    where: 'the session',
    problem: `at most ${MAX_PROFILES} names are possible, each of at most 100 letters, digits, _, - and (not first) dots`,
  });
}
