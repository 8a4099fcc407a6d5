#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make the certificate chains of the software DSM: test identities, whose keys
# protect nothing and are made anew by each build; none is committed.
#
# usage: gen-identity.sh DIR
#
# DIR/ALG/		for each algorithm (ecdsa-p256 ... rsassa-4096):
#   root.der		root CA, what a verifier takes for its anchor
#   inter.der		intermediate CA; inter-big.der and inter-huge.der are the
#			same, with 20 and 56 KiB of padding
#   leaf-VVVV-DDDD.der	leaf of slots 0, 2, ... for PCI vendor and device
#   leaf-VVVV-DDDD-b.der	the same of slots 1, 3, ..., with a key of its own
#   a.key, b.key	keys of the leaves
# DIR/root-ALG.der	all roots, to be loaded into a keyring
# DIR/VARIANT/ALG/	what is different in a bad identity; the rest is as above:
#   expired	leaf that was valid in 2020 only
#   wrong-san	leaf of another device
#   leaf-ca	leaf that is a CA and may sign certificates
#   no-digsig	leaf whose key may not sign
#   wrong-eku	leaf of a requester
#   bad-link	leaf that another key than the intermediate's has signed
#   foreign	chain that ends in another root, foreign/ALG/root.der
#
# The rules of a leaf are those of CMA-SPDM (PCIe r6.1 sec 6.31.3). A second call
# does nothing, unless this script has changed.
set -eu

dir=${1:?usage: gen-identity.sh DIR}
algorithms="ecdsa-p256 ecdsa-p384 ecdsa-p521 rsassa-2048 rsassa-3072 rsassa-4096"
days=36500

# Devices: vendor-device, then what the SAN says. devsec_bus's switch (a bridge has no
# subsystem ids there), endpoint and RCiEP, and QEMU's NVMe.
devices="dec0-0002:CC=060400:REV=01
dec0-0010:CC=120000:REV=01:SSVID=dec0:SSID=0010
dec0-0011:CC=120000:REV=01:SSVID=dec0:SSID=0011
1b36-0010:CC=010802:REV=02:SSVID=1af4:SSID=1100"

stamp=$(cksum <"$0")
if [ "$(cat "$dir/.made-by" 2>/dev/null)" = "$stamp" ]; then
	exit 0
fi
command -v openssl >/dev/null || {
	echo "gen-identity: there is no openssl" >&2
	exit 1
}

responder=1.3.6.1.4.1.412.274.3
requester=1.3.6.1.4.1.412.274.4

digest_of() {
	case $1 in
	ecdsa-p256 | rsassa-2048) echo sha256 ;;
	ecdsa-p384 | rsassa-3072) echo sha384 ;;
	*) echo sha512 ;;
	esac
}

# key ALG FILE
key() {
	case $1 in
	rsassa-*) set -- "$2" -algorithm RSA -pkeyopt "rsa_keygen_bits:${1#rsassa-}" ;;
	ecdsa-*) set -- "$2" -algorithm EC -pkeyopt "ec_paramgen_curve:P-${1#ecdsa-p}" \
		-pkeyopt ec_param_enc:named_curve ;;
	esac
	out=$1
	shift
	openssl genpkey "$@" -outform PEM -out "$out" 2>/dev/null
	openssl pkey -in "$out" -pubout -out "$tmp/${out##*/}.pub"
}

# Extensions of a CA, and of a leaf; $ca, $usage, $eku and $san change a leaf.
ca_ext() {
	printf '%s\n' 'basicConstraints=critical,CA:true' 'keyUsage=critical,keyCertSign,cRLSign' \
		'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid'
}

leaf_ext() {
	printf '%s\n' "basicConstraints=critical,CA:${ca:-false}" \
		"keyUsage=critical,${usage:-digitalSignature}" \
		"extendedKeyUsage=${eku:-$responder}" \
		"subjectAltName=otherName:2.23.147;UTF8:$san" \
		'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid'
}

# cert SUBJECT KEY OUT ARGS...: a certificate, with the extensions on stdin
cert() {
	subject=$1 key=$2 out=$3
	shift 3
	cat >"$tmp/ext"
	openssl x509 -new -subj "$subject" -force_pubkey "$tmp/${key##*/}.pub" -days $days \
		-extfile "$tmp/ext" "-$hash" -outform DER -out "$out" "$@" 2>"$tmp/err" || {
		cat "$tmp/err" >&2
		return 1
	}
}

# from_inter SUBJECT KEY OUT: one that the intermediate signs
from_inter() { cert "$1" "$2" "$3" -CA "$base/inter.pem" -CAkey "$base/inter.key"; }

# The only way to a time in the past that all releases of openssl have.
expired() {
	subject=$1 key=$2 out=$3
	cat >"$tmp/ext"
	: >"$tmp/index"
	cat >"$tmp/ca.conf" <<-END
		[ca]
		default_ca = d
		[d]
		database = $tmp/index
		new_certs_dir = $tmp
		policy = p
		rand_serial = yes
		unique_subject = no
		[p]
		organizationName = optional
		commonName = supplied
	END
	openssl req -new -subj "$subject" -key "$key" -out "$tmp/csr"
	openssl ca -batch -config "$tmp/ca.conf" -cert "$base/inter.pem" -notext \
		-keyfile "$base/inter.key" -startdate 20200101000000Z -enddate 20201231235959Z \
		-md "$hash" -extfile "$tmp/ext" -in "$tmp/csr" -out "$tmp/cert" 2>"$tmp/err" || {
		cat "$tmp/err" >&2
		return 1
	}
	openssl x509 -in "$tmp/cert" -outform DER -out "$out"
}

padded() {
	{ ca_ext; printf 'nsComment='; head -c "$1" /dev/zero | tr '\0' x; echo; }
}

# cas ALG: root, intermediates, and the foreign root
cas() {
	# RSA keys take their time: the foreign root has that of a leaf
	for k in root inter a b; do
		key "$1" "$base/$k.key"
	done
	o="/O=devsec test"
	ca_ext | cert "$o/CN=root $1" "$base/root.key" "$base/root.der" -signkey "$base/root.key"
	ca_ext | cert "$o/CN=foreign root $1" "$base/b.key" "$new/foreign/$1/root.der" \
		-signkey "$base/b.key"
	for f in root foreign; do
		[ $f = root ] && from=$base/root.der || from=$new/foreign/$1/root.der
		openssl x509 -inform DER -in "$from" -out "$base/$f.pem"
	done
	by_root="-CA $base/root.pem -CAkey $base/root.key"
	name="$o/CN=intermediate $1"
	# Names of files have no blanks here: $tmp is below $dir, checked at the start
	# shellcheck disable=SC2086
	{
		ca_ext | cert "$name" "$base/inter.key" "$base/inter.der" $by_root
		padded 20000 | cert "$name" "$base/inter.key" "$base/inter-big.der" $by_root
		padded 57000 | cert "$name" "$base/inter.key" "$base/inter-huge.der" $by_root
	}
	ca_ext | cert "$name" "$base/inter.key" "$new/foreign/$1/inter.der" \
		-CA "$base/foreign.pem" -CAkey "$base/b.key"
	openssl x509 -inform DER -in "$base/inter.der" -out "$base/inter.pem"
}

# leaves ALG KEY SUFFIX: for each device a good one, and one of each bad kind
leaves() {
	echo "$devices" | while IFS=: read -r id rest; do
		subject="/O=devsec test/CN=$id $1$3"
		san="Vendor=${id%-*}:Device=${id#*-}:$rest"
		file=$1/leaf-$id$3.der
		leaf_ext | from_inter "$subject" "$2" "$new/$file"
		leaf_ext | expired "$subject" "$2" "$new/expired/$file"
		(san="Vendor=ffff:Device=${id#*-}:$rest"; leaf_ext) |
			from_inter "$subject" "$2" "$new/wrong-san/$file"
		(ca=true usage=digitalSignature,keyCertSign; leaf_ext) |
			from_inter "$subject" "$2" "$new/leaf-ca/$file"
		(usage=keyAgreement; leaf_ext) | from_inter "$subject" "$2" "$new/no-digsig/$file"
		leaf_ext | grep -v basicConstraints |
			from_inter "$subject" "$2" "$new/no-constraints/$file"
		(eku=$requester; leaf_ext) | from_inter "$subject" "$2" "$new/wrong-eku/$file"
		leaf_ext | cert "$subject" "$2" "$new/bad-link/$file" \
			-CA "$base/evil.pem" -CAkey "$base/root.key"
	done
}

# The work of one algorithm, in a process of its own
all_of() {
	base=$new/$1 tmp=$new/tmp-$1 hash=$(digest_of "$1")
	mkdir -p "$tmp" "$base"
	for v in expired wrong-san leaf-ca no-digsig no-constraints wrong-eku bad-link foreign; do
		mkdir -p "$new/$v/$1"
	done
	cas "$1"
	# The intermediate's name and key id, with a key that is not the intermediate's
	id=$(openssl x509 -in "$base/inter.pem" -noout -ext subjectKeyIdentifier |
		tail -n 1 | tr -d ' :')
	ca_ext | sed "s/^subjectKeyIdentifier=.*/subjectKeyIdentifier=$id/" |
		cert "/O=devsec test/CN=intermediate $1" "$base/root.key" "$tmp/evil.der" \
			-CA "$base/root.pem" -CAkey "$base/root.key"
	openssl x509 -inform DER -in "$tmp/evil.der" -out "$base/evil.pem"
	leaves "$1" "$base/a.key" ""
	leaves "$1" "$base/b.key" -b
	cp "$base/root.der" "$new/root-$1.der"
	# Keys of CAs are not needed any more
	rm -rf "$tmp" "$base"/*.pem "$base/root.key" "$base/inter.key"
}

case $dir in
*[[:space:]]*)
	echo "gen-identity: a name with blanks: $dir" >&2
	exit 1 ;;
esac
mkdir -p "$dir"
rm -rf "$dir"/.new.*	# of one that was stopped
new=$(mktemp -d "$dir/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
pids=
for alg in $algorithms; do
	all_of "$alg" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid"
done
chmod 600 "$new"/*/*.key
# What an earlier version of this script made goes away
rm -rf "${dir:?}"/* "$dir/.made-by"
mv "$new"/* "$dir/"
echo "$stamp" >"$dir/.made-by"
