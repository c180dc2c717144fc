import { appendFileSync } from 'node:fs';

/** Prints a benchmark's figures, and hands them to `run.mjs`, which says in BENCH_FIGURES where it wants them. */
export class Report {
  #bench;

  constructor(bench) {
    this.#bench = bench;
  }

  /** `key` is what `tolerances.json` calls it; `digits` are those behind the point. */
  figure(key, value, unit, digits = 2) {
    console.log(`${key}: ${value.toFixed(digits)} ${unit}`);
    const file = process.env.BENCH_FIGURES;
    if (file === undefined) return;
    appendFileSync(
      file,
      `${JSON.stringify({ bench: this.#bench, key, value: Number(value.toPrecision(6)), unit })}\n`,
    );
  }

  note(text) {
    console.log(text);
  }
}
