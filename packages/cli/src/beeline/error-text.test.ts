import { ConnectionError, HiveError, parseJdbcUrl } from '@senbon/client';
import { describe, expect, it } from 'vitest';
import { errorText } from './error-text.ts';

const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('errorText', () => {
  const hive = new HiveError({
    message: 'no table',
    sqlState: '42P01',
    errorCode: 3,
    infoMessages: ['at x'],
  });

  it('shows SQLSTATE and code as beeline does', () => {
    expect(errorText(hive, false)).toBe('Error: no table (state=42P01,code=3)');
    expect(errorText(new HiveError({ message: 'x' }), false)).toBe('Error: x (state=,code=0)');
    expect(errorText(new ConnectionError('lost', 'gone'), false)).toBe('Error: gone (state=08S01,code=0)');
    const bad = thrownBy(() => parseJdbcUrl('x'));
    expect(errorText(bad, false)).toMatch(/^Error: Bad JDBC URL .* \(state=08001,code=0\)$/);
    expect(errorText('odd', false)).toBe('Error: odd');
  });

  it('leaves a Java stack out of the message', () => {
    const message =
      'no table\n+- Relation [nope]\n\n\tat org.apache.X$.run(X.scala:1)\nCaused by: y\n\tat z.Z(Z.java)';
    const error = new HiveError({ message, sqlState: '42P01' });
    expect(errorText(error, false)).toBe('Error: no table\n+- Relation [nope] (state=42P01,code=0)');
    expect(errorText(error, true)).toContain('Caused by');
  });

  it('shows the details when asked', () => {
    expect(errorText(hive, true)).toBe('Error: no table (state=42P01,code=3)\n  at x');
    expect(errorText(new Error('x'), true)).toMatch(/^Error: x\nError: x\n\s+at /);
  });
});
