import type { Random } from './random.ts';

const lengths = [-1, 0, 1, 0x7fff_ffff, -0x8000_0000, 0x00ff_ffff, 0x0600_0000];

/** Changes, cuts, doubles or overwrites some of the bytes; often a length or a count. */
export function mutate(bytes: Uint8Array, random: Random): Buffer {
  let mutant: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.int(4); changes > 0; changes--) {
    const at = random.int(Math.max(1, mutant.length));
    const [before, behind] = [mutant.subarray(0, at), mutant.subarray(at)];
    const change = random.int(6);
    if (change === 0 && at < mutant.length) mutant[at] = random.int(256);
    else if (change === 1) mutant = Buffer.from(before);
    else if (change === 2) mutant = Buffer.concat([before, random.bytes(random.int(300)), behind]);
    else if (change === 3) mutant = Buffer.concat([before, mutant.subarray(random.int(at + 1))]);
    else if (at + 4 <= mutant.length) mutant.writeInt32BE(random.pick(lengths), at);
  }
  return mutant;
}
