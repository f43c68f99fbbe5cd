import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, systemContext } from '@app/application';
import { ProgramNotFound, PolicyUnknown, policies, type PolicyName } from '@app/domain/program';
import { Refused, withApplication } from './with-engines.js';

type Asked = { readonly data?: string; readonly program: string; readonly policy: PolicyName; readonly value: string };

const MOST_SHOWN = 10;

/** The values of a policy; a few of them if there are many. */
export const choicesOf = (values: readonly string[]): string =>
  values.length <= MOST_SHOWN
    ? values.join(', ')
    : `${[...values.slice(0, 1), ...values.slice(-2)].join(', ')}, … (${values.length} values)`;

/** @throws Refused */
export const setPolicy = ({ data, program: programId, policy: name, value }: Asked): Promise<void> =>
  withApplication(data, async (app) => {
    const intent = { type: 'ChangePolicy', data: { name, value, by: 'admin' } } as const;
    const { events } = await app
      .get(CommandBus)
      .execute(new HandleProgram(programId, intent, systemContext(programId, 'admin')))
      .catch((error: unknown) => {
        if (error instanceof ProgramNotFound) throw new Refused(`There is no program ${programId}`);
        if (error instanceof PolicyUnknown)
          throw new Refused(`${name} has no value ${value}; it has ${choicesOf(policies[name].values)}`);
        throw error;
      });
    console.log(events.length === 0 ? `${name} was ${value} already` : `${name} is ${value} from now on`);
  });
