// The door of the security room. Until sign-in comes, everybody is the one local owner; the boot refuses configurations that
// promise more (see entry/config).

import type { Identity } from "../ports/identity.ts";

export function createLocalIdentity(): Identity {
  const owner = { tenant: "local", project: "default" };
  return { identify: () => owner };
}
