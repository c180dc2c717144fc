import { engineMain } from '@senbon/engine-host';
import { createSparkExecutor } from './executor.ts';

await engineMain(async (context) => {
  const executor = await createSparkExecutor(context);
  // An engine whose Spark has died has not ended well, however orderly it leaves.
  void executor.ended?.then(() => {
    process.exitCode = 1;
  });
  return executor;
});
