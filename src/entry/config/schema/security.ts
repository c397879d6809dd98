// kernel.security and kernel.network: who may come in, through which doors.

import { z } from "zod";
import { isolationLevels } from "./execution.ts";
import { flag, name, oneOf, path, pattern, port, section, text, wantedOf } from "./leaves.ts";

const jwtProvider = z.strictObject({
  type: z.literal("jwt").register(wantedOf, { wanted: "jwt" }),
  issuer: text("the issuer that a token must name"),
  audience: text("the audience that a token must name"),
  public_key_file: path("the PEM file of the issuer's public key"),
});

const oauth2Provider = z.strictObject({
  type: z.literal("oauth2").register(wantedOf, { wanted: "oauth2" }),
  provider: name("a provider"),
  realm: name("a realm"),
  client_id: name("a client id"),
});

const providerList = z
  .array(
    z
      .discriminatedUnion("type", [jwtProvider, oauth2Provider])
      .register(wantedOf, { wanted: "a provider of type jwt or oauth2" }),
  )
  .min(1)
  .max(16)
  .register(wantedOf, { wanted: "a list of 1 to 16 providers" });

export const securitySection = section({
  enabled: flag(),
  // A name for the common case, a list of providers for the rest: the specification shows both.
  authentication: z
    .union([oneOf(["none", "jwt", "oauth2"]), z.strictObject({ providers: providerList })])
    .register(wantedOf, { wanted: "none, jwt, oauth2, or a mapping with the key providers" }),
  isolation_level: oneOf(isolationLevels),
  audit_enabled: flag(),
  tls: section({
    enabled: flag(),
    certificate: path("the PEM file of the certificate"),
    private_key: path("the PEM file of the private key"),
    ca_bundle: path("the PEM file of the authorities that are trusted"),
  }),
  authorization: section({
    policy_engine: oneOf(["none", "opa"]),
    policy_file: path("the policy"),
  }),
  disable_authentication: flag(),
  allow_all_operations: flag(),
});

export const networkSection = section({
  host: pattern(/^[A-Za-z0-9.:_-]{1,255}$/, "an address to listen on, such as 127.0.0.1, ::1 or 0.0.0.0"),
  grpc_port: port(),
  rest_port: port(),
  websocket_port: port(),
  internal_port: port(),
  // Never "*": it would let every page that a browser shows submit jobs to the kernel beside it.
  cors_allowed_origins: z
    .array(
      pattern(
        /^https?:\/\/([a-z0-9.-]{1,255}|\[[0-9a-f:]{2,39}\])(:\d{1,5})?$/,
        "an origin such as https://lab.example.org, without a path",
      ),
    )
    .max(100)
    .register(wantedOf, { wanted: "a list of at most 100 origins" }),
});
