import { expect, it } from 'vitest';
import { TellingLine } from './telling-line.ts';

function told(...lines: readonly string[]): string {
  const telling = new TellingLine();
  for (const line of lines) telling.note(line);
  return telling.suffix;
}

it('finds the last cause of a failure among the rest of a log', () => {
  expect(told('26/11/27 INFO SparkContext: Running', '\tat org.apache.spark.Deploy(x.scala:1)')).toBe('');
  expect(
    told(
      '26/11/27 ERROR SparkContext: Error initializing SparkContext.',
      "org.apache.spark.SparkException: Could not parse Master URL: 'x'",
      '\tat org.apache.spark.SparkContext$.createTaskScheduler(SparkContext.scala:3204)',
      '26/11/27 INFO SparkContext: Successfully stopped SparkContext',
    ),
  ).toBe(": org.apache.spark.SparkException: Could not parse Master URL: 'x'");
  expect(
    told('Exception in thread "main" java.lang.RuntimeException: a', 'Caused by: java.net.BindException: b'),
  ).toBe(': Caused by: java.net.BindException: b');
  expect(told('Error: Failed to load class x.', 'x')).toBe(': Error: Failed to load class x.');
});
