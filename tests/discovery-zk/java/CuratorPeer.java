import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;

/**
 * What Kyuubi does with Curator, on command. Reads one command a line from stdin, answers one line on stdout.
 *
 * <pre>
 * acquire PATH MS   "true" or "false"
 * release           "released"
 * contend PATH N MARK   N times: acquire, create MARK (which must not exist), delete it, release; "contended", or "overlap"
 * increment PATH    the counter's value before, as DistributedAtomicInteger
 * </pre>
 */
public final class CuratorPeer {
  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.newClient(args[0], 10_000, 5_000, new ExponentialBackoffRetry(100, 3));
    client.start();
    client.blockUntilConnected();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    InterProcessSemaphoreMutex held = null;
    System.out.println("ready");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.trim().split(" ");
      switch (words[0]) {
        case "acquire" -> {
          InterProcessSemaphoreMutex mutex = new InterProcessSemaphoreMutex(client, words[1]);
          boolean got = mutex.acquire(Long.parseLong(words[2]), TimeUnit.MILLISECONDS);
          if (got) held = mutex;
          System.out.println(got);
        }
        case "release" -> {
          held.release();
          System.out.println("released");
        }
        case "contend" -> System.out.println(contend(client, words[1], Integer.parseInt(words[2]), words[3]));
        case "increment" -> System.out.println(increment(client, words[1]));
        default -> System.out.println("unknown " + words[0]);
      }
    }
    client.close();
  }

  private static String contend(CuratorFramework client, String path, int times, String mark) throws Exception {
    for (int i = 0; i < times; i++) {
      InterProcessSemaphoreMutex mutex = new InterProcessSemaphoreMutex(client, path);
      mutex.acquire();
      try {
        client.create().withMode(CreateMode.PERSISTENT).forPath(mark);
        Thread.sleep(2);
        client.delete().forPath(mark);
      } catch (org.apache.zookeeper.KeeperException.NodeExistsException e) {
        return "overlap";
      } finally {
        mutex.release();
      }
    }
    return "contended";
  }

  private static int increment(CuratorFramework client, String path) throws Exception {
    var counter = new DistributedAtomicInteger(client, path, new ExponentialBackoffRetry(100, 3));
    return counter.increment().preValue();
  }
}
