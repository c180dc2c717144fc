import { join } from 'node:path';
import { Conf } from '../config/conf.ts';
import { readProperties } from '../config/load.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import { RecentAnswers } from '../observe/recent-answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

export interface SessionProfilesOptions {
  readonly config: { readonly advisors: readonly string[]; readonly reloadIntervalMs: number };
  /** `KYUUBI_CONF_DIR`. */
  readonly confDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
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
  readonly #files: RecentAnswers<Conf | null>;

  constructor(options: SessionProfilesOptions) {
    this.#options = options;
    this.#files = new RecentAnswers({
      keptMs: options.config.reloadIntervalMs,
      maxKept: MAX_KEPT,
      // What is not there is looked for again.
      isLasting: (conf) => conf !== null,
      clock: options.clock,
    });
  }

  /**
   * What the profiles lay over a session's confs; later ones win. A profile without a file is none. Throws CONFIG_INVALID,
   * CONFIG_UNREADABLE.
   */
  async overlayOf(profiles: readonly string[]): Promise<Conf> {
    if (this.#options.config.advisors.length === 0 || profiles.length === 0) return NOTHING;
    check(profiles);
    const confs = await Promise.all(
      profiles.map((profile) => this.#files.get(profile, () => this.#read(profile))),
    );
    return confs.reduce<Conf>((below, conf) => (conf === null ? below : below.merge(conf)), NOTHING);
  }

  async #read(profile: string): Promise<Conf | null> {
    const { confDir, logger } = this.#options;
    const file = join(confDir, `kyuubi-session-${profile}.conf`);
    const conf = await readProperties(file);
    if (conf === null) logger.warn(`There is no ${file}: the profile ${profile} adds nothing`);
    return conf;
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
