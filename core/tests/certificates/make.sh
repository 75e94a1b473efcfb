#!/bin/sh
# Makes the certificates of this folder anew, with OpenSSL 3. Keys are made for the occasion and thrown away, so every
# fingerprint changes: run the tests with UPDATE=1 afterwards, which writes the texts above the PEM blocks.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
serial=4096

# configuration [string_mask]
configuration() {
    cat > conf <<CONF
[req]
distinguished_name = any
string_mask = ${1:-utf8only}
[any]
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
serial = serial
policy = policy
unique_subject = no
default_md = sha256
[policy]
commonName = optional
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[subordinate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[host]
keyUsage = digitalSignature, keyEncipherment
subjectAltName = DNS:esx01.lab.test, IP:192.0.2.11, IP:2001:db8::11
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[wildcard]
subjectAltName = DNS:*.lab.test
[bare]
subjectKeyIdentifier = hash
CONF
}

key() { # name, then the arguments of genpkey
    name=$1; shift
    openssl genpkey -out "$name.key" "$@" 2> /dev/null
}

rsa() { key "$1" -algorithm RSA -pkeyopt "rsa_keygen_bits:${2:-2048}"; }
ec() { key "$1" -algorithm EC -pkeyopt "ec_paramgen_curve:$2"; }

# sign NAME ISSUER SUBJECT EXTENSIONS START END [more arguments of `openssl ca`]; ISSUER `self` signs itself
sign() {
    name=$1 issuer=$2 subject=$3 extensions=$4 start=$5 end=$6; shift 6
    [ -e "$name.key" ] || rsa "$name"
    openssl req -new -utf8 -config conf -key "$name.key" -subj "$subject" -out "$name.csr"
    : > index; serial=$((serial + 1)); printf '%X\n' "$serial" > serial
    if [ "$issuer" = self ]; then set -- -selfsign -keyfile "$name.key" "$@"
    else set -- -cert "$issuer.pem" -keyfile "$issuer.key" "$@"; fi
    if [ "$extensions" != none ]; then set -- -extensions "$extensions" "$@"; fi
    openssl ca -batch -notext -preserveDN -config conf -in "$name.csr" -out "$name.pem" \
        -startdate "$start" -enddate "$end" "$@" 2> log || { cat log >&2; exit 1; }
}

vmca='/CN=CA/DC=vsphere/DC=local/C=US/ST=California/O=vcenter.lab.test/OU=VMware Engineering'
host='/OU=VMware Engineering/O=VMware/L=Palo Alto/ST=California/C=US/emailAddress=vmca@vmware.com/CN=esx01.lab.test'
from=20240101000000Z until=20290101000000Z roots_until=20340101000000Z

configuration
sign vmca-root self "$vmca" authority 20240101000000Z $roots_until
sign vmca-root-replaced self "$vmca" authority 20250101000000Z $roots_until
sign host vmca-root "$host" host $from $until
sign host-of-replaced-root vmca-root-replaced "$host" host $from $until
sign subordinate vmca-root "/CN=Subordinate CA/O=lab.test" subordinate $from $roots_until -md sha384
sign host-of-subordinate subordinate "$host" host $from $until -md sha512
sign host-sha1 vmca-root "$host" host $from $until -md sha1
sign host-md5 vmca-root "$host" host $from $until -md md5
sign host-pss vmca-root "$host" host $from $until -sigopt rsa_padding_mode:pss
sign sms-self-signed self "/CN=SMS-190822160155862/O=VMware/C=US" bare $from $until
rsa rsa-1024 1024; sign rsa-1024 self "/CN=small.lab.test" bare $from $until
rsa rsa-8192 8192; sign rsa-8192 self "/CN=large.lab.test" bare $from $until
ec p256 P-256; sign p256 self "/CN=P-256" authority $from $until
ec p384 P-384; sign p384 self "/CN=P-384" authority $from $until -md sha384
ec p521 P-521; sign p521 self "/CN=P-521" authority $from $until -md sha512
sign host-of-p256 p256 "$host" host $from $until -md sha512
sign host-of-p384 p384 "$host" host $from $until -md sha256
key ed25519 -algorithm ED25519; sign ed25519 self "/CN=Ed25519" authority $from $until -md null
sign years-1950-to-9999 self "/CN=always" bare 19500101000000Z 99991231235959Z
sign years-2049-to-2050 self "/CN=one second" bare 20491231235959Z 20500101000000Z
sign version-1-root self "/CN=Version 1 root" none $from $roots_until
sign host-of-version-1-root version-1-root "/CN=esx01.lab.test" none $from $until
sign wildcard self "/CN=lab.test" wildcard $from $until
sign odd-names self "/DC=test/DC=lab/O=VMware, Inc.+OU=a \"b\" <c>/2.5.4.97=VATDE-1/CN=first/CN=#Zürich " bare $from $until \
    -multivalue-rdn
configuration pkix
sign bmp-string self "/O=Łódź/CN=old authority" bare $from $until

for made in *.pem; do
    case $made in [0-9A-F][0-9A-F][0-9A-F][0-9A-F].pem) ;; *) cp "$made" "$here/" ;; esac
done
