import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, ids } from '@app/application';
import { policies, programAggregate, ProgramNotFound, type Program, type ProgramCommand } from '@app/domain/program';
import { Aggregates, type CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { ChangeLinksDto, SetSenderDto } from './program.requests.dto.js';
import type { LinksDto, ProgramDto, SendersDto } from './program.view.js';

type Created = Extract<Program, { status: 'created' }> & { readonly revision: number };

/** The settings of a program, for REST and GraphQL; read from its events, since they are few and rarely asked for. */
@Injectable()
export class ProgramService {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
  ) {}

  async program({ programId }: CallerIdentity): Promise<ProgramDto> {
    const {
      name,
      policies: values,
      optInText,
      portalLink,
      consoleLink,
      widgetOrigins,
      revision,
    } = await this.created(programId);
    const chosen = Object.entries(policies).map(([policy, { default: initial, values: choices, means }]) => ({
      name: policy,
      value: values[policy as keyof typeof values],
      default: initial,
      choices,
      means,
    }));
    return { id: programId, name, policies: chosen, optInText, portalLink, consoleLink, widgetOrigins, revision };
  }

  async links({ programId }: CallerIdentity): Promise<LinksDto> {
    const { portalLink, consoleLink, revision } = await this.created(programId);
    return { portalLink, consoleLink, revision };
  }

  async senders({ programId }: CallerIdentity): Promise<SendersDto> {
    const { senders, revision } = await this.created(programId);
    const documents = senders.map(({ senderId: id, phone, accountSid, previousAuthToken }) => ({
      id,
      phone,
      accountSid,
      isRotating: previousAuthToken !== null,
    }));
    return { documents, revision };
  }

  async rename(name: string, { programId, id: by }: CallerIdentity, context: CommandContext): Promise<CommandResponse> {
    return this.change(programId, { type: 'RenameProgram', data: { name, by } }, context);
  }

  /** @throws PolicyUnknown */
  async changePolicy(
    { name, value }: { readonly name: string; readonly value: string },
    { programId, id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return this.change(programId, { type: 'ChangePolicy', data: { name, value, by } }, context);
  }

  async changeOrigins(
    origins: readonly string[],
    { programId }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return this.change(programId, { type: 'SetWidgetOrigins', data: { origins } }, context);
  }

  /** @throws OptInTextWithoutOptOut */
  async changeOptInText(
    text: string,
    { programId, id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return this.change(programId, { type: 'ChangeOptInText', data: { text, by } }, context);
  }

  async changeLinks(
    { portalLink, consoleLink }: ChangeLinksDto,
    { programId, id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return this.change(programId, { type: 'ChangeLinkTemplates', data: { portalLink, consoleLink, by } }, context);
  }

  async setSender(
    { phone, accountSid, authToken }: SetSenderDto,
    { programId }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse & { readonly senderId: string }> {
    const senderId = ids.sender(programId, phone);
    const data = { programId, senderId, phone, accountSid, authToken };
    return { senderId, ...(await this.change(programId, { type: 'AddSender', data }, context)) };
  }

  /** @throws SenderNotFound */
  async endTokenRotation(
    senderId: string,
    { programId }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return this.change(programId, { type: 'EndTokenRotation', data: { programId, senderId } }, context);
  }

  private async change(programId: string, intent: ProgramCommand, context: CommandContext): Promise<CommandResponse> {
    return commandResponse(await this.commands.execute(new HandleProgram(programId, intent, context)));
  }

  private async created(programId: string): Promise<Created> {
    const { state, revision } = await this.aggregates.load(programAggregate, programId);
    if (state.status === 'none' || revision === 'no-stream') throw new ProgramNotFound();
    return { ...state, revision };
  }
}
