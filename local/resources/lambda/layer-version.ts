/** aws:lambda/layerVersion:LayerVersion: files that functions find below /opt (PublishLayerVersion). */
import { createHash } from "node:crypto";
import type { lambda } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { arnOf, resourceType, text } from "../resource-type.ts";
import { forPulumi, nothingIsDestroyed } from "./because.ts";

export const layerVersion = resourceType<lambda.LayerVersion, lambda.LayerVersionArgs>(
  "aws:lambda/layerVersion:LayerVersion",
  {
    inputs: {
      code: served,
      compatibleArchitectures: withoutEffect("it helps who looks for a layer"),
      compatibleRuntimes: withoutEffect("it helps who looks for a layer"),
      description: withoutEffect("functions do not see it"),
      layerName: served,
      licenseInfo: withoutEffect("functions do not see it"),
      region: served,
      s3Bucket: served,
      s3Key: served,
      s3ObjectVersion: notServed("an object has the content that the program uploads now"),
      skipDestroy: nothingIsDestroyed,
      sourceCodeHash: forPulumi,
    },

    create({ inputs }, account) {
      const layerArn = arnOf(account, "lambda", `layer:${text(inputs.layerName) ?? ""}`);
      const arn = `${layerArn}:1`;
      return {
        id: arn,
        outputs: {
          arn,
          layerArn,
          version: "1",
          createdDate: new Date(0).toISOString(),
          codeSha256: createHash("sha256")
            .update(JSON.stringify(inputs.code ?? ""))
            .digest("base64"),
          sourceCodeSize: 0,
          signingJobArn: "",
          signingProfileVersionArn: "",
        },
      };
    },
  },
);
