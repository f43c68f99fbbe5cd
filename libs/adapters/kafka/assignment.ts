import {
  AssignerProtocol,
  Partitioners,
  type Cluster,
  type IMemberAssignment,
  type PartitionAssigner,
  type PartitionMetadata,
} from 'kafkajs';
import type { Consumer } from '@app/eventing';

const partitionOf = Partitioners.DefaultPartitioner();
const NO_DATA = Buffer.alloc(0);

/** The keys currently assigned to this member. The consumer is notified of every change. */
export class Assignment {
  #cluster: Cluster | null = null;
  #partitions: ReadonlySet<number> | null = null;
  #known: PartitionMetadata[] = [];
  #confirmedAt = 0;

  constructor(
    private readonly consumer: Consumer,
    private readonly sessionTimeout: number,
  ) {}

  /**
   * A partition number is assigned to the same member in all topics: a key belongs to one member, whatever the topic.
   */
  readonly assigner: PartitionAssigner = ({ cluster }) => {
    this.#cluster = cluster;
    return {
      name: 'SameInAllTopics',
      version: 0,
      protocol: ({ topics }) => ({
        name: 'SameInAllTopics',
        metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: NO_DATA }),
      }),
      assign: async ({ members, topics }) => {
        const sorted = members.map(({ memberId }) => memberId).toSorted();
        return sorted.map((memberId, index) => {
          const own = ({ partitionId }: PartitionMetadata): boolean => partitionId % sorted.length === index;
          const shares = topics.map(
            (topic) =>
              [
                topic,
                cluster
                  .findTopicPartitionMetadata(topic)
                  .filter(own)
                  .map(({ partitionId }) => partitionId),
              ] as const,
          );
          const assignment = Object.fromEntries(shares.filter(([, partitions]) => partitions.length > 0));
          return {
            memberId,
            memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: NO_DATA }),
          };
        });
      },
    };
  };

  take(assignment: IMemberAssignment): void {
    const [topic = ''] = this.consumer.topics;
    this.#known = this.#cluster?.findTopicPartitionMetadata(topic) ?? [];
    this.#partitions = new Set(assignment[topic]);
    this.confirm();
    this.#tell();
  }

  lose(): void {
    if (!this.#partitions) return;
    this.#partitions = null;
    this.#tell();
  }

  /** The group has just had contact with this member. */
  confirm(): void {
    this.#confirmedAt = performance.now();
  }

  #tell(): void {
    this.consumer.onAssignment?.((key) => this.#owns(key));
  }

  /** Without a heartbeat the group has assigned the partitions to others by now, and cannot tell this member. */
  #owns(key: string): boolean {
    if (!this.#partitions || performance.now() - this.#confirmedAt > this.sessionTimeout) return false;
    const [topic = ''] = this.consumer.topics;
    return this.#partitions.has(partitionOf({ topic, partitionMetadata: this.#known, message: { key, value: null } }));
  }
}
