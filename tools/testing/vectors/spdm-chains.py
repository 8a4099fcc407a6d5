#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Certificates, good and bad ones, and a key for the KUnit suites of SPDM.

usage: spdm-chains.py >drivers/pci/spdm/tests/vectors-chains.h

Made with python's cryptography, which shares nothing with the kernel. Each run
makes new keys: they are worth nothing, and are for tests only.
"""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

DMTF = "1.3.6.1.4.1.412.274."
INFO, REQUESTER, RESPONDER, EXTENSION = (DMTF + n for n in ("1", "4", "3", "6"))
# SEQUENCE { SEQUENCE { OID hardware identity } }
HARDWARE = bytes.fromhex("300e300c060a2b06010401831c821202")
YEARS = {"now": (2000, 2099), "past": (2000, 2001), "future": (2098, 2099)}


class Maker:
    """Certificates by name, each with its key"""

    def __init__(self):
        self.made = {}
        self.serial = 0

    def make(self, name, issuer, ca=False, usage="sign", years="now", key=None, more=(),
             path=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        by = self.made[issuer] if issuer else (None, key, subject)
        begin, end = YEARS[years]
        self.serial += 1
        b = (x509.CertificateBuilder().subject_name(subject).issuer_name(by[2])
             .public_key(key.public_key()).serial_number(self.serial)
             .not_valid_before(datetime.datetime(begin, 1, 1))
             .not_valid_after(datetime.datetime(end, 12, 31))
             .add_extension(x509.BasicConstraints(ca, path), True)
             .add_extension(x509.KeyUsage(
                 digital_signature=usage == "sign", key_cert_sign=usage == "certs",
                 key_agreement=usage == "agree", content_commitment=False,
                 key_encipherment=False, data_encipherment=False, crl_sign=False,
                 encipher_only=False, decipher_only=False), True))
        for extension in more:
            b = b.add_extension(extension, isinstance(extension, x509.NameConstraints))
        cert = b.sign(by[1], hashes.SHA256())
        self.made[name] = (cert.public_bytes(serialization.Encoding.DER), key, subject)


def utf8(text):
    return bytes([0x0c, len(text)]) + text.encode()


def eku(*oids):
    return x509.ExtendedKeyUsage([ObjectIdentifier(o) for o in oids])


def emit(name, data):
    print(f"\nstatic const u8 {name}[{len(data)}] __nonstring =")
    lines = [data[i:i + 20] for i in range(0, len(data), 20)]
    text = ['\t"' + "".join(f"\\x{b:02x}" for b in line) + '"' for line in lines]
    print("\n".join(text) + ";")


def main():
    m = Maker()
    name = x509.OtherName(ObjectIdentifier(INFO), utf8("ACME:WIDGET:0001"))
    device = rsa.generate_private_key(65537, 2048)
    m.make("root", None, ca=True, usage="certs")
    m.make("inter", "root", ca=True, usage="certs", path=0)
    m.make("leaf", "inter", key=device,
           more=[x509.SubjectAlternativeName([name]), eku(RESPONDER, REQUESTER)])
    m.make("other_root", None, ca=True, usage="certs")
    m.make("no_ca", "root")
    m.make("leaf_of_no_ca", "no_ca")
    m.make("no_certs", "root", ca=True, usage="agree")
    m.make("leaf_of_no_certs", "no_certs")
    m.make("leaf_ca", "root", ca=True)
    m.make("leaf_agree", "root", usage="agree")
    m.make("leaf_requester", "root", more=[eku(REQUESTER)])
    m.make("leaf_hardware", "root", more=[
        x509.UnrecognizedExtension(ObjectIdentifier(EXTENSION), HARDWARE)])
    m.make("leaf_past", "root", years="past")
    m.make("leaf_future", "root", years="future")
    m.make("leaf_ec", "root")
    m.make("too_deep", "inter", ca=True, usage="certs")
    m.make("leaf_too_deep", "too_deep")
    m.make("leaf_limits", "root",
           more=[x509.NameConstraints([x509.DNSName("example.org")], None)])
    m.make("weak", "root", ca=True, usage="certs", key=rsa.generate_private_key(65537, 1024))
    m.make("leaf_of_weak", "weak")

    print("/* SPDX-License-Identifier: GPL-2.0 */")
    print("/*\n * Made by tools/testing/vectors/spdm-chains.py; not edited by hand.")
    print(" * Certificates in DER, and the key of the leaf as RSAPrivateKey.\n */")
    print("#ifndef __SPDM_VECTORS_CHAINS_H\n#define __SPDM_VECTORS_CHAINS_H")
    print("\n#include <linux/types.h>")
    for n, (der, _, _) in m.made.items():
        emit("cert_" + n, der)
    emit("leaf_key", device.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption()))
    print("\n#endif /* __SPDM_VECTORS_CHAINS_H */")


if __name__ == "__main__":
    main()
