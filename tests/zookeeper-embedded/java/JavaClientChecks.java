import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** What Apache's Java client and Curator must be able to do. Prints one line of JSON for each check. Usage: address */
public final class JavaClientChecks {
  /** Long enough for the client's own pause before it connects again, which is up to a second. */
  private static final int SESSION_TIMEOUT_MS = 5000;
  private static final int SHORT_SESSION_TIMEOUT_MS = 1000;
  private static final int WAIT_S = 20;
  private static final List<org.apache.zookeeper.data.ACL> OPEN = ZooDefs.Ids.OPEN_ACL_UNSAFE;

  private static String address;

  public static void main(String[] args) {
    address = args[0];
    check("create-read-delete", JavaClientChecks::createReadDelete);
    check("multi", JavaClientChecks::multi);
    check("idle-session-lives", JavaClientChecks::idleSessionLives);
    check("watches-rearmed", JavaClientChecks::watchesRearmed);
    check("session-expired", JavaClientChecks::sessionExpired);
    check("acl", JavaClientChecks::acl);
    check("auth-failed", JavaClientChecks::authFailed);
    check("request-too-large", JavaClientChecks::requestTooLarge);
    check("remove-watches", JavaClientChecks::removeWatches);
    check("thousands-in-flight", JavaClientChecks::thousandsInFlight);
    check("curator-parents", JavaClientChecks::curatorParents);
    check("curator-protection", JavaClientChecks::curatorProtection);
    check("curator-persistent-node", JavaClientChecks::curatorPersistentNode);
    check("curator-connection-states", JavaClientChecks::curatorConnectionStates);
    check("curator-semaphore-mutex", JavaClientChecks::curatorSemaphoreMutex);
    check("curator-mutex", JavaClientChecks::curatorMutex);
    check("curator-path-children-cache", JavaClientChecks::curatorPathChildrenCache);
    check("curator-cache", JavaClientChecks::curatorCache);
    check("curator-atomic-integer", JavaClientChecks::curatorAtomicInteger);
    check("curator-transaction", JavaClientChecks::curatorTransaction);
    check("curator-leader-latch", JavaClientChecks::curatorLeaderLatch);
    System.exit(0);
  }

  private interface Check {
    void run() throws Exception;
  }

  private static void check(String name, Check check) {
    long start = System.nanoTime();
    String error = null;
    try {
      check.run();
    } catch (Throwable e) {
      StackTraceElement[] trace = e.getStackTrace();
      error = e + (trace.length == 0 ? "" : " at " + Arrays.toString(Arrays.copyOf(trace, Math.min(4, trace.length))));
    }
    long ms = (System.nanoTime() - start) / 1_000_000;
    String tail = error == null ? "" : ",\"error\":\"" + error.replace("\\", "\\\\").replace("\"", "'").replace("\n", " ") + "\"";
    System.out.println("{\"check\":\"" + name + "\",\"ok\":" + (error == null) + ",\"ms\":" + ms + tail + "}");
  }

  private static void expect(boolean holds, Object what) {
    if (!holds) throw new AssertionError(String.valueOf(what));
  }

  private static void expectEqual(Object actual, Object expected) {
    if (!String.valueOf(expected).equals(String.valueOf(actual))) {
      throw new AssertionError("wanted " + expected + ", got " + actual);
    }
  }

  private static void expectCode(KeeperException.Code code, Check check) throws Exception {
    try {
      check.run();
    } catch (KeeperException e) {
      expectEqual(e.code(), code);
      return;
    }
    throw new AssertionError("no " + code);
  }

  private static <T> T within(Callable<T> probe, T wanted) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    T last = probe.call();
    while (!wanted.equals(last)) {
      if (System.nanoTime() > deadline) throw new AssertionError("wanted " + wanted + " in time, last was " + last);
      Thread.sleep(20);
      last = probe.call();
    }
    return last;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A session, and everything its default watcher has heard. */
  private static final class Session implements Watcher, AutoCloseable {
    final BlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
    final BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
    final ZooKeeper zk;

    Session() throws Exception {
      this(SESSION_TIMEOUT_MS);
    }

    Session(int timeoutMs) throws Exception {
      zk = new ZooKeeper(address, timeoutMs, this);
      awaitState(KeeperState.SyncConnected);
    }

    @Override
    public void process(WatchedEvent event) {
      if (event.getType() == EventType.None) states.add(event.getState());
      else events.add(event);
    }

    void awaitState(KeeperState wanted) throws Exception {
      for (;;) {
        KeeperState state = states.poll(WAIT_S, TimeUnit.SECONDS);
        expect(state != null, "state " + wanted + " did not come");
        if (state == wanted) return;
      }
    }

    String next() throws Exception {
      WatchedEvent event = events.poll(WAIT_S, TimeUnit.SECONDS);
      expect(event != null, "no event came");
      return event.getType() + " " + event.getPath();
    }

    void expectSilence() throws Exception {
      CountDownLatch fence = new CountDownLatch(1);
      zk.sync("/", (rc, path, context) -> fence.countDown(), null);
      expect(fence.await(WAIT_S, TimeUnit.SECONDS), "no fence");
      expect(events.isEmpty(), "heard " + events.peek());
    }

    @Override
    public void close() throws Exception {
      zk.close();
    }
  }

  /** Ends a session as if it had expired: a second connection takes it over and closes it. */
  private static void expire(ZooKeeper zk) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper second = new ZooKeeper(address, SESSION_TIMEOUT_MS, event -> connected.countDown(), zk.getSessionId(), zk.getSessionPasswd());
    expect(connected.await(WAIT_S, TimeUnit.SECONDS), "the session could not be taken over");
    second.close();
  }

  private static CuratorFramework curator() throws Exception {
    CuratorFramework client = CuratorFrameworkFactory.newClient(address, SESSION_TIMEOUT_MS, 5000, new ExponentialBackoffRetry(100, 5));
    client.start();
    expect(client.blockUntilConnected(WAIT_S, TimeUnit.SECONDS), "not connected");
    return client;
  }

  private static void createReadDelete() throws Exception {
    try (Session session = new Session()) {
      ZooKeeper zk = session.zk;
      Stat stat = new Stat();
      expectEqual(zk.create("/crd", bytes("data"), OPEN, CreateMode.PERSISTENT, stat), "/crd");
      expectEqual(stat.getDataLength(), 4);
      expectEqual(new String(zk.getData("/crd", false, stat), StandardCharsets.UTF_8), "data");
      expect(Math.abs(stat.getCtime() - System.currentTimeMillis()) < 60_000, "ctime " + stat.getCtime());
      expectEqual(zk.create("/crd/n-", null, OPEN, CreateMode.EPHEMERAL_SEQUENTIAL), "/crd/n-0000000000");
      expectEqual(zk.exists("/crd/n-0000000000", false).getEphemeralOwner(), zk.getSessionId());
      expectCode(KeeperException.Code.NOCHILDRENFOREPHEMERALS, () -> zk.create("/crd/n-0000000000/x", null, OPEN, CreateMode.PERSISTENT));
      expectCode(KeeperException.Code.NOTEMPTY, () -> zk.delete("/crd", -1));
      expectEqual(zk.getEphemerals("/crd"), "[/crd/n-0000000000]");
      expectEqual(zk.getAllChildrenNumber("/crd"), 1);
      expectEqual(zk.setData("/crd", bytes("more"), 0).getVersion(), 1);
      expectCode(KeeperException.Code.BADVERSION, () -> zk.setData("/crd", null, 0));
      zk.delete("/crd/n-0000000000", 0);
      zk.delete("/crd", 1);
      expect(zk.exists("/crd", false) == null, "still there");
      expectEqual(zk.getConfig(false, stat).length, 0);
    }
  }

  private static void multi() throws Exception {
    try (Session session = new Session()) {
      ZooKeeper zk = session.zk;
      zk.multi(Arrays.asList(Op.create("/multi", bytes("1"), OPEN, CreateMode.PERSISTENT), Op.create("/multi/e", null, OPEN, CreateMode.EPHEMERAL), Op.check("/multi", 0), Op.setData("/multi", bytes("2"), 0)));
      try {
        zk.multi(Arrays.asList(Op.delete("/multi/e", -1), Op.check("/multi", 5), Op.delete("/multi", -1)));
        throw new AssertionError("the failing multi has succeeded");
      } catch (KeeperException e) {
        expectEqual(e.code(), KeeperException.Code.BADVERSION);
        expectEqual(e.getResults().size(), 3);
      }
      expect(zk.exists("/multi/e", false) != null, "half of a failed multi was kept");
      expectEqual(zk.multi(Arrays.asList(Op.getData("/multi"), Op.getChildren("/multi"), Op.getData("/nothing"))).size(), 3);
    }
  }

  private static void idleSessionLives() throws Exception {
    try (Session session = new Session(SHORT_SESSION_TIMEOUT_MS)) {
      session.zk.create("/idle", null, OPEN, CreateMode.EPHEMERAL);
      Thread.sleep(4 * SHORT_SESSION_TIMEOUT_MS);
      expect(session.zk.exists("/idle", false) != null, "expired while the client was pinging");
      expect(session.states.isEmpty(), "lost its connection: " + session.states);
    }
  }

  private static void watchesRearmed() throws Exception {
    try (Session session = new Session(); Session other = new Session()) {
      for (String path : new String[] {"/re", "/re/data", "/re/child", "/re/both", "/re/quiet", "/re/persistent", "/re/deep"}) {
        other.zk.create(path, null, OPEN, CreateMode.PERSISTENT);
      }
      ZooKeeper zk = session.zk;
      zk.getData("/re/data", true, null);
      zk.exists("/re/new", true);
      zk.getChildren("/re/child", true);
      zk.getData("/re/both", true, null);
      zk.getData("/re/quiet", true, null);
      BlockingQueue<String> forGood = new LinkedBlockingQueue<>();
      Watcher keeper = event -> forGood.add(event.getType() + " " + event.getPath());
      zk.addWatch("/re/persistent", keeper, AddWatchMode.PERSISTENT);
      zk.addWatch("/re/deep", keeper, AddWatchMode.PERSISTENT_RECURSIVE);
      zk.getTestable().closeSocket();
      session.awaitState(KeeperState.Disconnected);
      other.zk.setData("/re/data", bytes("x"), -1);
      other.zk.create("/re/new", null, OPEN, CreateMode.PERSISTENT);
      other.zk.create("/re/child/c", null, OPEN, CreateMode.PERSISTENT);
      other.zk.delete("/re/both", -1);
      session.awaitState(KeeperState.SyncConnected);
      List<String> heard = new ArrayList<>();
      for (int i = 0; i < 4; i++) heard.add(session.next());
      heard.sort(null);
      expectEqual(heard, "[NodeChildrenChanged /re/child, NodeCreated /re/new, NodeDataChanged /re/data, NodeDeleted /re/both]");
      session.expectSilence();
      other.zk.setData("/re/quiet", bytes("x"), -1);
      expectEqual(session.next(), "NodeDataChanged /re/quiet");
      forGood.removeIf(event -> event.startsWith("None"));
      other.zk.setData("/re/persistent", bytes("x"), -1);
      other.zk.create("/re/deep/deeper", null, OPEN, CreateMode.PERSISTENT);
      expectEqual(forGood.poll(WAIT_S, TimeUnit.SECONDS), "NodeDataChanged /re/persistent");
      expectEqual(forGood.poll(WAIT_S, TimeUnit.SECONDS), "NodeCreated /re/deep/deeper");
    }
  }

  private static void sessionExpired() throws Exception {
    try (Session session = new Session(); Session other = new Session()) {
      session.zk.create("/expires", null, OPEN, CreateMode.EPHEMERAL);
      other.zk.exists("/expires", true);
      expire(session.zk);
      session.awaitState(KeeperState.Expired);
      expectEqual(other.next(), "NodeDeleted /expires");
      expectCode(KeeperException.Code.SESSIONEXPIRED, () -> session.zk.exists("/", false));
    }
  }

  private static void acl() throws Exception {
    try (Session owner = new Session(); Session other = new Session()) {
      owner.zk.addAuthInfo("digest", bytes("ann:secret"));
      owner.zk.create("/acl", bytes("x"), ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      expectCode(KeeperException.Code.NOAUTH, () -> other.zk.getData("/acl", false, null));
      expectCode(KeeperException.Code.NOAUTH, () -> other.zk.getACL("/acl", null));
      other.zk.addAuthInfo("digest", bytes("ann:wrong"));
      expectCode(KeeperException.Code.NOAUTH, () -> other.zk.getData("/acl", false, null));
      other.zk.addAuthInfo("digest", bytes("ann:secret"));
      expectEqual(other.zk.getData("/acl", false, null).length, 1);
      expectEqual(other.zk.getACL("/acl", null).get(0).getId().getScheme(), "digest");
      owner.zk.getTestable().closeSocket();
      owner.awaitState(KeeperState.Disconnected);
      owner.awaitState(KeeperState.SyncConnected);
      expectEqual(owner.zk.getData("/acl", false, null).length, 1);
    }
  }

  private static void authFailed() throws Exception {
    try (Session session = new Session()) {
      session.zk.addAuthInfo("nonsense", bytes("x"));
      session.awaitState(KeeperState.AuthFailed);
      expectCode(KeeperException.Code.AUTHFAILED, () -> session.zk.exists("/", false));
    }
  }

  private static void requestTooLarge() throws Exception {
    try (Session session = new Session()) {
      session.zk.create("/large", new byte[1_000_000], OPEN, CreateMode.PERSISTENT);
      expectEqual(session.zk.getData("/large", false, null).length, 1_000_000);
      expectCode(KeeperException.Code.CONNECTIONLOSS, () -> session.zk.setData("/large", new byte[1_100_000], -1));
      session.awaitState(KeeperState.SyncConnected);
      expectEqual(session.zk.exists("/large", false).getVersion(), 0);
    }
  }

  private static void removeWatches() throws Exception {
    try (Session session = new Session()) {
      ZooKeeper zk = session.zk;
      zk.create("/rw", null, OPEN, CreateMode.PERSISTENT);
      zk.getData("/rw", session, null);
      zk.removeWatches("/rw", session, Watcher.WatcherType.Data, false);
      expectEqual(session.next(), "DataWatchRemoved /rw");
      zk.setData("/rw", bytes("x"), -1);
      session.expectSilence();
      expectCode(KeeperException.Code.NOWATCHER, () -> zk.removeWatches("/rw", session, Watcher.WatcherType.Any, false));
    }
  }

  private static void thousandsInFlight() throws Exception {
    int count = 5000;
    try (Session session = new Session()) {
      session.zk.create("/flight", null, OPEN, CreateMode.PERSISTENT);
      CountDownLatch done = new CountDownLatch(count);
      AtomicInteger failures = new AtomicInteger();
      for (int i = 0; i < count; i++) {
        session.zk.create("/flight/n-", new byte[100], OPEN, CreateMode.EPHEMERAL_SEQUENTIAL, (rc, path, context, name) -> {
          if (rc != 0) failures.incrementAndGet();
          done.countDown();
        }, null);
      }
      expect(done.await(WAIT_S, TimeUnit.SECONDS), "not done in time");
      expectEqual(failures.get(), 0);
      expectEqual(session.zk.getChildren("/flight", false).size(), count);
    }
    try (Session session = new Session()) {
      expectEqual(session.zk.getChildren("/flight", false).size(), 0);
    }
  }

  private static void curatorParents() throws Exception {
    try (CuratorFramework client = curator()) {
      client.create().creatingParentContainersIfNeeded().forPath("/cp/a/b", bytes("x"));
      expectEqual(client.checkExists().forPath("/cp/a").getNumChildren(), 1);
      client.delete().guaranteed().deletingChildrenIfNeeded().forPath("/cp");
      expect(client.checkExists().forPath("/cp") == null, "still there");
      client.create().orSetData().forPath("/cp2", bytes("1"));
      client.create().orSetData().forPath("/cp2", bytes("2"));
      expectEqual(new String(client.getData().forPath("/cp2"), StandardCharsets.UTF_8), "2");
    }
  }

  private static void curatorProtection() throws Exception {
    try (CuratorFramework client = curator()) {
      String path = client.create().creatingParentsIfNeeded().withProtection().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath("/prot/n-");
      expect(path.matches("/prot/_c_[0-9a-f-]{36}-n-0000000000"), path);
    }
  }

  /** The registration of a Kyuubi server: the node comes back, under its name, when its session or the node was lost. */
  private static void curatorPersistentNode() throws Exception {
    String name = "/kyuubi/serverUri=h:10009;version=1.12.0;sequence=";
    try (CuratorFramework client = curator(); CuratorFramework reader = curator()) {
      client.create().forPath("/kyuubi");
      PersistentNode node = new PersistentNode(client, CreateMode.EPHEMERAL_SEQUENTIAL, false, name, bytes("h:10009"));
      node.start();
      expect(node.waitForInitialCreate(WAIT_S, TimeUnit.SECONDS), "not created");
      String path = node.getActualPath();
      expectEqual(path, name + "0000000000");
      long owner = reader.checkExists().forPath(path).getEphemeralOwner();
      expire(client.getZookeeperClient().getZooKeeper());
      within(() -> {
        Stat stat = reader.checkExists().forPath(path);
        return stat != null && stat.getEphemeralOwner() != owner;
      }, true);
      expectEqual(new String(reader.getData().forPath(path), StandardCharsets.UTF_8), "h:10009");
      long czxid = reader.checkExists().forPath(path).getCzxid();
      reader.delete().forPath(path);
      within(() -> {
        Stat stat = reader.checkExists().forPath(path);
        return stat != null && stat.getCzxid() > czxid;
      }, true);
      node.close();
      expectEqual(reader.getChildren().forPath("/kyuubi").size(), 0);
    }
  }

  private static void curatorConnectionStates() throws Exception {
    try (CuratorFramework client = curator()) {
      BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
      client.getConnectionStateListenable().addListener((framework, state) -> states.add(state));
      client.getZookeeperClient().getZooKeeper().getTestable().closeSocket();
      expectEqual(states.poll(WAIT_S, TimeUnit.SECONDS), ConnectionState.SUSPENDED);
      expectEqual(states.poll(WAIT_S, TimeUnit.SECONDS), ConnectionState.RECONNECTED);
      expire(client.getZookeeperClient().getZooKeeper());
      expectEqual(states.poll(WAIT_S, TimeUnit.SECONDS), ConnectionState.SUSPENDED);
      expectEqual(states.poll(WAIT_S, TimeUnit.SECONDS), ConnectionState.LOST);
      expectEqual(states.poll(WAIT_S, TimeUnit.SECONDS), ConnectionState.RECONNECTED);
    }
  }

  /** Kyuubi's lock around the launch of an engine. */
  private static void curatorSemaphoreMutex() throws Exception {
    try (CuratorFramework one = curator(); CuratorFramework two = curator()) {
      InterProcessSemaphoreMutex held = new InterProcessSemaphoreMutex(one, "/sem/lock");
      InterProcessSemaphoreMutex waiting = new InterProcessSemaphoreMutex(two, "/sem/lock");
      held.acquire();
      expect(!waiting.acquire(200, TimeUnit.MILLISECONDS), "two have it");
      ExecutorService pool = Executors.newSingleThreadExecutor();
      Future<Boolean> acquired = pool.submit(() -> waiting.acquire(WAIT_S, TimeUnit.SECONDS));
      held.release();
      expect(acquired.get(), "not acquired after the release");
      waiting.release();
      held.acquire();
      Future<Boolean> inherited = pool.submit(() -> waiting.acquire(WAIT_S, TimeUnit.SECONDS));
      expire(one.getZookeeperClient().getZooKeeper());
      expect(inherited.get(), "not acquired after the holder's session ended");
      pool.shutdown();
    }
  }

  private static void curatorMutex() throws Exception {
    int threads = 4;
    int rounds = 15;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger total = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      futures.add(pool.submit(() -> {
        try (CuratorFramework client = curator()) {
          InterProcessMutex mutex = new InterProcessMutex(client, "/mutex");
          for (int round = 0; round < rounds; round++) {
            mutex.acquire();
            expectEqual(inside.incrementAndGet(), 1);
            total.incrementAndGet();
            inside.decrementAndGet();
            mutex.release();
          }
        }
        return null;
      }));
    }
    for (Future<?> future : futures) future.get(WAIT_S, TimeUnit.SECONDS);
    pool.shutdown();
    expectEqual(total.get(), threads * rounds);
  }

  @SuppressWarnings("deprecation")
  private static void curatorPathChildrenCache() throws Exception {
    try (CuratorFramework client = curator(); CuratorFramework other = curator()) {
      other.create().forPath("/pcc");
      other.create().forPath("/pcc/a", bytes("1"));
      PathChildrenCache cache = new PathChildrenCache(client, "/pcc", true);
      cache.start(PathChildrenCache.StartMode.BUILD_INITIAL_CACHE);
      expectEqual(cache.getCurrentData().size(), 1);
      other.create().forPath("/pcc/b", bytes("2"));
      within(() -> cache.getCurrentData().size(), 2);
      other.setData().forPath("/pcc/a", bytes("new"));
      within(() -> new String(cache.getCurrentData("/pcc/a").getData(), StandardCharsets.UTF_8), "new");
      client.getZookeeperClient().getZooKeeper().getTestable().closeSocket();
      other.delete().forPath("/pcc/b");
      within(() -> cache.getCurrentData().size(), 1);
      cache.close();
    }
  }

  private static void curatorCache() throws Exception {
    try (CuratorFramework client = curator(); CuratorFramework other = curator()) {
      other.create().creatingParentsIfNeeded().forPath("/cc/a/b", bytes("1"));
      CuratorCache cache = CuratorCache.build(client, "/cc");
      cache.start();
      Callable<String> view = () -> {
        Map<String, String> nodes = new TreeMap<>();
        cache.stream().forEach(node -> nodes.put(node.getPath(), node.getData() == null ? "" : new String(node.getData(), StandardCharsets.UTF_8)));
        nodes.remove("/cc");
        nodes.remove("/cc/a");
        return nodes.toString();
      };
      within(view, "{/cc/a/b=1}");
      other.create().forPath("/cc/c", bytes("2"));
      other.setData().forPath("/cc/a/b", bytes("3"));
      within(view, "{/cc/a/b=3, /cc/c=2}");
      expire(client.getZookeeperClient().getZooKeeper());
      other.delete().forPath("/cc/c");
      other.create().forPath("/cc/a/d", bytes("4"));
      within(view, "{/cc/a/b=3, /cc/a/d=4}");
      other.delete().deletingChildrenIfNeeded().forPath("/cc/a");
      within(view, "{}");
      cache.close();
    }
  }

  /** The counter of Kyuubi's engine pools. */
  private static void curatorAtomicInteger() throws Exception {
    int threads = 4;
    int rounds = 25;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      futures.add(pool.submit(() -> {
        try (CuratorFramework client = curator()) {
          DistributedAtomicInteger counter = new DistributedAtomicInteger(client, "/dai/seq_num", new RetryNTimes(500, 2));
          for (int round = 0; round < rounds; round++) {
            AtomicValue<Integer> value = counter.increment();
            expect(value.succeeded(), "an increment gave up");
          }
        }
        return null;
      }));
    }
    for (Future<?> future : futures) future.get(WAIT_S, TimeUnit.SECONDS);
    pool.shutdown();
    try (CuratorFramework client = curator()) {
      expectEqual(new DistributedAtomicInteger(client, "/dai/seq_num", new RetryNTimes(3, 10)).get().postValue(), threads * rounds);
    }
  }

  private static void curatorTransaction() throws Exception {
    try (CuratorFramework client = curator()) {
      List<CuratorTransactionResult> results = client.transaction().forOperations(
          client.transactionOp().create().forPath("/tx", bytes("1")),
          client.transactionOp().create().withMode(CreateMode.PERSISTENT_SEQUENTIAL).forPath("/tx/n-", bytes("x")),
          client.transactionOp().check().withVersion(0).forPath("/tx"),
          client.transactionOp().setData().forPath("/tx", bytes("2")));
      expectEqual(results.get(1).getResultPath(), "/tx/n-0000000000");
      expectEqual(results.get(3).getResultStat().getVersion(), 1);
      expectCode(KeeperException.Code.NONODE, () -> client.transaction().forOperations(
          client.transactionOp().setData().forPath("/tx", bytes("3")),
          client.transactionOp().delete().forPath("/tx/nothing")));
      expectEqual(new String(client.getData().forPath("/tx"), StandardCharsets.UTF_8), "2");
    }
  }

  private static void curatorLeaderLatch() throws Exception {
    try (CuratorFramework one = curator(); CuratorFramework two = curator()) {
      LeaderLatch first = new LeaderLatch(one, "/latch", "first");
      first.start();
      expect(first.await(WAIT_S, TimeUnit.SECONDS), "no leader");
      LeaderLatch second = new LeaderLatch(two, "/latch", "second");
      second.start();
      within(() -> second.getParticipants().size(), 2);
      first.close();
      expect(second.await(WAIT_S, TimeUnit.SECONDS), "no second leader");
      second.close();
    }
  }
}
