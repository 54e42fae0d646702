/** aws:apigateway/domainName:DomainName: a name of the program's own for its APIs (CreateDomainName). */
import type { apigateway } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { arnOf, map, resourceType, stableId, text } from "../resource-type.ts";
import { forTheBill } from "./because.ts";

type Domain = apigateway.DomainName;
type DomainArgs = apigateway.DomainNameArgs;

/** Whatever belongs to a domain name is without effect, since nothing answers at the name. */
const NOT_SERVED = "nothing answers at custom domain names; call the API at its own origin";
const ofTheDomain = withoutEffect("nothing answers at the domain name, which is named already");

/** Of the distribution behind an edge-optimized name (https://docs.aws.amazon.com/general/latest/gr/apigateway.html). */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

export const domainName = resourceType<Domain, DomainArgs>("aws:apigateway/domainName:DomainName", {
  inputs: {
    certificateArn: ofTheDomain,
    certificateBody: ofTheDomain,
    certificateChain: ofTheDomain,
    certificateName: ofTheDomain,
    certificatePrivateKey: ofTheDomain,
    domainName: notServed(NOT_SERVED),
    endpointAccessMode: ofTheDomain,
    endpointConfiguration: { parts: { ipAddressType: ofTheDomain, types: ofTheDomain } },
    mutualTlsAuthentication: {
      parts: {
        truststoreUri: notServed("client certificates are not asked for; nothing answers at the domain name", {
          guards: true,
        }),
        truststoreVersion: ofTheDomain,
      },
    },
    ownershipVerificationCertificateArn: ofTheDomain,
    policy: notServed("the policy is not evaluated; nothing answers at the domain name", { guards: true }),
    region: served,
    regionalCertificateArn: ofTheDomain,
    regionalCertificateName: ofTheDomain,
    routingMode: ofTheDomain,
    securityPolicy: ofTheDomain,
    tags: forTheBill,
  },

  create({ urn, inputs }, account) {
    const name = text(inputs.domainName) ?? "";
    const types = text(map<unknown>(inputs.endpointConfiguration).types) ?? "EDGE";
    const privateId = types === "PRIVATE" ? stableId(urn, 10) : "";
    const regional = types === "REGIONAL";
    return {
      id: privateId === "" ? name : `${name}/${privateId}`,
      outputs: {
        arn: arnOf(account, "apigateway", `/domainnames/${name}${privateId && `+${privateId}`}`, false),
        certificateUploadDate: new Date(0).toISOString(),
        cloudfrontDomainName: types === "EDGE" ? `${stableId(urn, 14)}.cloudfront.net` : "",
        cloudfrontZoneId: CLOUDFRONT_ZONE,
        domainNameId: privateId,
        endpointConfiguration: { ipAddressType: "ipv4", ...map<unknown>(inputs.endpointConfiguration), types },
        regionalDomainName: regional ? `d-${stableId(urn, 10)}.execute-api.${account.region}.amazonaws.com` : "",
        regionalZoneId: regional ? `Z${stableId(`${urn}#zone`, 13).toUpperCase()}` : "",
        routingMode: text(inputs.routingMode) ?? "BASE_PATH_MAPPING_ONLY",
        securityPolicy: text(inputs.securityPolicy) ?? "TLS_1_2",
      },
    };
  },
});
