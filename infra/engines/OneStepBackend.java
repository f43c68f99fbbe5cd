import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Makes a rename atomic, as in MongoDB. Without this the stand-in drops the target first, and a request before the
 * source has its name fails, or makes the rename fail and leaves neither.
 */
class OneStepBackend extends MemoryBackend {
  private static final Set<String> ALONE = Set.of("renameCollection", "drop", "dropDatabase", "create", "createIndexes");
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  @Override
  public Document handleMessage(MongoMessage message) {
    String command = message.getDocument().keySet().iterator().next();
    Lock held = ALONE.contains(command) ? lock.writeLock() : lock.readLock();
    held.lock();
    try {
      return super.handleMessage(message);
    } finally {
      held.unlock();
    }
  }
}
