import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * Runs a random but repeatable sequence of operations of three sessions and prints what each answered and which
 * watches fired after it. Two servers that behave alike print the same lines: times are left out, zxids are counted
 * from the first change, and sessions go by name. Each seed works below a node of its own.
 *
 * Usage: RandomOperations address steps seed...
 */
public final class RandomOperations {
  private static final int SESSION_TIMEOUT_MS = 30_000;
  private static final int FENCE_TIMEOUT_S = 20;
  private static final String[] NAMES = {"a", "b", "c", "d"};

  private final String address;
  private final String root;
  private final Random random;
  private final List<Client> clients = new ArrayList<>();
  private final Map<Long, String> sessionNames = new HashMap<>();
  private long firstZxid;

  private RandomOperations(String address, long seed) {
    this.address = address;
    this.root = "/run" + seed;
    this.random = new Random(seed);
  }

  public static void main(String[] args) throws Exception {
    int steps = Integer.parseInt(args[1]);
    for (int i = 2; i < args.length; i++) {
      RandomOperations run = new RandomOperations(args[0], Long.parseLong(args[i]));
      run.start();
      for (int step = 1; step <= steps; step++) run.step(step);
      run.stop();
    }
    System.out.flush();
    System.exit(0);
  }

  /** One session, and the events it has been told of since the last look. */
  private final class Client implements Watcher {
    final String name;
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    ZooKeeper zk;

    Client(String name) {
      this.name = name;
    }

    void connect() throws Exception {
      CountDownLatch connected = new CountDownLatch(1);
      zk = new ZooKeeper(address, SESSION_TIMEOUT_MS, event -> {
        if (event.getState() == Watcher.Event.KeeperState.SyncConnected) connected.countDown();
      });
      if (!connected.await(FENCE_TIMEOUT_S, TimeUnit.SECONDS)) throw new IllegalStateException("not connected");
      sessionNames.put(zk.getSessionId(), name);
    }

    @Override
    public void process(WatchedEvent event) {
      if (event.getType() == Event.EventType.None) return;
      long zxid = event.getZxid();
      events.add(event.getType() + " " + event.getPath() + " z" + (zxid < 0 ? "-" : "" + (zxid - firstZxid)));
    }

    /** Waits until everything that the server has sent before now has been delivered. */
    List<String> drain() throws Exception {
      CountDownLatch fence = new CountDownLatch(1);
      zk.sync("/", (rc, path, context) -> fence.countDown(), null);
      if (!fence.await(FENCE_TIMEOUT_S, TimeUnit.SECONDS)) throw new IllegalStateException("no fence");
      List<String> drained = new ArrayList<>(events);
      events.clear();
      // Nodes that end with a session are deleted in no particular order.
      Collections.sort(drained);
      return drained;
    }
  }

  private interface Operation {
    String run(ZooKeeper zk, Client client) throws Exception;
  }

  private void start() throws Exception {
    for (String name : new String[] {"A", "B", "C"}) {
      Client client = new Client(name);
      client.connect();
      clients.add(client);
    }
    clients.get(0).zk.addAuthInfo("digest", "ann:secret".getBytes(StandardCharsets.UTF_8));
    Stat stat = new Stat();
    clients.get(0).zk.create(root, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, stat);
    firstZxid = stat.getCzxid();
  }

  private void stop() throws Exception {
    for (Client client : clients) client.zk.close();
  }

  private void step(int number) throws Exception {
    Client client = clients.get(random.nextInt(clients.size()));
    Described described = pick();
    String outcome;
    try {
      outcome = described.operation.run(client.zk, client);
    } catch (IllegalArgumentException e) {
      outcome = "refused by the client";
    } catch (KeeperException e) {
      outcome = e.code() + (e.getResults() == null ? "" : " " + results(e.getResults()));
    }
    StringBuilder line = new StringBuilder();
    line.append(number).append(' ').append(client.name).append(' ').append(described.text).append(" -> ").append(outcome);
    for (Client each : clients) {
      for (String event : each.drain()) line.append("\n    ").append(each.name).append(" hears ").append(event);
    }
    System.out.println(line);
  }

  private static final class Described {
    final String text;
    final Operation operation;

    Described(String text, Operation operation) {
      this.text = text;
      this.operation = operation;
    }
  }

  private Described pick() {
    int choice = random.nextInt(100);
    if (choice < 22) return create();
    if (choice < 32) return delete();
    if (choice < 42) return setData();
    if (choice < 62) return read();
    if (choice < 72) return multi();
    if (choice < 76) return multiRead();
    if (choice < 88) return watch();
    if (choice < 94) return acl();
    if (choice < 98) return about();
    return reconnect();
  }

  private Described create() {
    String path = path();
    byte[] data = data();
    CreateMode mode = mode();
    int aclNumber = aclNumber();
    long ttl = mode.isTTL() ? 1 + random.nextInt(100_000) : -1;
    boolean withStat = random.nextBoolean() || mode.isTTL();
    return new Described(
        "create " + path + " " + mode + " acl" + aclNumber + " " + length(data) + (withStat ? " stat" : ""),
        (zk, client) -> {
          Stat stat = withStat ? new Stat() : null;
          String made = withStat
              ? zk.create(path, data, aclOf(aclNumber), mode, stat, ttl)
              : zk.create(path, data, aclOf(aclNumber), mode);
          return made + show(stat);
        });
  }

  private Described delete() {
    String path = path();
    int version = version();
    return new Described("delete " + path + " v" + version, (zk, client) -> {
      zk.delete(path, version);
      return "ok";
    });
  }

  private Described setData() {
    String path = path();
    byte[] data = data();
    int version = version();
    return new Described("setData " + path + " v" + version + " " + length(data),
        (zk, client) -> show(zk.setData(path, data, version)));
  }

  private Described read() {
    String path = random.nextInt(12) == 0 ? new String[] {"/", "/zookeeper", "/zookeeper/config"}[random.nextInt(3)] : path();
    boolean watched = random.nextBoolean();
    String text = path + (watched ? " watched" : "");
    switch (random.nextInt(4)) {
      case 0:
        return new Described("getData " + text, (zk, client) -> {
          Stat stat = new Stat();
          return length(zk.getData(path, watched ? client : null, stat)) + show(stat);
        });
      case 1:
        return new Described("exists " + text, (zk, client) -> show(zk.exists(path, watched ? client : null)));
      case 2:
        return new Described("getChildren " + text,
            (zk, client) -> sorted(zk.getChildren(path, watched ? client : null)));
      default:
        return new Described("getChildren2 " + text, (zk, client) -> {
          Stat stat = new Stat();
          return sorted(zk.getChildren(path, watched ? client : null, stat)) + show(stat);
        });
    }
  }

  private Described multi() {
    List<Op> ops = new ArrayList<>();
    StringBuilder text = new StringBuilder("multi");
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      String path = path();
      int version = version();
      int kind = random.nextInt(5);
      text.append(" [").append(kind).append(' ').append(path).append(" v").append(version).append(']');
      switch (kind) {
        case 0:
          ops.add(Op.delete(path, version));
          break;
        case 1:
          ops.add(Op.setData(path, data(), version));
          break;
        case 2:
          ops.add(Op.check(path, version));
          break;
        default:
          CreateMode mode = mode();
          text.append(mode);
          ops.add(mode.isTTL()
              ? Op.create(path, data(), aclOf(0), mode, 5000)
              : Op.create(path, data(), aclOf(0), mode));
      }
    }
    return new Described(text.toString(), (zk, client) -> results(zk.multi(ops)));
  }

  private Described multiRead() {
    List<Op> ops = new ArrayList<>();
    StringBuilder text = new StringBuilder("multiRead");
    for (int count = 1 + random.nextInt(3); count > 0; count--) {
      String path = path();
      boolean children = random.nextBoolean();
      text.append(children ? " children " : " data ").append(path);
      ops.add(children ? Op.getChildren(path) : Op.getData(path));
    }
    return new Described(text.toString(), (zk, client) -> results(zk.multi(ops)));
  }

  private Described watch() {
    String path = path();
    switch (random.nextInt(4)) {
      case 0:
        return new Described("addWatch " + path + " persistent", (zk, client) -> {
          zk.addWatch(path, client, AddWatchMode.PERSISTENT);
          return "ok";
        });
      case 1:
        return new Described("addWatch " + path + " recursive", (zk, client) -> {
          zk.addWatch(path, client, AddWatchMode.PERSISTENT_RECURSIVE);
          return "ok";
        });
      default:
        Watcher.WatcherType type = Watcher.WatcherType.values()[random.nextInt(Watcher.WatcherType.values().length)];
        boolean all = random.nextBoolean();
        return new Described("removeWatches " + path + " " + type + (all ? " all" : ""), (zk, client) -> {
          if (all) zk.removeAllWatches(path, type, false);
          else zk.removeWatches(path, client, type, false);
          return "ok";
        });
    }
  }

  private Described acl() {
    String path = path();
    int version = version();
    int aclNumber = aclNumber();
    if (random.nextBoolean()) {
      return new Described("setACL " + path + " acl" + aclNumber + " v" + version,
          (zk, client) -> show(zk.setACL(path, aclOf(aclNumber), version)));
    }
    return new Described("getACL " + path, (zk, client) -> {
      Stat stat = new Stat();
      return zk.getACL(path, stat).toString().trim() + show(stat);
    });
  }

  private Described about() {
    switch (random.nextInt(3)) {
      case 0:
        return new Described("whoAmI", (zk, client) -> {
          List<String> names = new ArrayList<>();
          for (ClientInfo info : zk.whoAmI()) names.add(info.getAuthScheme() + ":" + info.getUser());
          return sorted(names);
        });
      case 1:
        return new Described("getEphemerals", (zk, client) -> sorted(zk.getEphemerals(root + "/a")) + sorted(zk.getEphemerals()));
      default:
        String path = path();
        return new Described("getAllChildrenNumber " + path, (zk, client) -> "" + zk.getAllChildrenNumber(path));
    }
  }

  private Described reconnect() {
    boolean withAuth = random.nextBoolean();
    return new Described("reconnect" + (withAuth ? " as bob" : ""), (zk, client) -> {
      zk.close();
      client.connect();
      if (withAuth) client.zk.addAuthInfo("digest", "bob:secret".getBytes(StandardCharsets.UTF_8));
      return "ok";
    });
  }

  private String path() {
    StringBuilder path = new StringBuilder(root);
    for (int depth = 1 + random.nextInt(3); depth > 0; depth--) path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
    return path.toString();
  }

  private byte[] data() {
    return random.nextInt(6) == 0 ? null : new byte[random.nextInt(60)];
  }

  private int version() {
    return random.nextInt(3) == 0 ? random.nextInt(3) : -1;
  }

  private CreateMode mode() {
    if (random.nextInt(3) > 0) return CreateMode.PERSISTENT;
    return CreateMode.values()[random.nextInt(CreateMode.values().length)];
  }

  private int aclNumber() {
    return random.nextInt(3) > 0 ? 0 : random.nextInt(7);
  }

  private static List<ACL> aclOf(int number) {
    Id anyone = ZooDefs.Ids.ANYONE_ID_UNSAFE;
    switch (number) {
      case 1:
        return ZooDefs.Ids.READ_ACL_UNSAFE;
      case 2:
        return ZooDefs.Ids.CREATOR_ALL_ACL;
      case 3:
        return Arrays.asList(new ACL(ZooDefs.Perms.ALL, new Id("digest", "ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=")), new ACL(ZooDefs.Perms.READ, anyone));
      case 4:
        return Arrays.asList(new ACL(ZooDefs.Perms.ALL, new Id("ip", "127.0.0.0/8")));
      case 5:
        return Arrays.asList(new ACL(ZooDefs.Perms.ALL, new Id("nobody", "knows")));
      case 6:
        return Arrays.asList(new ACL(ZooDefs.Perms.WRITE | ZooDefs.Perms.ADMIN, anyone), new ACL(ZooDefs.Perms.WRITE | ZooDefs.Perms.ADMIN, anyone));
      default:
        return ZooDefs.Ids.OPEN_ACL_UNSAFE;
    }
  }

  private static String length(byte[] data) {
    return data == null ? "null" : data.length + "b";
  }

  private static String sorted(List<String> names) {
    List<String> copy = new ArrayList<>(names);
    Collections.sort(copy);
    return copy.toString();
  }

  private String show(Stat stat) {
    if (stat == null) return " none";
    String owner = stat.getEphemeralOwner() == 0 ? "-" : sessionNames.get(stat.getEphemeralOwner());
    return " {c" + zxid(stat.getCzxid()) + " m" + zxid(stat.getMzxid()) + " p" + zxid(stat.getPzxid())
        + " v" + stat.getVersion() + " cv" + stat.getCversion() + " av" + stat.getAversion()
        + " owner " + owner + " len " + stat.getDataLength() + " kids " + stat.getNumChildren()
        + (stat.getMtime() >= stat.getCtime() ? "" : " modified before made") + "}";
  }

  private String zxid(long zxid) {
    return zxid == 0 ? "none" : String.valueOf(zxid - firstZxid);
  }

  private String results(List<OpResult> results) {
    StringBuilder text = new StringBuilder();
    for (OpResult result : results) {
      text.append(result.getType());
      if (result instanceof OpResult.ErrorResult) text.append(" err ").append(((OpResult.ErrorResult) result).getErr());
      if (result instanceof OpResult.CreateResult) {
        text.append(' ').append(((OpResult.CreateResult) result).getPath()).append(show(((OpResult.CreateResult) result).getStat()));
      }
      if (result instanceof OpResult.SetDataResult) text.append(show(((OpResult.SetDataResult) result).getStat()));
      if (result instanceof OpResult.GetDataResult) text.append(show(((OpResult.GetDataResult) result).getStat()));
      if (result instanceof OpResult.GetChildrenResult) text.append(sorted(((OpResult.GetChildrenResult) result).getChildren()));
      text.append("; ");
    }
    return text.toString();
  }
}
