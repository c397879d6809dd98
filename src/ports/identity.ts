// Who asks. Until sign-in comes (the security issue), everybody is tenant "local", project "default".

import type { Owner } from "../model/job.ts";

export interface Identity {
  /** The caller behind a request's headers. */
  identify(headers: Headers): Owner;
}
