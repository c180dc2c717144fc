import { engineMain } from '@senbon/engine-host';
import { createDuckDbExecutor } from './executor.ts';
import { readDuckDbOptions } from './options.ts';

await engineMain(({ spec }) => createDuckDbExecutor(readDuckDbOptions(spec.conf)));
