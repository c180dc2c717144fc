import { type ExecutorResult, rowsResult, textColumns } from '@senbon/engine-host';
import { failed } from './connect/spark-error.ts';

const MODE = 'kyuubi.operation.plan.only.mode';

/** A stage of Spark's planner: the command that shows it, and the head of its section there. */
interface Stage {
  readonly command: 'EXPLAIN EXTENDED' | 'EXPLAIN COST';
  readonly head: string;
}

const STAGES: Readonly<Record<string, Stage>> = {
  parse: { command: 'EXPLAIN EXTENDED', head: 'Parsed Logical Plan' },
  analyze: { command: 'EXPLAIN EXTENDED', head: 'Analyzed Logical Plan' },
  optimize: { command: 'EXPLAIN EXTENDED', head: 'Optimized Logical Plan' },
  optimize_with_stats: { command: 'EXPLAIN COST', head: 'Optimized Logical Plan' },
  physical: { command: 'EXPLAIN EXTENDED', head: 'Physical Plan' },
  execution: { command: 'EXPLAIN EXTENDED', head: 'Physical Plan' },
};

/** What a session or statement wants shown in place of a result; `null` = the result. Throws 0A000. */
export function planStage(
  conf: ReadonlyMap<string, string>,
  confOverlay: Readonly<Record<string, string>>,
): Stage | null {
  const mode = (confOverlay[MODE] ?? conf.get(MODE) ?? 'none').trim().toLowerCase();
  if (mode === 'none' || mode === '') return null;
  const stage = STAGES[mode];
  if (stage !== undefined) return stage;
  throw failed('0A000', `${MODE} is ${mode}; this engine knows none, ${Object.keys(STAGES).join(', ')}`);
}

/** By EXPLAIN, which runs nothing: Connect's own call for a plan would run a DDL statement. Throws STATEMENT_FAILED. */
export async function planOnly(
  { command, head }: Stage,
  rows: (sql: string) => Promise<readonly (readonly (string | null)[])[]>,
  statement: string,
): Promise<ExecutorResult> {
  const [row] = await rows(`${command} ${statement}`);
  const text = row?.[0] ?? '';
  const [, problem] = /^Error occurred during query planning:\s*([\s\S]*)/.exec(text) ?? [];
  if (problem !== undefined) throw failed('42000', problem.trim());
  return rowsResult(textColumns('plan'), [[sectionOf(text, head)]]);
}

/** `== Head ==` and what follows it up to the next head. */
export function sectionOf(text: string, head: string): string {
  const start = text.indexOf(`== ${head} ==`);
  if (start < 0) return text.trim();
  const from = text.indexOf('\n', start) + 1;
  const next = text.indexOf('\n== ', from);
  return text.slice(from, next < 0 ? undefined : next).trim();
}
