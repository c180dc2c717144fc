import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../docs');

/** The code blocks in `language` below the `##` heading of `docs/<page>` that starts with `heading`. */
export async function docBlocks(page: string, heading: string, language: string): Promise<string[]> {
  const text = await readFile(join(docs, page), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`docs/${page} has no section '${heading}'`);
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...section.matchAll(fence)].map(([, code = '']) => code);
}
