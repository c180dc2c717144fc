import type { z } from 'zod';

/** What `text` says if it is JSON that fits `schema`, else `null`: another release, or a stranger, may have written it. */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
