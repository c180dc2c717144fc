import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CARD_SUFFIX, type EngineCard, encodeEngineCard, type Logger, messageOf } from '@senbon/core';

export interface CardFileOptions {
  readonly workDir: string;
  readonly refId: string;
  readonly logger: Logger;
}

/** The engine's card, by which a gateway that begins with an empty service discovery knows that it lives. */
export class CardFile {
  readonly #path: string;
  readonly #logger: Logger;

  constructor({ workDir, refId, logger }: CardFileOptions) {
    this.#path = join(workDir, `${encodeURIComponent(refId)}${CARD_SUFFIX}`);
    this.#logger = logger;
  }

  /** An engine without a card serves as well. */
  async write(card: EngineCard): Promise<void> {
    try {
      await writeFile(this.#path, encodeEngineCard(card), { mode: 0o600 });
    } catch (error) {
      this.#logger.warn(`No card could be left at ${this.#path}: ${messageOf(error)}`);
    }
  }

  async remove(): Promise<void> {
    await unlink(this.#path).catch(() => {});
  }
}
