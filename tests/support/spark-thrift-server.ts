import { SparkProgram } from './spark-program.ts';
import type { SparkPeer } from './spark.ts';

/** Spark's own Thrift server, by which its answers are known. */
export function startSparkThriftServer({ home }: Pick<SparkPeer, 'home'>): Promise<SparkProgram> {
  return SparkProgram.start({
    name: 'spark-thrift-server',
    home,
    prefix: 'senbon-sts-',
    mainClass: 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2',
    args: (port) => [
      '--conf=spark.hadoop.hive.server2.transport.mode=binary',
      '--conf=spark.hadoop.hive.server2.thrift.bind.host=127.0.0.1',
      `--conf=spark.hadoop.hive.server2.thrift.port=${port}`,
      '--conf=spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:memory:m;create=true',
    ],
    ready: /ThriftBinaryCLIService on port|Starting ThriftBinaryCLIService/,
  });
}
