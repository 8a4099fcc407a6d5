#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Make drivers/pci/spdm/tests/vectors.h.

usage: mkvectors.py >drivers/pci/spdm/tests/vectors.h

Known answers come from known.txt. Certificates, and signatures of RSA, are made
anew by the openssl command (3.0 or later), with keys that are thrown away: another
run gives others, which are as good. The kernel does not make any of them, so that
it cannot agree with itself.
"""
import calendar
import hashlib
import os
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SPDM = "1.3.6.1.4.1.412.274"
NAMES = [("2.23.147", "Vendor=1b36:Device=0010:CC=010802:REV=02:SSVID=1af4:SSID=1100"),
         (SPDM + ".1", "ACME:WIDGET:0123456789")]
# The prefix of SPDM 1.2 before the digest of a transcript
CONTEXT = b"responder-challenge_auth signing"
PREFIX = b"dmtf-spdm-v1.2.*" * 4 + bytes(36 - len(CONTEXT)) + CONTEXT

CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n" \
     "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
LEAF = f"""basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
extendedKeyUsage={SPDM}.3,serverAuth
subjectAltName=@names
{SPDM}.6=ASN1:SEQUENCE:ids
[names]
DNS.0=device.example
dirName.0=dir
otherName.0={NAMES[0][0]};UTF8:{NAMES[0][1]}
otherName.1=1.2.3.4;IA5:no UTF-8 string
otherName.2={NAMES[1][0]};UTF8:{NAMES[1][1]}
[dir]
CN=of no use
[ids]
one=SEQUENCE:one
[one]
id=OID:{SPDM}.2
"""
MANY = "subjectAltName=@names\nextendedKeyUsage=" + SPDM + ".4\n[names]\n" + \
    "".join(f"otherName.{i}=2.23.147;UTF8:name {i}\n" for i in range(6))
# The command does not make the same extension twice: one is renamed afterwards, and the
# signature does not cover that.
TWICE = "keyUsage=digitalSignature\n2.5.29.16=DER:03020204\n"
RENAMED = bytes.fromhex("0603551d10"), bytes.fromhex("0603551d0f")


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def key(name, kind):
    """A key of a curve, or of RSA of so many bits, in the file @name.key."""
    opts = ("RSA", "-pkeyopt", f"rsa_keygen_bits:{kind}") if isinstance(kind, int) \
        else ("EC", "-pkeyopt", f"ec_paramgen_curve:{kind}")
    openssl("genpkey", "-algorithm", *opts, "-out", f"{name}.key")


def cert(name, kind, subject, exts, issuer=None, digest="sha384"):
    """A certificate in DER, signed by @issuer, or by itself."""
    key(name, kind)
    with open(f"{name}.cnf", "w", encoding="ascii") as f:
        f.write(exts)
    openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-utf8",
            "-out", f"{name}.csr")
    signer = ("-signkey", f"{name}.key") if not issuer else \
        ("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key")
    openssl("x509", "-req", "-in", f"{name}.csr", "-days", "7300", f"-{digest}", *signer,
            "-set_serial", str(abs(hash(name)) % 2**60 + 1), "-extfile", f"{name}.cnf",
            "-out", f"{name}.pem")
    return openssl("x509", "-in", f"{name}.pem", "-outform", "DER")


def date(name, which):
    text = openssl("x509", "-in", f"{name}.pem", "-noout", f"-{which}").decode()
    return calendar.timegm(time.strptime(text.split("=", 1)[1].strip(), "%b %d %H:%M:%S %Y GMT"))


def raw_ecdsa(der, width):
    """r and s of fixed width, from their DER."""
    pos, out = 3 if der[1] & 0x80 else 2, b""
    for _ in range(2):
        size = der[pos + 1]
        out += int.from_bytes(der[pos + 2:pos + 2 + size], "big").to_bytes(width, "big")
        pos += 2 + size
    return out


def sign(name, digest, algo):
    """The signature of a digest."""
    with open("digest", "wb") as f:
        f.write(digest)
    return openssl("pkeyutl", "-sign", "-inkey", f"{name}.key", "-in", "digest",
                   "-pkeyopt", f"digest:{algo}")


def rsa_vectors():
    for bits in 2048, 3072, 4096:
        key(f"rsa{bits}", bits)
        # The key as in a certificate, without what is around it
        yield f"rsa_{bits}_key", openssl("rsa", "-in", f"rsa{bits}.key", "-RSAPublicKey_out",
                                         "-outform", "DER")
        for algo in "sha256", "sha384", "sha512":
            digest = hashlib.new(algo, b"sample").digest()
            yield f"rsa_{bits}_{algo}", sign(f"rsa{bits}", digest, algo)


def cert_vectors():
    root, leaf = "/O=Example/CN=Root", "/O=Example/CN=Leaf"
    yield "cert_root", cert("root", "P-384", root, CA)
    yield "cert_inter", cert("inter", "P-256", "/CN=Intermediate", CA, "root")
    yield "cert_leaf", cert("leaf", "P-384", leaf, LEAF, "inter", "sha256")
    yield "cert_many", cert("many", "P-521", "/CN=Many", MANY, "root", "sha512")
    yield "cert_rsa", cert("rsa", 3072, "/CN=RSA", "subjectKeyIdentifier=none\n", "root")
    yield "cert_sha1", cert("sha1", "P-256", "/CN=Old", "subjectKeyIdentifier=none\n", "root",
                            "sha1")
    yield "cert_by_leaf", cert("byleaf", "P-256", "/CN=No CA", LEAF, "leaf")
    yield "cert_control", cert("control", "P-256", "/CN=a\x1b[31m\u00e9%s" + "x" * 40, CA)
    yield "cert_twice", cert("twice", "P-256", "/CN=Twice", TWICE,
                               "root").replace(*RENAMED)
    # Another root of the same name, and what it signed without saying by which key
    yield "cert_other_root", cert("other", "P-384", root, CA)
    yield "cert_other_leaf", cert("otherleaf", "P-384", leaf,
                                  "subjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n",
                                  "other")
    transcript = hashlib.sha384(b"transcript").digest()
    yield "leaf_transcript", transcript
    signed = hashlib.sha384(PREFIX + transcript).digest()
    yield "leaf_sig_12", raw_ecdsa(sign("leaf", signed, "sha384"), 48)
    yield "leaf_sig_11", raw_ecdsa(sign("leaf", transcript, "sha384"), 48)


def known():
    with open(os.path.join(HERE, "known.txt"), encoding="ascii") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, digits = line.split()
                yield name, bytes.fromhex(digits)


def array(name, data):
    rows = [data[i:i + 12] for i in range(0, len(data), 12)]
    body = "\n".join("\t" + " ".join(f"0x{b:02x}," for b in row) for row in rows)
    print(f"static const u8 {name}[] __maybe_unused = {{\n{body}\n}};\n")


def main():
    print("""/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Known answers, generated by tools/testing/vectors/mkvectors.py, which tells where
 * they come from. Do not edit.
 */
#ifndef __SPDM_TESTS_VECTORS_H
#define __SPDM_TESTS_VECTORS_H

#include <linux/compiler.h>
#include <linux/types.h>
""")
    for name, data in known():
        array(name, data)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, data in [*rsa_vectors(), *cert_vectors()]:
            array(name, data)
        print(f"#define CERT_LEAF_FROM\t{date('leaf', 'startdate')}LL")
        print(f"#define CERT_LEAF_TO\t{date('leaf', 'enddate')}LL")
    for i, (_, text) in enumerate(NAMES):
        print(f'#define CERT_LEAF_NAME_{i}\t"{text}"')
    print("\n#endif /* __SPDM_TESTS_VECTORS_H */")


if __name__ == "__main__":
    main()
