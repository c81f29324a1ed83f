// A desk that has not been told where its server is: everything asked says so.
import { Failure } from '../support/failure.ts';
import type { CentralServer } from './central-server.ts';

const refuse = () => Promise.reject(new Failure({ code: 'noServer' }));

export const noServer: CentralServer = {
  address: '',
  libraries: refuse,
  marks: refuse,
  signIn: refuse,
  resume: refuse,
  pushWith: () => ({ send: refuse }),
};
