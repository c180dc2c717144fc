import { z } from 'zod';
import { parseJson } from '../config/parse-json.ts';

/** Beside the logs of an engine, in its work directory: `<refId>.engine`. */
export const CARD_SUFFIX = '.engine';

const card = z.object({
  space: z.string().startsWith('/'),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
});

/** What an engine leaves in its work directory while it is registered: where it can be found without service discovery. */
export type EngineCard = z.infer<typeof card>;

export function encodeEngineCard(value: EngineCard): string {
  return `${JSON.stringify(value)}\n`;
}

/** `null` for anything else. */
export function parseEngineCard(text: string): EngineCard | null {
  return parseJson(card, text);
}
