import { engineMain } from '@senbon/engine-host';
import { createSparkExecutor } from './executor.ts';

await engineMain(createSparkExecutor);
