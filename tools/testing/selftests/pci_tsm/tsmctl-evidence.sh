#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# tsmctl and the evidence of native SPDM: as it is known, by a nonce, and verified.
# timeout: 300

. "${0%/*}/ctl.sh"

rm -rf $tmp
mkdir -p $tmp
udevadm control --exit 2>/dev/null
rm -f /run/udev/control
unload 2>/dev/null
echo "TAP version 13"

modprobe devsec_bus topology="ep*2"
devsec-dsm --slots 0,1 --pid-file /run/devsec-dsm.pid >/dev/null 2>&1
./anchor clear
modprobe native_tsm
dev=$(ls -d $pci/*/tsm/connect | head -n 1)
dev=${dev%/tsm/connect}
dev=${dev##*/}
nonce=00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210
check "a device that nobody vouches for" says 6 "vouches" connect "$dev"
./anchor add /etc/devsec-dsm/root-*.der >/dev/null
check "no evidence of a device that is not connected" says 3 "no such evidence" \
	evidence "$dev" -o $tmp/e
check "none with a nonce" says 3 "not connected" evidence "$dev" --nonce random -o $tmp/e
check "native connect" json 0 '.device.identity == "verified"' connect "$dev"
check "evidence" run 0 evidence "$dev" -o $tmp/known
check "a certificate chain is known by now" grep -q '^slot0 ' $tmp/out
check "evidence by a nonce" run 0 evidence "$dev" --nonce $nonce -o $tmp/fresh
check "with the nonce" grep -q "^measurements.*$nonce" $tmp/out
check "as a document" json 0 "any(.objects[]; .type == \"measurements\" and .slot == 1 and
	.nonce == \"$nonce\")" evidence "$dev" --nonce $nonce --slot 1 -o $tmp/one
check "digests alone" json 0 'all(.objects[]; .length > 0 and (.digest | length) > 0)' \
	evidence "$dev" --digests
check "digests are not written" says 2 "no evidence to write" \
	evidence "$dev" --digests -o $tmp/fresh
check "and what was there is still there" [ -s $tmp/fresh/evidence.json ]
check "one type alone" json 0 '[.objects[].type] == ["slot0"]' evidence "$dev" --type slot0 -o $tmp/t
check "anybody may have certificates" nobody "tsmctl evidence $dev --type slot0 -o /tmp/n >/dev/null"
nobody "tsmctl evidence $dev --type measurements -o /tmp/n" >$tmp/out 2>$tmp/err
check "but not measurements" [ $? = 4 ]
for der in /etc/devsec-dsm/root-*.der; do
	echo "-----BEGIN CERTIFICATE-----"
	base64 "$der"
	echo "-----END CERTIFICATE-----"
done >$tmp/ca.pem
check "verify" run 0 verify $tmp/fresh --ca $tmp/ca.pem --nonce $nonce
check "as a document" json 0 '.ok and (.measurements | length) >= 6' verify $tmp/fresh \
	--ca $tmp/ca.pem --nonce $nonce
tsmctl --json evidence "$dev" --type slot0,vca --digests >$tmp/digests.json
check "by digests that were printed" run 0 verify $tmp/fresh --ca $tmp/ca.pem --nonce $nonce \
	--digests $tmp/digests.json
check "which are looked at" grep -q "^slot0: digest from the file *pass" $tmp/out
check "no policy" run 3 verify $tmp/fresh --ca $tmp/ca.pem --policy $tmp/none.json
echo "{}" >$tmp/none.json
check "a policy that is none" run 7 verify $tmp/fresh --ca $tmp/ca.pem --policy $tmp/none.json
check "with another nonce" run 6 verify $tmp/fresh --ca $tmp/ca.pem --nonce random
check "with nobody to vouch for it" json 6 '.ok == false' verify $tmp/fresh --nonce $nonce
check "without a nonce" run 0 verify $tmp/fresh --ca $tmp/ca.pem
check "which may be old" grep -q "holds; how old it is, nobody knows" $tmp/out
check "no directory" run 3 verify $tmp/none
check "native disconnect" run 0 disconnect "$dev"
rmmod native_tsm
kill "$(cat /run/devsec-dsm.pid)"
while [ -e /run/devsec-dsm.pid ]; do usleep 10000; done

unload
echo "1..$n"
[ $failed = 0 ]
