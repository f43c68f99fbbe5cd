import { setTimeout as sleep } from 'node:timers/promises';
import type { Actions } from './actions.js';
import type { Person } from './cast.js';
import { keywordTexts } from './keyword-texts.js';
import { Newcomers } from './newcomers.js';
import type { Random } from './random.js';

type Worker = (random: Random) => Promise<void>;

/** People who act concurrently, until the load is finished. */
export class Load {
  private readonly workers: Promise<void>[] = [];
  private readonly newcomers: Newcomers;
  private stopping = false;

  constructor(
    private readonly actions: Actions,
    private readonly random: Random,
    /** Longest pause of each person between two actions, in ms. */
    private readonly longestPause: number,
  ) {
    this.newcomers = new Newcomers(actions);
  }

  start(): void {
    const { actions } = this;
    const { inApp, texting, undecided, wavering } = actions.cast;
    const phones = [...texting, ...undecided];
    for (const person of inApp) {
      this.work((random) => actions.send(person, 'in-app', random));
      this.work((random) => actions.writeInPortal(person, random));
    }
    for (const person of phones) this.work((random) => actions.send(person, 'sms', random));
    for (const person of phones)
      this.work((random) => actions.text(person.phone, actions.phrase('inbound', random), random));
    for (const person of undecided) this.work((random) => this.stopAndStart(person, random));
    for (const person of wavering) {
      this.work((random) => actions.send(person, 'sms', random));
      this.work((random) => this.waver(person, random));
    }
    this.work((random) => this.newcomers.come(random));
    for (let n = 0; n < 2; n += 1) this.work((random) => this.newcomers.comeAndWaver(random));
    this.work((random) => actions.repeat(random));
    this.work((random) => actions.file(random.pick([...inApp, ...phones]), random));
  }

  /** Starts no more actions and finishes the current ones. */
  async finish(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers);
  }

  /** Starting from a Yes: an opt-out and other keywords, while texts that were just allowed are in flight. */
  private async waver(person: Person, random: Random): Promise<void> {
    await this.actions.text(person.phone, 'START', random);
    await this.actions.untilConsentIs('yes', person);
    const soon = async (most: number, act: (own: Random) => Promise<void>): Promise<void> => {
      const own = random.branch();
      await sleep(own.between(0, most));
      await act(own);
    };
    const sends = Array.from({ length: 4 }, () => soon(150, (own) => this.actions.send(person, 'sms', own)));
    const others = Array.from({ length: random.between(0, 3) }, () =>
      soon(600, (own) => this.actions.textKeyword(person.phone, own)),
    );
    const optOut = soon(150, (own) =>
      this.actions.text(person.phone, own.pick(keywordTexts['opt-out']), own, this.actions.anySender(own)),
    );
    await Promise.all([...sends, ...others, optOut, soon(300, () => this.actions.tickForm(person))]);
  }

  private async stopAndStart(person: Person, random: Random): Promise<void> {
    await sleep(random.between(100, 600));
    await this.actions.text(person.phone, random.pick(keywordTexts['opt-out']), random);
    await this.actions.untilConsentIs('no', person);
    await this.actions.send(person, 'sms', random);
    await sleep(random.between(50, 300));
    await this.actions.text(person.phone, 'START', random);
    await this.actions.untilConsentIs('yes', person);
  }

  private work(step: Worker): void {
    const random = this.random.branch();
    const run = async (): Promise<void> => {
      while (!this.stopping) {
        await step(random);
        await sleep(random.between(20, this.longestPause));
      }
    };
    const running = run();
    running.catch(() => undefined); // reported by `finish`
    this.workers.push(running);
  }
}
