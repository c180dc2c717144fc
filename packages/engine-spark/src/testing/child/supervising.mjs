// Supervises a command and stays until it is killed itself.
import { supervise } from '../../../dist/launch/supervised.js';

const [command, ...args] = process.argv.slice(2);
await supervise({ command, arguments: args, env: process.env, cwd: '/', onLine: () => undefined });
process.stdout.write('ready\n');
setInterval(() => undefined, 1_000);
