/** Route 53, ACM, CloudFront, WAF and HTTP API addresses: what stands between the internet and an API. */
import type { Values } from "../../engine/values.ts";
import type { Companion, Companions, Made } from "./companion.ts";

/** Of every CloudFront distribution (https://docs.aws.amazon.com/general/latest/gr/cf_region.html). */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

const zone: Companion = (made) => {
  const zoneId = made.existing ?? `Z${made.upper(20)}`;
  const servers = ["com", "net", "org", "co.uk"].map((end, index) => `ns-${index * 512 + 1}.awsdns-01.${end}`);
  return {
    id: zoneId,
    outputs: {
      ...{ zoneId, name: made.text("name") ?? "", nameServers: servers, primaryNameServer: servers[0] },
      arn: `arn:${made.partition}:route53:::hostedzone/${zoneId}`,
    },
  };
};

const record: Companion = (made) => {
  const zoneId = made.text("zoneId") ?? "";
  const name = (made.text("name") ?? "").replace(/\.$/, "");
  const domain = String(made.account.find("aws:route53/zone:Zone", zoneId)?.name ?? "").replace(/\.$/, "");
  const whole = domain === "" || name === domain || name.endsWith(`.${domain}`);
  const fqdn = whole ? name || domain : [name, domain].filter(Boolean).join(".");
  return { id: made.existing ?? [zoneId, name, made.text("type") ?? ""].join("_"), outputs: { name, fqdn } };
};

/** https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html */
const certificate: Companion = (made) => {
  const domainName = made.text("domainName") ?? "";
  const arn = made.arn("acm", `certificate/${made.uuid()}`);
  const names = [...new Set([domainName, ...made.list("subjectAlternativeNames")])].filter(Boolean);
  const method = made.text("validationMethod") ?? "DNS";
  const imported = made.text("certificateBody") !== undefined;
  return {
    id: arn,
    outputs: {
      ...{ arn, domainName, subjectAlternativeNames: names, validationMethod: imported ? "NONE" : method },
      domainValidationOptions:
        imported || method !== "DNS"
          ? []
          : names.map((name) => ({
              domainName: name,
              resourceRecordName: `_${made.hex(32, plain(name))}.${plain(name)}.`,
              resourceRecordType: "CNAME",
              resourceRecordValue: `_${made.hex(32, `${plain(name)} value`)}.${made.lower(10)}.acm-validations.aws.`,
            })),
      ...{ status: imported ? "ISSUED" : "PENDING_VALIDATION", type: imported ? "IMPORTED" : "AMAZON_ISSUED" },
      ...{ notBefore: "", notAfter: "", renewalEligibility: "INELIGIBLE", renewalSummaries: [], pendingRenewal: false },
      ...{ keyAlgorithm: made.text("keyAlgorithm") ?? "RSA_2048" },
      validationEmails: method === "EMAIL" ? names.map((name) => `admin@${plain(name)}`) : [],
    },
  };
};
const plain = (domain: string): string => domain.replace(/^\*\./, "");

/** What CloudFront knows by an id such as `E2QWRUHAPOMQZL`. */
const cloudFront =
  (kind: string, letter: string, more: (made: Made, id: string) => Values = () => ({})): Companion =>
  (made) => {
    const id = made.existing ?? (letter === "" ? made.uuid() : `${letter}${made.upper(13)}`);
    const arn = made.globalArn("cloudfront", `${kind}/${id}`);
    return {
      id,
      outputs: { arn, etag: `E${made.upper(13, "etag")}`, callerReference: made.uuid(), ...more(made, id) },
    };
  };

const waf =
  (kind: string): Companion =>
  (made) => {
    const name = made.name();
    const id = made.uuid();
    const global = made.text("scope") === "CLOUDFRONT";
    const arn = made.arn("wafv2", `${global ? "global" : "regional"}/${kind}/${name}/${id}`);
    return { id, outputs: { name, arn, lockToken: made.uuid("lock"), capacity: 0, applicationIntegrationUrl: "" } };
  };

const loadBalancer: Companion = (made) => {
  const name = made.name();
  const kind = { network: "net", gateway: "gwy" }[made.text("loadBalancerType") ?? ""] ?? "app";
  const arnSuffix = `${kind}/${name}/${made.hex(16)}`;
  const arn = made.arn("elasticloadbalancing", `loadbalancer/${arnSuffix}`);
  const dnsName = `${name}-${Number.parseInt(made.hex(7), 16)}.${made.region}.elb.amazonaws.com`;
  return { id: arn, outputs: { name, arn, arnSuffix, dnsName, zoneId: `Z${made.upper(13, "zone")}` } };
};

const targetGroup: Companion = (made) => {
  const name = made.name();
  const arnSuffix = `targetgroup/${name}/${made.hex(16)}`;
  const arn = made.arn("elasticloadbalancing", arnSuffix);
  return { id: arn, outputs: { name, arn, arnSuffix, loadBalancerArns: [] } };
};

const listener: Companion = (made) => {
  const balancer = (made.text("loadBalancerArn") ?? "").replace(/^.*:loadbalancer\//, "");
  const arn = made.arn("elasticloadbalancing", `listener/${balancer}/${made.hex(16)}`);
  return { id: arn, outputs: { arn } };
};

/** The same types stand in modules with three names. */
const balancers = Object.fromEntries(
  ["lb", "alb", "applicationloadbalancing"].flatMap((module) => [
    [`aws:${module}/loadBalancer:LoadBalancer`, loadBalancer],
    [`aws:${module}/targetGroup:TargetGroup`, targetGroup],
    [`aws:${module}/listener:Listener`, listener],
  ]),
);

export const network: Companions = {
  ...balancers,
  "aws:route53/zone:Zone": zone,
  "aws:route53/record:Record": record,
  "aws:acm/certificate:Certificate": certificate,
  "aws:acm/certificateValidation:CertificateValidation": (made) => ({ id: made.createdAt, outputs: {} }),
  "aws:cloudfront/distribution:Distribution": cloudFront("distribution", "E", (made) => ({
    ...{ domainName: `d${made.lower(13)}.cloudfront.net`, hostedZoneId: CLOUDFRONT_ZONE, status: "Deployed" },
    ...{ lastModifiedTime: made.createdAt, inProgressValidationBatches: 0, trustedKeyGroups: [], trustedSigners: [] },
    ...{ loggingV1Enabled: false },
  })),
  "aws:cloudfront/originAccessControl:OriginAccessControl": cloudFront("origin-access-control", "E"),
  "aws:cloudfront/originAccessIdentity:OriginAccessIdentity": cloudFront("origin-access-identity", "E", (made, id) => ({
    iamArn: `arn:${made.partition}:iam::cloudfront:user/CloudFront Origin Access Identity ${id}`,
    cloudfrontAccessIdentityPath: `origin-access-identity/cloudfront/${id}`,
    s3CanonicalUserId: made.hex(96, "canonical"),
  })),
  "aws:cloudfront/cachePolicy:CachePolicy": cloudFront("cache-policy", ""),
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": cloudFront("origin-request-policy", ""),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": cloudFront("response-headers-policy", ""),
  "aws:cloudfront/publicKey:PublicKey": cloudFront("public-key", "K"),
  "aws:cloudfront/keyGroup:KeyGroup": cloudFront("key-group", ""),
  "aws:cloudfront/function:Function": (made) => {
    const name = made.name();
    const etag = `E${made.upper(13, "etag")}`;
    const arn = made.globalArn("cloudfront", `function/${name}`);
    return { outputs: { name, arn, etag, liveStageEtag: etag, status: "UNASSOCIATED" } };
  },
  "aws:wafv2/webAcl:WebAcl": waf("webacl"),
  "aws:wafv2/ipSet:IpSet": waf("ipset"),
  "aws:wafv2/ruleGroup:RuleGroup": waf("rulegroup"),
  "aws:wafv2/regexPatternSet:RegexPatternSet": waf("regexpatternset"),
  "aws:wafv2/webAclAssociation:WebAclAssociation": (made) => ({
    id: `${made.text("webAclArn") ?? ""},${made.text("resourceArn") ?? ""}`,
    outputs: {},
  }),
};
