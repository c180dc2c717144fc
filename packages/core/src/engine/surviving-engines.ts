import { readdir, readFile, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../ports/clock.ts';
import type { Registry } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { CARD_SUFFIX, type EngineCard, parseEngineCard } from './engine-card.ts';

export interface SurvivingEnginesOptions {
  readonly registry: Registry;
  readonly workDirRoot: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An engine tries its ensemble at least once a second, and registers within another. */
const PATIENCE_MS = 10_000;
const KNOCK_TIMEOUT_MS = 1_000;
/** Cards read; each user has a handful. */
const MAX_CARDS = 10_000;

/**
 * Engines of an earlier gateway that are alive and not registered yet: an embedded ZooKeeper begins empty, and to launch
 * another engine in the meantime would hide what its users have in the first one.
 */
export class SurvivingEngines {
  readonly #options: SurvivingEnginesOptions;
  readonly #untilMs: number;
  readonly #spaces: Promise<Set<string>>;

  /** Looks at the work directories; nobody waits for that who does not have to. */
  constructor(options: SurvivingEnginesOptions) {
    this.#options = options;
    this.#untilMs = options.clock.now() + PATIENCE_MS;
    this.#spaces = this.#find();
  }

  /** Resolves when an engine has appeared in `space`, or when none is to be expected. Throws DISCOVERY_*. */
  async appear(space: string, signal: AbortSignal): Promise<void> {
    const { registry, clock, logger } = this.#options;
    const spaces = await this.#spaces;
    const remainingMs = this.#untilMs - clock.now();
    if (!spaces.has(space) || remainingMs <= 0 || signal.aborted) return;
    logger.info(`An engine of ${space} outlived an earlier gateway; waiting for it to register again`);
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const timer = clock.after(remainingMs, settle);
    signal.addEventListener('abort', settle, { once: true });
    const watch = await registry.watch(space, (nodes) => {
      if (nodes.length > 0) settle();
    });
    try {
      await settled;
      spaces.delete(space);
    } finally {
      watch.close();
      timer.cancel();
      signal.removeEventListener('abort', settle);
    }
  }

  async #find(): Promise<Set<string>> {
    const cards = await readCards(this.#options.workDirRoot);
    const alive = await Promise.all(
      cards.map(async ({ path, card }) => {
        if (card !== null && (await answers(card))) return [card.space];
        await unlink(path).catch(() => {});
        return [];
      }),
    );
    return new Set(alive.flat());
  }
}

interface Found {
  readonly path: string;
  readonly card: EngineCard | null;
}

async function readCards(root: string): Promise<readonly Found[]> {
  // No folder, or one that cannot be read: then nothing is known of any engine.
  const users = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = users.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  const paths = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.endsWith(CARD_SUFFIX)).map((name) => join(folder, name));
    }),
  );
  return Promise.all(
    paths
      .flat()
      .slice(0, MAX_CARDS)
      .map(async (path) => ({ path, card: parseEngineCard(await readFile(path, 'utf8').catch(() => '')) })),
  );
}

/** Whether somebody listens there. That it is the engine its registration shows. */
function answers({ host, port }: EngineCard): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: KNOCK_TIMEOUT_MS });
    const over = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => over(true));
    socket.once('error', () => over(false));
    socket.once('timeout', () => over(false));
  });
}
