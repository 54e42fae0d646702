/** aws:apigateway/clientCertificate:ClientCertificate: what a stage shows to HTTP backends (GenerateClientCertificate). */
import type { apigateway } from "@pulumi/aws";
import { served } from "../contract.ts";
import { arnOf, resourceType, stableId } from "../resource-type.ts";
import { forReaders, forTheBill } from "./because.ts";

type Certificate = apigateway.ClientCertificate;
type CertificateArgs = apigateway.ClientCertificateArgs;

const YEAR_MS = 365 * 86_400_000;

export const clientCertificate = resourceType<Certificate, CertificateArgs>(
  "aws:apigateway/clientCertificate:ClientCertificate",
  {
    inputs: { description: forReaders, region: served, tags: forTheBill },

    create({ urn }, account) {
      const id = stableId(urn, 6);
      return {
        id,
        outputs: {
          arn: arnOf(account, "apigateway", `/clientcertificates/${id}`, false),
          createdDate: new Date(0).toISOString(),
          expirationDate: new Date(YEAR_MS).toISOString(),
          // AWS generates it: nothing that is verified with a made-up one could be right.
          pemEncodedCertificate: undefined,
        },
      };
    },
  },
);
