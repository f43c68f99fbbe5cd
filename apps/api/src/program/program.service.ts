import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram } from '@app/application';
import { programAggregate, ProgramNotFound } from '@app/domain/program';
import { Aggregates, type CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { ChangeLinksDto } from './program.requests.dto.js';
import type { LinksDto } from './program.view.js';

/** The settings of a program, for REST and GraphQL; read from its events, since they are few and rarely asked for. */
@Injectable()
export class ProgramService {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
  ) {}

  async links({ programId }: CallerIdentity): Promise<LinksDto> {
    const { state, revision } = await this.aggregates.load(programAggregate, programId);
    if (state.status === 'none' || revision === 'no-stream') throw new ProgramNotFound();
    return { portalLink: state.portalLink, consoleLink: state.consoleLink, revision };
  }

  async changeLinks(
    { portalLink, consoleLink }: ChangeLinksDto,
    { programId, id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    const intent = { type: 'ChangeLinkTemplates', data: { portalLink, consoleLink, by } } as const;
    return commandResponse(await this.commands.execute(new HandleProgram(programId, intent, context)));
  }
}
