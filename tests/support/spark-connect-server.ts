import { SparkProgram } from './spark-program.ts';
import type { SparkPeer } from './spark.ts';

/** A Spark Connect server that somebody else has started. */
export function startSparkConnectServer({ home, connectJar }: SparkPeer): Promise<SparkProgram> {
  return SparkProgram.start({
    name: 'spark-connect-server',
    home,
    prefix: 'senbon-connect-',
    mainClass: 'org.apache.spark.sql.connect.service.SparkConnectServer',
    args: (port) => [
      ...(connectJar === null ? [] : [`--jars=${connectJar}/*.jar`]),
      `--conf=spark.connect.grpc.binding.port=${port}`,
    ],
    ready: /Spark Connect server started at/,
  });
}
