/**
 * TLS for the local cloud: a certificate authority kept beside the state, and a server certificate for this machine's
 * loopback names. The authority is limited by name constraints to those names (RFC 5280 §4.2.1.10), so that even its
 * stolen key is worth nothing elsewhere.
 */
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from "@peculiar/asn1-x509";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

import { makeFolder } from "../folders.ts";
import { StateError } from "../store/store.ts";

export interface ServerCertificate {
  /** PEM; the private key in PKCS#8. */
  key: string;
  cert: string;
  /** The authority's certificate, which clients are to trust. */
  caFile: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Apple's systems take no server certificate that is valid for longer. */
const SERVER_DAYS = 825;
const SPARE_DAYS = 30;

/**
 * The certificate for this start, made anew; the authority is made once.
 * @param folder where the authority is kept (0600 in 0700)
 * @throws StateError when the authority is damaged
 */
export async function serverCertificate(folder: string, now: number): Promise<ServerCertificate> {
  const caFile = join(folder, "ca.pem");
  const authority = (await readAuthority(folder, caFile, now)) ?? (await createAuthority(folder, caFile, now));
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString("hex"),
    subject: "CN=demo-auth local cloud",
    issuer: authority.certificate.subject,
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + SERVER_DAYS * DAY),
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return { key: await exportKey(keys.privateKey), cert: certificate.toString("pem"), caFile };
}

interface Authority {
  certificate: X509Certificate;
  key: CryptoKey;
}

async function readAuthority(folder: string, caFile: string, now: number): Promise<Authority | undefined> {
  const keyFile = join(folder, "ca.key");
  if (!existsSync(caFile) || !existsSync(keyFile)) return undefined;
  try {
    const certificate = new X509Certificate(readFileSync(caFile, "utf8"));
    if (certificate.notAfter.getTime() < now + SPARE_DAYS * DAY) return undefined;
    const pkcs8 = Buffer.from(readFileSync(keyFile, "utf8").replace(/-----[^-]+-----|\s/g, ""), "base64");
    const key = (await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"])) as CryptoKey;
    return { certificate, key };
  } catch {
    // A new one in its place would be trusted by nobody, and nobody would know why.
    const next = `Remove it, and trust the new one that the next start makes: rm -r '${folder}'`;
    throw new StateError(folder, "the certificate authority in it is damaged", next);
  }
}

async function createAuthority(folder: string, caFile: string, now: number): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString("hex"),
    name: "CN=demo-auth local authority (this machine only)",
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(loopbackOnly())),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  makeFolder(folder, 0o700);
  writeFileSync(join(folder, "ca.key"), await exportKey(keys.privateKey), { mode: 0o600 });
  writeFileSync(caFile, certificate.toString("pem"), { mode: 0o600 });
  return { certificate, key: keys.privateKey };
}

function loopbackOnly(): NameConstraints {
  const subtree = (base: GeneralName) => new GeneralSubtree({ base });
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees([
      subtree(new GeneralName({ dNSName: "localhost" })),
      subtree(new GeneralName({ iPAddress: "127.0.0.0/8" })),
      subtree(new GeneralName({ iPAddress: "::1/128" })),
    ]),
  });
}

const generateKeys = (): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;

async function exportKey(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key as webcrypto.CryptoKey));
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}
