import { readEnvironment } from '../environment.ts';
import { ctl } from './ctl.ts';

process.exitCode = await ctl(process.argv.slice(2), readEnvironment(process.env), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
