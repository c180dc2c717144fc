import { describe, expect, it } from 'vitest';
import { Interrupts } from './interrupts.ts';

describe('Interrupts', () => {
  it('go to the innermost work, also after it has failed', async () => {
    const interrupts = new Interrupts();
    const told: string[] = [];
    expect(interrupts.raise()).toBe(false);
    await interrupts.during(
      () => told.push('outer'),
      async () => {
        const inner = interrupts.during(
          () => told.push('inner'),
          async () => {
            interrupts.raise();
            throw new Error('failed');
          },
        );
        await expect(inner).rejects.toThrow('failed');
        expect(interrupts.raise()).toBe(true);
      },
    );
    expect(told).toEqual(['inner', 'outer']);
    expect(interrupts.raise()).toBe(false);
  });
});
