// The audit log of a patron, as a desk reads it.
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import type { TestDesk } from './network.ts';

export const entries = async (desk: TestDesk, patronId: string) =>
  ((await desk.ask('audit', { params: { patronId } })).body as EndpointAnswer<'audit'>).entries;
