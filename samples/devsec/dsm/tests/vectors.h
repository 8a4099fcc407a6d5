/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session of DMTF's spdm-emu, as it was captured: SPDM 1.2, SHA-384, ECDSA
 * P-384, secp384r1, AES-256-GCM. Messages as on the wire, secrets as computed from
 * them by a third program; all as text, hexadecimal.
 */
#ifndef __DEVSEC_DSM_VECTORS_H
#define __DEVSEC_DSM_VECTORS_H

static const char vec_get_version[] =
	"10840000";
static const char vec_version[] =
	"10040000000500100011001200130014";
static const char vec_get_caps[] =
	"12e1000000000000c60600000012000000120000";
static const char vec_caps[] =
	"1261000000000000f7fb1a000012000000800200";
static const char vec_neg_alg[] =
	"12e304003000010290000000030000000000000000000000000000000000000002201b0003200600"
	"04200f0005200100";
static const char vec_alg[] =
	"12630400340001020800000080000000020000000000000000000000000000000000000002201000"
	"032002000420080005200100";
static const char vec_ct[] =
	"dc024e78fa5e45d82e45c67fb5fce2b9987adfee9ea33e56d5ed8347e8aaa3d01891727f3c5dd7a2"
	"e1ab7fd36138375d";
static const char vec_key_exchange[] =
	"12e4ff00ffff01004397129ae21ef7c4c1841ac30afd3fd5cf5480db4577eb52c9bee0f8b72c89ab"
	"a8bf27dbcfdde9f851a2b8eb84c1cf08e0c2702f94b4c2940b215d47a43b8f143888e9740228126c"
	"a0562c8a48303cc8b26176e01d62abd4f585dd6afb555e41895c1f1cb71cf7b6e54fbdba62681ca1"
	"025c49ffc4b9d638f907d79a8ae5401f14000100000000000900010103001000110012000000";
static const char vec_key_exchange_rsp[] =
	"12640000ffff0000662fcce3729a2694e966eeacccaa2f57186b634aaaa9204977d63a1926f20622"
	"c4aa0b4fd1154bb8c59c5c7d3bc3678b2371cf7deeeaaa24c8e22b1472cfdd3fe8018dbb8e8bbb64"
	"a7ba7e057bf08e8a66c5afd1a85988a1faf0f192402d6e6700e0beff30d92194e79164308a333599"
	"63466380e2a5484069722bf394984a5dfdabe16b17dedf3e762a76f1c5d9ee015e9f50b75bd75ea1"
	"8db5d398b880258b46fcc81ae53a9aa35f49f4c24f4ed5a20c00010000000000040001000012649a"
	"3cfd439e2e074067588c169859581d91db2a6ecb6aed0df53e78e2d6760d93a09bf52de9d26bdc1b"
	"70a417fed35504a809ba7121886075b6c0d29bed8d515de2d7459b60d9b5fea3b38ceeaea4f3fddd"
	"983bfbf6057ff3cabf869b104a34acb0ab712b48df30780059735412d1451664f014432f59d42b57"
	"97912879f913c54f721c48bb2f300bc995a3475c2730";
static const char vec_finish[] =
	"12e50000d8779f780fd69aa78f74369e14fbac6476dc66deb8f32aa3261d6f328515d046d8c6a398"
	"f44d6259f4cd51f833ce9ae0";
static const char vec_finish_rsp[] =
	"12650000";
static const char vec_leaf_x[] =
	"0d1cb9201cdcedc864e970a36212dad4fe5994cebdaed7d294e4e3118878b988c0ed5be1414adf28"
	"db490f38815268b5";
static const char vec_leaf_y[] =
	"4c6a110b58b19cc14d4741141f6dd657aca39fd1b964de0711e83178de753ab72c1556eaf5206393"
	"0f33a971a37e7819";
static const char vec_sig_hash[] =
	"4c6424b487f040436e9483ec673eea8f475977a98646208cb2c1115170ce1ba5dee1ed4c0f24f9f7"
	"14205cbb4525e907";
static const char vec_sig_digest[] =
	"bf1240600c57891e427e6f01608d1f03c0f450c406550cde108a1141c383d078ee4efc70648e596a"
	"dea65447f6f8aeca";
static const char vec_th1[] =
	"d3fc3909beb0dad76d84e6e24f129c7473ce9eb73cfdd67804f9cc331d5ed8010e4e4b6039ecf226"
	"64970805920a37a4";
static const char vec_dhe[] =
	"4c4d0cd20e4e226e8bd66ff56d84157897d126aa7ff2b3951fbd7ad01ec1dbaae0c90bdd48313be1"
	"c914aaa7bd50b94b";
static const char vec_hs[] =
	"334dcc553b93a88f8541619754dee1c5a94284967f7f42fd264ba1b216d0311208cda7c694fd1e2b"
	"bfaa6cf0d802ccbb";
static const char vec_req_hs[] =
	"c099c80d7a6c380cf162f0af1f5fbb506f5211db41a77032f109d0965c82b2d38a243442a017b204"
	"681185c665099c90";
static const char vec_rsp_hs[] =
	"8e29b6d433046bf5edef37df35e93259827d71b1c45d773c37c102a36cc75bf013dd5d99ef1dc066"
	"8114722ce068e64a";
static const char vec_req_finished[] =
	"a4896c130dc840915bf6379c66373fcc9cb93b7fc680ea9cb065221110752b3f26c7fec222d30c58"
	"2aa4a36a5ab56fc1";
static const char vec_rsp_finished[] =
	"3973640a55cd8fbe6e89db7d64c68ed9b3621b881dd290984a6e7a7ddf9bc23c026d57ba6c98514e"
	"85b2a143e1f79ff1";
static const char vec_req_hs_key[] =
	"efdc9d39b9a625d8bc7b7c53f8bbd9889388394cdde7d9c07f8ac1b2b4aff277";
static const char vec_req_hs_iv[] =
	"a51b34812c6bdf7c9a2f609a";
static const char vec_rsp_hs_key[] =
	"8e89f575d4fed5e16b88b7514d9ec91407d8fba74f44e96c5ec33a9e13545a77";
static const char vec_rsp_hs_iv[] =
	"c5edf1a552933ab2344c2566";
static const char vec_th2[] =
	"31d4d26f5a06a7664f55f953c2243c031cd23cc75ac124e76e81575c4af6a12835c26dd68bab92ee"
	"bcfbd2a23328aa73";
static const char vec_ms[] =
	"c67417a2dee0cdfda832580e4d905a0fc7e34f10031382511f894b2bc15ef449725bba5a9c6ac47c"
	"55c2a8d6e53cb7c6";
static const char vec_req_app[] =
	"541b68eff3369b9126cf8ad991e430f06360ec8ca4b0787b0649d3f0d008d5b45dc057ed43bef30e"
	"d154b370546b6855";
static const char vec_rsp_app[] =
	"e7e02a9baba37910926746e2e322291e76882b405134c8c99b313045152d542b6fa6322a749ce0af"
	"45697f427e143384";
static const char vec_req_app_key[] =
	"3a097e4b4b09923bb8b2c6850af1ddb534a5877435c77fbcec096d3b6c137948";
static const char vec_req_app_iv[] =
	"ca5282e2e4b4d27ab4d9194b";
static const char vec_rsp_app_key[] =
	"6bd4c4c1b9aa899dbd13193010bcdc76a1cfdbb73dac3cc47bdf33eddbbd990f";
static const char vec_rsp_app_iv[] =
	"bceaefb9f39c6b4212412976";
static const char vec_doe_finish[] =
	"ffffffff4600cc382418c12aacbc48704e53fdd5b0575b3f11e99019782a0fbfd557310bc2a7aeaf"
	"baef10327ec7c35c81f1ada48d64b75dd10e56fe2039887754e68de9ac4f11b9cc9d6e92";
static const char vec_doe_finish_rsp[] =
	"ffffffff1600797b83936d71d8742107f183051d143286814a7bd92b";

#endif /* __DEVSEC_DSM_VECTORS_H */
