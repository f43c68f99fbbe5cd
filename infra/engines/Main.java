import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import java.util.List;

/** One engine in this JVM: `Main attached|detached kafka PROPERTIES` or `Main attached|detached mongo PORT`. */
class Main {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("attached")) endWithParent();
    if (args[1].equals("kafka")) kafka(args[2]);
    else mongo(Integer.parseInt(args[2]));
  }

  /** The parent keeps our input open; when the parent ends, this process ends too. */
  static void endWithParent() {
    Thread watch = new Thread(() -> {
      try {
        while (System.in.read() >= 0) continue;
      } catch (java.io.IOException gone) {
        // counts as its end
      }
      Runtime.getRuntime().halt(1);
    });
    watch.setDaemon(true);
    watch.start();
  }

  static void kafka(String properties) {
    String[] format = {"format", "--cluster-id=cmVmZXJyYWwtbWVzc2FnZQ", "--ignore-formatted", "-c", properties};
    if (kafka.tools.StorageTool.execute(format, System.err) != 0) System.exit(1);
    kafka.Kafka.main(new String[] {properties});
  }

  static void mongo(int port) {
    // By default the stand-in reports a version that the driver refuses as too old.
    MongoServer server = new MongoServer(new OneStepBackend().version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
      public int getWireVersion() { return 13; }
    }));
    server.bind("127.0.0.1", port);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
  }
}
