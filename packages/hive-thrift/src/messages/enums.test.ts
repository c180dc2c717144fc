import { describe, expect, it } from 'vitest';
import { isColumnar, TProtocolVersion } from './enums.ts';

describe('isColumnar', () => {
  it('is so from V6 on', () => {
    const columnar = Object.entries(TProtocolVersion).filter(([, version]) => isColumnar(version));
    expect(columnar.map(([name]) => name)).toEqual(['V6', 'V7', 'V8', 'V9', 'V10', 'V11']);
  });
});
