import { fork } from 'node:child_process';
import { once } from 'node:events';

type Reply<Answer> = { readonly answer: Answer } | { readonly failure: string };

/** A child process that answers one request at a time. */
export type Child<Question, Answer> = {
  ask(question: Question): Promise<Answer>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
};

/** Starts `<name>.js` of this folder as a process, in production mode. */
export function startChild<Question extends object, Answer>(name: string): Child<Question, Answer> {
  const child = fork(new URL(`./${name}.js`, import.meta.url), { env: { ...process.env, NODE_ENV: 'production' } });
  const ended = once(child, 'exit');
  return {
    async ask(question) {
      child.send(question);
      const [reply] = (await Promise.race([
        once(child, 'message'),
        ended.then(() => Promise.reject(new Error(`${name} ended`))),
      ])) as [Reply<Answer>];
      if ('failure' in reply) throw new Error(`${name}: ${reply.failure}`);
      return reply.answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The child's side: answers requests until the parent is gone or has finished. */
export function answerParent<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  close: () => Promise<void> = async () => undefined,
): void {
  process.on('message', (question: Question) => {
    answer(question).then(
      (given) => process.send?.({ answer: given }),
      (error: unknown) =>
        process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => {
    void close().finally(() => process.exit());
  });
}
