import { type ExecutorResult, rowsResult, textColumns } from '@senbon/engine-host';
import { failed } from '../connection/duckdb-error.ts';
import { duckDbArea } from '../options.ts';
import { literal } from '../sql/quote.ts';
import { type CommandContext, inTurn } from './command-context.ts';

const MODE = duckDbArea.planOnlyMode.name;
const STYLE = duckDbArea.planOnlyStyle.name;

/** Kyuubi's modes are stages of Spark's planner; these are the stages of DuckDB's that come nearest. */
const STAGES: Readonly<Record<string, string>> = {
  parse: 'logical_plan',
  analyze: 'logical_plan',
  optimize: 'logical_opt',
  optimize_with_stats: 'logical_opt',
  physical: 'physical_plan',
  execution: 'physical_plan',
};

/** The plan of `sql` in place of its result, where session or statement ask for it; else `null`. Throws 22023. */
export async function planOnly(
  context: CommandContext,
  overlay: Readonly<Record<string, string>>,
  sql: string,
): Promise<ExecutorResult | null> {
  const mode = (overlay[MODE] ?? context.conf.get(MODE) ?? 'none').toLowerCase();
  if (mode === 'none') return null;
  const stage = STAGES[mode];
  if (stage === undefined) {
    throw failed('22023', `${MODE} is ${mode}; DuckDB knows none, ${Object.keys(STAGES).join(', ')}`);
  }
  const style = (overlay[STYLE] ?? context.conf.get(STYLE) ?? 'plain').toLowerCase();
  const explain = style === 'json' ? 'EXPLAIN (FORMAT json)' : 'EXPLAIN';
  const plan = await inTurn(context, async (connection) => {
    const { signal } = context;
    const [before] = await connection.rows(signal, "SELECT current_setting('explain_output') AS value");
    await connection.run(signal, "SET SESSION explain_output = 'all'");
    try {
      const rows = await connection.rows(signal, `${explain} ${sql}`);
      return rows.find((row) => row.explain_key === stage)?.explain_value;
    } finally {
      await connection.run(signal, `SET SESSION explain_output = ${literal(String(before?.value))}`);
    }
  });
  return rowsResult(textColumns('plan'), [[plan === undefined ? null : String(plan)]]);
}
