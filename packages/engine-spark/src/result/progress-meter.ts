import type { StatementProgress } from '@senbon/engine-host';
import type { ExecutePlanResponse, Metrics } from '../proto/connect-messages.ts';

/** How far an execution has come, by what the server says of it while it runs (Spark 4) and at its end. */
export class ProgressMeter {
  #last: StatementProgress | null = null;

  read(): StatementProgress | null {
    return this.#last;
  }

  note({ executionProgress, metrics }: ExecutePlanResponse, log: (line: string) => void): void {
    if (executionProgress !== undefined) {
      const { stages = [] } = executionProgress;
      const total = stages.reduce((sum, { numTasks = 0 }) => sum + numTasks, 0);
      const done = stages.reduce((sum, { numCompletedTasks = 0 }) => sum + numCompletedTasks, 0);
      if (total > 0) this.#last = { fraction: done / total, unit: 'tasks', done, total };
    }
    if (metrics !== undefined) for (const line of metricLines(metrics)) log(line);
  }
}

/** One line for each node of the plan that has measured something. */
export function metricLines({ metrics = [] }: Metrics): readonly string[] {
  return metrics.flatMap(({ name = '?', executionMetrics = new Map() }) => {
    const figures = [...executionMetrics.values()]
      .filter(({ value = 0 }) => value !== 0)
      .map(({ name: label, value, metricType }) => `${label}: ${figure(value ?? 0, metricType ?? '')}`);
    return figures.length === 0 ? [] : [`${name}: ${figures.join(', ')}`];
  });
}

function figure(value: number, type: string): string {
  if (type === 'nsTiming') return `${(value / 1e6).toFixed(1)} ms`;
  if (type === 'timing') return `${value} ms`;
  return type === 'size' ? `${value} bytes` : String(value);
}
