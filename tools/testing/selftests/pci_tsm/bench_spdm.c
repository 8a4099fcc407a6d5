// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of native SPDM that have a limit: how many messages things take, what
 * 32 devices at once cost over one, and the kernel's CPU time for it over what
 * OpenSSL needs for the same signatures and the same key agreement.
 *
 * CPU time of the kernel is that of all its threads during a connect, by their CPU
 * clocks: the worker, DOE, timers; and the emulated mailbox as well, so it is a bit
 * too much. Neither the DSM nor the writer is in it.
 */
#include <ctype.h>
#include <dirent.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/resource.h>

#include "bench.h"
#include "native.h"

#define DEVICES		32
#define ALGORITHM	"ecdsa-p384"
#define CURVE		"P-384"
#define ALGORITHMS	"--asym " ALGORITHM " --hash sha384 --dhe secp384r1 --aead aes-256-gcm"
#define FAST		"--asym ecdsa-p256 --hash sha256 --dhe secp256r1 --aead aes-128-gcm"
#define NO_SESSION	"--without session " ALGORITHMS
#define EVENT		"/sys/kernel/tracing/events/spdm/spdm_exchange_start/enable"
#define TRACE		"/sys/kernel/tracing/trace"
#define RETRIES		5

/*
 * Links without a stream, whose keys would come on top. Devices have a processor of
 * their own: the DSM, which stands for 32 of them, goes before the kernel's threads.
 */
static void load(const char *dsm)
{
	bool ok = native_unload();

	setpriority(PRIO_PROCESS, 0, -20);
	ok &= native_load("topology=noide*32", str("--threads 32 %s", dsm), "recheck_s=0");
	setpriority(PRIO_PROCESS, 0, 0);
	if (!ok)
		die("loading the modules");
	find_devices();
}

static void verb(const char *what)
{
	if (put("1", DEV "tsm/%s", eps[0].s, what))
		die(what);
}

static void connect_one(void)
{
	verb("connect");
	if (strcmp("tsm0", get(DEV "authenticated", eps[0].s)))
		die("verifying the device");
}

static void session_one(void)
{
	connect_one();
	if (!strcmp("none", info(eps[0].s, "session")))
		die("the session");
	if (put("random", NATIVE_DEBUG "%s/refresh", eps[0].s))
		die("measuring");
	verb("disconnect");
}

/* How many requests are sent meanwhile */
static int messages_of(void (*op)(void))
{
	int n;

	if (run(": >" TRACE) || put("1", EVENT))
		die("tracing");
	op();
	if (put("0", EVENT))
		die("tracing");
	run("grep -c spdm_exchange_start: " TRACE " >/tmp/messages");
	n = atoi(get("/tmp/messages"));
	if (!n)
		die("counting");
	return n;
}

static void bench_messages(void)
{
	load(NO_SESSION);
	printf("Requests to authenticate a device by a challenge. Limit 6.\n");
	figure("spdm_auth_messages", messages_of(connect_one), "messages", 6);
	verb("disconnect");
	printf("The same once its certificate chain is known. Limit 5.\n");
	figure("spdm_reconnect_messages", messages_of(connect_one), "messages", 5);
	verb("disconnect");

	load(ALGORITHMS);
	printf("Requests for a session with signed measurements, and its end. Limit 9.\n");
	figure("spdm_session_messages", messages_of(session_one), "messages", 9);
}

/*
 * A mailbox has a second for an answer, by the kernel's clock. A busy machine may not
 * give the DSM the time for 32 of them: that says nothing of the kernel, but it is told.
 */
static double connect_all(void)
{
	double s = -1;

	for (int i = 0; s < 0; i++) {
		if (i == RETRIES)
			die("connecting 32 devices");
		s = try_all(DEVICES, "connect");
		if (s < 0)
			printf("# this machine was too slow for 32 mailboxes; once more\n");
		/* Not all of them are connected then */
		if (try_all(DEVICES, "disconnect") < 0 && s >= 0)
			die("disconnecting 32 devices");
	}
	return s;
}

static void bench_parallel(void)
{
	double one_up[ROUNDS], up[ROUNDS];
	double one;

	load(FAST);
	connect_all();
	for (int i = 0; i < ROUNDS; i++) {
		one_up[i] = all(1, "connect");
		all(1, "disconnect");
		up[i] = connect_all();
	}
	one = median(one_up);
	printf("32 devices connected with sessions (ECDSA P-256) by 32 writers, ");
	printf("over one (%.1f ms). Limit 16.\n", one * 1e3);
	figure("spdm_parallel_ratio_32", median(up) / one, "x", 16);
}

/*
 * CPU time
 */

static double seconds(clockid_t clock)
{
	struct timespec t;

	/* A thread may end at any time */
	if (clock_gettime(clock, &t))
		return 0;
	return t.tv_sec + t.tv_nsec / 1e9;
}

static bool is_kthread(const char *pid)
{
	const char *stat = get("/proc/%s/stat", pid);
	const char *name_end = strrchr(stat, ')');

	return name_end && atoi(name_end + strlen(") S ")) == 2;
}

static double kernel_cpu(void)
{
	static clockid_t clocks[512];
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	double sum = 0;
	int n = 0;

	if (!dir)
		die("reading /proc");
	while ((entry = readdir(dir)) && n < ARRAY_SIZE(clocks))
		if (isdigit(*entry->d_name) && is_kthread(entry->d_name) &&
		    !clock_getcpuclockid(atoi(entry->d_name), &clocks[n]))
			n++;
	closedir(dir);
	for (int i = 0; i < n; i++)
		sum += seconds(clocks[i]);
	if (!n)
		die("finding the kernel's threads");
	return sum;
}

/*
 * OpenSSL
 */

static X509 *cert(const char *name)
{
	FILE *f = fopen(str(IDENTITY ALGORITHM "/%s", name), "r");
	X509 *x509 = f ? d2i_X509_fp(f, NULL) : NULL;

	if (!x509)
		die("reading a certificate");
	fclose(f);
	return x509;
}

static EVP_PKEY *leaf_key(void)
{
	FILE *f = fopen(IDENTITY ALGORITHM "/a.key", "r");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (!key)
		die("reading a key");
	fclose(f);
	return key;
}

static void verify(EVP_PKEY *key, const unsigned char *sig, size_t len)
{
	static const unsigned char digest[48] = { 1 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	if (!ctx || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_verify(ctx, sig, len, digest, sizeof(digest)) != 1)
		die("OpenSSL's look at a signature");
	EVP_PKEY_CTX_free(ctx);
}

static size_t sign(unsigned char *sig, size_t size)
{
	static const unsigned char digest[48] = { 1 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(leaf_key(), NULL);

	if (!ctx || EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_sign(ctx, sig, &size, digest, sizeof(digest)) != 1)
		die("OpenSSL's signature");
	return size;
}

/* The chain, its root included as the kernel's parser does, and one transcript */
static double openssl_checks(void)
{
	static X509 *root, *inter, *leaf;
	static unsigned char sig[256];
	static size_t len;
	double begin;

	if (!root) {
		root = cert("root.der");
		inter = cert("inter.der");
		leaf = cert("leaf-dec0-0010.der");
		len = sign(sig, sizeof(sig));
	}
	begin = seconds(CLOCK_THREAD_CPUTIME_ID);
	if (X509_verify(root, X509_get0_pubkey(root)) != 1 ||
	    X509_verify(inter, X509_get0_pubkey(root)) != 1 ||
	    X509_verify(leaf, X509_get0_pubkey(inter)) != 1)
		die("OpenSSL's look at the chain");
	verify(X509_get0_pubkey(leaf), sig, len);
	return seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
}

/* A new key, and the secret with that of another */
static double openssl_agreement(void)
{
	unsigned char secret[48];
	size_t len = sizeof(secret);
	static EVP_PKEY *peer;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *own;
	double begin;

	if (!peer)
		peer = EVP_EC_gen(CURVE);
	begin = seconds(CLOCK_THREAD_CPUTIME_ID);
	own = EVP_EC_gen(CURVE);
	ctx = EVP_PKEY_CTX_new(own, NULL);
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, peer) != 1 ||
	    EVP_PKEY_derive(ctx, secret, &len) != 1)
		die("OpenSSL's key agreement");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	return seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
}

/*
 * A connect to a device whose chain is known, over OpenSSL; in turns, so that
 * other work on the machine weighs on both
 */
static void bench_cpu(const char *name, const char *prose, const char *dsm, bool agreement)
{
	double kernel[ROUNDS], openssl[ROUNDS], one;

	load(dsm);
	connect_one();
	verb("disconnect");
	for (int i = 0; i < ROUNDS; i++) {
		double begin = kernel_cpu();

		connect_one();
		kernel[i] = kernel_cpu() - begin;
		verb("disconnect");
		openssl[i] = openssl_checks() + (agreement ? openssl_agreement() : 0);
	}
	one = median(openssl);
	printf("CPU time of the kernel for %s (%.1f ms), over OpenSSL's for ", prose,
	       median(kernel) * 1e3);
	printf("the same four checks of ECDSA " CURVE "%s (%.1f ms). Limit 2.\n",
	       agreement ? " and ECDH" : "", one * 1e3);
	figure(name, median(kernel) / one, "x", 2);
}

int main(void)
{
	bench_messages();
	bench_cpu("spdm_auth_cpu_ratio", "a challenge", NO_SESSION, false);
	bench_cpu("spdm_session_cpu_ratio", "a session", ALGORITHMS, true);
	bench_parallel();
	if (!native_unload())
		die("unloading the modules");
	return exceeded;
}
